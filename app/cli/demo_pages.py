"""What `ruv demo` shows: the same person as each role sees her, who looked, and the numbers that leave."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from app.access.policy import policy
from app.catalogues import code_list
from app.records import COMPARTMENTS, fields
from stories.demo.cast import ROLES, unit_of, username

if TYPE_CHECKING:
    from app.cli.demo import Played
    from stories.demo.numbers import Numbers
    from stories.demo.story import Told, View

WIDTH: Final = 100
ABSENT: Final = "no existe para usted"
RESERVED: Final = "«reservado»"
_SHOWN: Final = (
    ("identity", ("given_names", "first_surname", "birth_date", "age_years", "documents")),
    ("contact", ("mobile_phone", "safe_channel", "safe_contact_instructions")),
    ("legal", ("purposes", "carpeta_fiscal", "stage")),
    ("testimony", ("single_interview_done", "record_reference")),
    ("protection", ("risk_level", "persons_to_avoid")),
    ("health", ("alerts", "notes")),
)
_GROUPS: Final = (
    ("police_investigator", "prosecutor", "udavit_officer"),
    ("accepted", "shelter_caseworker", "health_officer", "data_protection_officer"),
)
_LEVELS: Final = {
    "full": "completo", "resident": "completo", "partial": "parcial", "exists": "existe", "own": "propio",
    "aggregate": "cifras", None: "·",
}  # fmt: skip
_LABEL: Final = 22
_LONGEST: Final = 60


class Pages:
    """Writes on standard output, 100 columns wide at most."""

    def __init__(self, console: Console | None = None) -> None:
        """Write to a console of its own, unless one is given."""
        measured = Console()
        width = min(measured.width, WIDTH) if measured.is_terminal else WIDTH
        self._console = console or Console(width=width, highlight=False, markup=False)

    def show(self, played: Played) -> None:
        """Everything, for people."""
        told, numbers = played.told, played.numbers
        self._head(f"Registro sintético: {played.size} personas que no existen, más la de esta historia")
        self._steps(told)
        self.same_person(told)
        self._plans(told)
        self._console.print(_levels(told))
        self._console.print(_looks(told))
        self._head("Lo que sale del registro: cifras, nunca personas")
        self._console.print(_indicators(numbers))
        self._console.print(_release(numbers))
        self._ledger(numbers)

    def same_person(self, told: Told) -> None:
        """The heart of it: her record as each role sees it, and who is refused."""
        self._head(f"La misma persona, {told.person} (SINTETICO), según quién la mira")
        for group in _GROUPS:
            self._console.print(_side_by_side(told, [told.views[key] for key in group]))
        self._refusals(told)

    def accounts(self, address: str, passwords: Mapping[str, str]) -> None:
        """One login a role, shown this once."""
        table = Table("función", "unidad", "usuario", "contraseña", box=None, pad_edge=False)
        for column in table.columns[1:]:  # what is copied stays in one line
            column.no_wrap = True
        for role in ROLES:
            table.add_row(_label(role), unit_of(role).code, username(role), passwords[role])
        self._console.print(
            Panel(table, title="Cuentas SINTETICO: una por función; se muestran esta única vez")
        )
        self._console.print(f"El registro de demostración atiende en {address} (Ctrl+C termina).")

    def _head(self, text: str) -> None:
        self._console.print()
        self._console.rule(Text(text, style="bold"), characters="═")

    def _steps(self, told: Told) -> None:
        table = Table(box=None, show_header=False, pad_edge=False)
        for number, (who, what) in enumerate(told.steps, 1):
            table.add_row(f"{number:2}.", Text(who, style="bold"), what)
        self._console.print(table)

    def _refusals(self, told: Told) -> None:
        table = Table(box=None, show_header=False, pad_edge=False)
        for key in ("before", "cem_officer", "analyst"):
            view = told.views[key]
            table.add_row(
                Text(view.title, style="bold"), str(view.status), str(view.record.get("detail", ""))
            )
        self._console.print(Panel(table, title="Quien no participa en el caso, o no lee personas"))

    def _plans(self, told: Told) -> None:
        for key in ("shelter_caseworker", "health_officer"):
            self._console.print(_plan(told.views[key]))

    def _ledger(self, numbers: Numbers) -> None:
        budget, release = numbers.budget, numbers.release
        self._console.print(
            f"Libro de privacidad de {budget['year']}: gastado rho {budget['spent']:.4f}, queda "
            f"{budget['left']:.4f}. Cabeza {release['ledger_head'][:16]}… Aprobada por "
            f"{' y '.join(_label(approval['role']) for approval in release['approvals'])}."
        )


def save_picture(told: Told, file: Path) -> None:
    """Write the page of the same person as an SVG picture that asks no other server for anything."""
    console = Console(width=WIDTH, record=True, highlight=False, markup=False, file=StringIO())
    Pages(console).same_person(told)
    picture = console.export_svg(title="ruv demo (SINTETICO)")
    file.write_text(re.sub(r"@font-face \{.*?\}\s*", "", picture, flags=re.DOTALL), encoding="utf-8")


def _label(role: str) -> str:
    return policy().roles[role].label


def _side_by_side(told: Told, views: Sequence[View]) -> Table:
    table = Table("", *(view.title for view in views), header_style="bold", box=SIMPLE_HEAD, expand=True)
    table.columns[0].width = _LABEL
    for column in table.columns[1:]:
        column.ratio = 1
    for compartment, names in _SHOWN:
        title = Text(COMPARTMENTS[compartment].title_es.upper(), style="bold")
        table.add_row(title, *(_standing(view, compartment) for view in views))
        for name in names:
            cells = [_cell(told, view, compartment, name) for view in views]
            table.add_row(fields(compartment)[name].label, *cells)
        table.add_section()
    return table


def _standing(view: View, compartment: str) -> Text:
    """How the role stands to a whole compartment: a part of the record, or nothing at all."""
    level = view.record["_access"].get(compartment)
    if level is None:
        return Text(ABSENT, style="dim")
    if level == "exists":
        return Text(f"{RESERVED}: sabe que está", style="yellow")
    return Text(f"[{_LEVELS[level]}]", style="green")


def _cell(told: Told, view: View, compartment: str, name: str) -> Text:
    """The value, or that this field is kept from the role; nothing where the whole compartment is."""
    if view.record["_access"].get(compartment) in {None, "exists"}:
        return Text()
    value = view.record["compartments"].get(compartment, {}).get(name)
    if value is not None:
        return Text(_shown(compartment, name, value))
    records = (other.record.get("compartments", {}) for other in told.views.values())
    filled = any(name in record.get(compartment, {}) for record in records)
    return Text(RESERVED, style="yellow") if filled else Text("sin dato", style="dim")


def _shown(compartment: str, name: str, value: Any) -> str:
    codes = fields(compartment)[name].codes
    if isinstance(value, bool):
        return "consta"
    if name == "documents":
        return ", ".join(f"{item.get('type', '')} {item.get('number', '')}".strip() for item in value)
    items = value if isinstance(value, list) else [value]
    words = [code_list(codes).labels.get(item, item) if codes else str(item) for item in items]
    text = "; ".join(words)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _plan(view: View) -> Panel:
    plan = view.plan or {}
    table = Table(
        "unidad", "actividad", "plazo", "estado", "avance", box=None, pad_edge=False, header_style="bold"
    )
    for activity in plan["activities"]:
        notes = "; ".join(note["note"] or "" for note in activity["notes"])
        table.add_row(
            activity["unit"]["code"],
            activity["description"],
            activity["due_on"],
            activity["state_label"],
            notes,
        )
    whole = "el plan entero" if plan["view"] == "all" else "del plan, solo su actividad"
    wishes = [f"«{goal['wish']}»" for goal in plan.get("objectives", ())]
    title = f"{view.title}: {whole} ({plan['code']}, {plan['state_label'].lower()})"
    body: Any = table
    if wishes:
        body = Group(Text("En sus palabras: " + " ".join(wishes)), Text(), table)
    return Panel(body, title=title)


def _levels(told: Told) -> Table:
    keys = [key for group in _GROUPS for key in group if key != "before"]
    views = [told.views[key] for key in keys]
    table = Table(
        "_access", *(view.title for view in views), header_style="bold", box=SIMPLE_HEAD, padding=(0, 1, 0, 0)
    )
    for name, model in COMPARTMENTS.items():
        levels = [_LEVELS[view.record["_access"].get(name)] for view in views]
        table.add_row(model.title_es, *(Text(level, style="dim" if level == "·" else "") for level in levels))
    table.caption = "· no existe para esa función o no se le dio; existe: sabe que está, no lo lee"
    return table


def _looks(told: Told) -> Panel:
    """The access log, newest accesses of the same kind in one line."""
    counted: dict[tuple[str, str, str], list[str]] = {}
    for entry in reversed(told.access_log):
        words = entry["text"]
        what = words if entry["outcome"] == "ok" else f"{words} ({entry['outcome']})"
        key = entry["role"] or "", what, ", ".join(entry["compartments"])
        counted.setdefault(key, []).append(str(entry["at"])[11:19])
    table = Table("desde", "veces", "función", "qué", "compartimentos", box=None, pad_edge=False)
    for (role, what, parts), times in counted.items():
        table.add_row(times[0], str(len(times)), role, what, parts)
    return Panel(
        table,
        title="Quién miró sus datos y qué hizo con ellos (hora UTC): lo ve la Oficial de Datos Personales",
    )


def _indicators(numbers: Numbers) -> Table:
    table = Table("indicador", "qué mide", "personas", "del total", header_style="bold", expand=True)
    for answer in numbers.indicators:
        labels = {measure["key"]: measure["label"] for measure in answer["measures"]}
        for period in answer["periods"]:
            national = period["national"]
            for key, value in national["values"].items():
                shown = ("reservado" if n is None else str(n) for n in (value, national["persons"]))
                table.add_row(answer["code"], labels[key], *shown)
    table.caption = f"Plan Nacional, personas identificadas en {numbers.budget['year']}"
    return table


def _release(numbers: Numbers) -> Table:
    """Departments of the release; a withheld cell is marked and says nothing, not even whether it is zero."""
    release, table_1 = numbers.release, numbers.tables["T1"]
    (dimension,) = table_1["dimensiones"]
    labels = {entry["codigo"]: entry["etiqueta"] for entry in dimension["codigos"]}
    cells = [_printed(labels[cell[dimension["nombre"]]], cell) for cell in table_1["celdas"]]
    total = _printed("Nacional", numbers.tables["T0"]["celdas"][0])
    half = (len(cells) + 2) // 2
    columns = ("departamento", "personas", "±95 %")
    table = Table(*columns, *columns, header_style="bold", expand=True)
    rows = [total, *cells]
    for left, right in zip(rows[:half], [*rows[half:], ("", "", "")], strict=False):
        table.add_row(*left, *right)
    table.title = f"Liberación {release['code']}, año {release['year']}, tabla T1: {table_1['titulo']}"
    table.caption = table_1["regla"]
    return table


def _printed(label: str, cell: Mapping[str, Any]) -> tuple[str | Text, ...]:
    if cell["valor"] is None:
        return label, Text("▒ retenida", style="yellow"), ""
    return label, Text(str(cell["valor"])), f"±{cell['moe95']}"
