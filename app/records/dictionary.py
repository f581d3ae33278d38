"""The data dictionary, written from the models: nobody keeps it by hand."""

from collections.abc import Iterator

from app.catalogues import code_list, list_names
from app.records.htcds import HTCDS_CORE_ELSEWHERE
from app.records.registry import COMPARTMENTS, SCHEMA_VERSION, FieldSpec, fields
from app.records.rows import ROWS, row_fields
from app.records.spec import Partial

PATH = "docs/diccionario-de-datos.md"
"""Where the document is kept, from the root of the repository."""

RULES_ES: dict[Partial, str] = {
    Partial.HIDE: "oculto",
    Partial.SHOW: "se ve",
    Partial.INITIAL: "iniciales",
    Partial.YEAR: "solo el año",
    Partial.DEPARTMENT: "solo el departamento",
    Partial.LAST_TWO: "dos últimos caracteres",
    Partial.PRESENT: "solo si consta",
    Partial.COUNT: "solo cuántos",
    Partial.EACH: "por campo interno",
}

INTRO = f"""# Diccionario de datos

Generado a partir de los modelos de `app/records`; no se edita a mano. Versión del esquema: {SCHEMA_VERSION}.

- Todo campo es facultativo: su ausencia significa que **no se conoce**, nunca que no.
- **Guardado**: «sellado» se cifra en su compartimento; «claro: tabla» es una columna de la cara estadística
  (solo códigos y cantidades), sujeta a la misma política.
- **Vista parcial**: lo que recibe quien tiene nivel parcial en el compartimento.
- **HTCDS**: nombre en el Human Trafficking Case Data Standard 2.0 (IOM, CC BY 4.0).
"""

HEAD = """
| Campo | Etiqueta | Tipo | Lista de códigos | Vista parcial | Guardado | HTCDS | Fuente |
|---|---|---|---|---|---|---|---|
"""

ELSEWHERE_HEAD = """
## Campos nucleares de HTCDS 2.0 que no son de un compartimento

| HTCDS | Dónde está |
|---|---|
"""


def render() -> str:
    """The whole data dictionary, in Markdown and in Spanish."""
    return "".join([INTRO, *map(_compartment, COMPARTMENTS), *map(_row_table, ROWS), _elsewhere(), _lists()])


def _compartment(name: str) -> str:
    title = f"\n## {COMPARTMENTS[name].title_es} (`{name}`)\n"
    if not fields(name):
        return title + "\nSin campos por persona: solo se informa como indicador.\n"
    rows = (row for field in fields(name).values() for row in _rows(field, field.name))
    return title + HEAD + "".join(rows)


def _row_table(table: str) -> str:
    row = ROWS[table]
    title = f"\n## {row.title_es} (tabla `{table}`, compartimento `{row.compartment}`)\n"
    rows = (
        line
        for name, field in row_fields(table).items()
        for line in _rows(field, name, "claro" if name in row.clear else "sellado")
    )
    return title + HEAD + "".join(rows)


def _rows(field: FieldSpec, path: str, kept: str = "sellado") -> Iterator[str]:
    cells = (
        f"`{path}`",
        field.label + (f". {field.spec.help}" if field.spec.help else ""),
        field.kind.label,
        f"`{field.codes}`" if field.codes else "",
        RULES_ES[field.partial],
        f"claro: `{field.face}`" if field.face else kept,
        f"`{field.htcds}`" if field.htcds else "",
        field.source,
    )
    yield _line(cells)
    mark = "[]" if field.many else ""
    for inner in field.inner.values():
        yield from _rows(inner, f"{path}{mark}.{inner.name}", kept)


def _elsewhere() -> str:
    rows = (_line((f"`{name}`", place)) for name, place in HTCDS_CORE_ELSEWHERE.items())
    return ELSEWHERE_HEAD + "".join(rows)


def _lists() -> str:
    head = "\n## Listas de códigos\n\n| Lista | Códigos | Fuentes |\n|---|---|---|\n"
    return head + "".join(_line(_list_cells(name)) for name in list_names())


def _list_cells(name: str) -> tuple[str, str, str]:
    known = code_list(name)
    sources = dict.fromkeys(row["source"] for row in known.rows)
    return f"`{name}`", str(len(known.codes)), " · ".join(sources)


def _line(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"
