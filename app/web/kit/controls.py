"""Fields of the catalogue as controls of a form, both ways: what to draw, and what was sent.

Nobody writes a field twice: its label, help, code list and type come from the one declaration in
`app.records`. What a form sends is checked by the same models as everything else, in the services.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from app.catalogues import code_list
from app.catalogues.ubigeo import ubigeo_label
from app.records import FieldSpec, Values
from app.records.errors import FieldError
from app.web.i18n import _
from app.web.kit.forms import Form
from app.web.kit.templating import day, environment, label

_ROW = re.compile(r"\.(\d{1,3})(?=\.|$)")
_INSIDE = re.compile(r"(?:-\d+)?\.(\w+)")
FEW = 7
"""So many codes are shown as radio buttons; more become a list to choose from."""


@dataclass(frozen=True, slots=True)
class Control:
    """How one field is drawn.

    `kind`: radios, select, checkboxes, codes (one a line), text, long, lines, number, date, partial_date,
    place, tel, email, group (one object) or objects (several, each numbered `name-0`).
    """

    name: str
    key: str
    kind: str
    label: str
    hint: str
    options: tuple[tuple[str, str], ...] = ()
    inner: tuple[Control, ...] = ()
    rows: int = 0
    spec: FieldSpec | None = None


def controls(
    specs: Mapping[str, FieldSpec],
    prefix: str = "",
    *,
    only: Sequence[str] = (),
    data: Mapping[str, object] | None = None,
) -> list[Control]:
    """The controls of these fields, in order.

    Args:
        prefix: put before each field's name (`identity.`).
        only: names of the fields to draw; all of them without it.
        data: what is known already; decides how many rows a list of objects shows (one more than it has).
    """
    wanted = [specs[name] for name in only] if only else list(specs.values())
    return [control(spec, prefix, (data or {}).get(spec.name)) for spec in wanted]


def control(spec: FieldSpec, prefix: str = "", value: object = None) -> Control:
    """The control of one field."""
    name = f"{prefix}{spec.name}"
    if spec.inner:
        rows = (len(value) if isinstance(value, list) else 0) + 1 if spec.many else 0
        inner = tuple(control(field) for field in spec.inner.values())
        kind = "objects" if spec.many else "group"
        return Control(name, spec.name, kind, spec.label, spec.spec.help, inner=inner, rows=rows, spec=spec)
    return Control(name, spec.name, _kind(spec), spec.label, spec.spec.help, _options(spec.codes), spec=spec)


def start(form: Form, drawn: Iterable[Control], data: Mapping[str, object]) -> None:
    """Let a form begin with values that are known (in JSON form)."""
    for one in drawn:
        _start(form, one, data.get(one.key))


def read(form: Form, drawn: Iterable[Control]) -> Values:
    """What was filled in, in JSON form and without empty fields; what cannot be read is noted in the form."""
    found = {one.key: _read(form, one) for one in drawn}
    return {name: value for name, value in found.items() if value is not None}


def changes(old: Mapping[str, object], new: Mapping[str, object], drawn: Iterable[Control]) -> Values:
    """What differs: new values, and None for fields that were emptied."""
    return {c.key: new.get(c.key) for c in drawn if new.get(c.key) != old.get(c.key)}


def shown(one: Control, value: Any) -> Any:
    """A known value in words: labels, dd/mm/yyyy, names of places; objects as rows of (label, words)."""
    if value is None or value == []:
        return ""
    if one.inner and isinstance(value, int):  # a partial view counts them
        return _("Cantidad: %s") % value
    if one.inner:
        rows = value if isinstance(value, list) else [value]
        return [[(c.label, shown(c, row[c.key])) for c in one.inner if row.get(c.key)] for row in rows if row]
    if one.spec is not None and one.spec.codes:
        return label(value, one.spec.codes)
    if one.kind in {"date", "partial_date"}:
        return day(value)
    if one.kind == "place":
        return place_name(str(value))
    if value is True:
        return _("Registrado")
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def place_name(code: str) -> str:
    """District, province and department of a UBIGEO; of two digits the department; anything else as it is."""
    try:
        return ubigeo_label(code) if len(code) > 2 else code_list("department").label(code)  # noqa: PLR2004
    except KeyError:
        return code


def places(text: str, most: int = 20) -> list[tuple[str, str]]:
    """Districts whose name begins with a text (accents and capitals aside), as (code, whole name)."""
    wanted = _folded(text)
    if len(wanted) < 2:  # noqa: PLR2004 - one letter says nothing
        return []
    return [(code, name) for folded, code, name in _districts() if folded.startswith(wanted)][:most]


def _kind(spec: FieldSpec) -> str:
    if spec.codes:
        if spec.many:
            return "checkboxes" if len(code_list(spec.codes).codes) <= 40 else "codes"  # noqa: PLR2004
        return "radios" if len(code_list(spec.codes).codes) <= FEW else "select"
    return spec.kind.entry


@cache
def _options(codes: str | None) -> tuple[tuple[str, str], ...]:
    return tuple(code_list(codes).labels.items()) if codes else ()


def _start(form: Form, one: Control, value: Any) -> None:
    if value is None:
        return
    if one.kind == "group":
        for inner in one.inner:
            _start(form, _under(one.name, inner), value.get(inner.key))
    elif one.kind == "objects":
        for index, row in enumerate(value):
            for inner in one.inner:
                _start(form, _under(f"{one.name}-{index}", inner), row.get(inner.key))
    elif one.kind in {"lines", "codes"}:
        form.start(**{one.name: "\n".join(map(str, value))})
    elif one.kind == "place":
        form.start(**{one.name: place_name(str(value))})
    else:
        form.start(**{one.name: value})


def _read(form: Form, one: Control) -> Any:
    if one.kind == "group":
        return read(form, [_under(one.name, inner) for inner in one.inner]) or None
    if one.kind == "objects":
        return _objects(form, one) or None
    readers: dict[str, Callable[[], Any]] = {
        "checkboxes": lambda: form.texts(one.name) or None,
        "lines": lambda: form.lines(one.name) or None,
        "codes": lambda: form.lines(one.name) or None,
        "number": lambda: form.number(one.name),
        "date": lambda: _iso(form, one.name),
        "partial_date": lambda: form.partial_day(one.name),
        "place": lambda: _place(form, one.name),
    }
    return readers.get(one.kind, lambda: form.text(one.name))()


def _objects(form: Form, one: Control) -> list[Values]:
    found = []
    for index in range(form.rows(one.name)):
        row = read(form, [_under(f"{one.name}-{index}", inner) for inner in one.inner])
        if row:
            found.append(row)
    return found


def _under(prefix: str, inner: Control) -> Control:
    return Control(
        f"{prefix}.{inner.key}", inner.key, inner.kind, inner.label, inner.hint,
        inner.options, inner.inner, inner.rows, inner.spec,
    )  # fmt: skip


def under(one: Control, index: int | None = None) -> list[Control]:
    """The controls inside an object (of a list: of its row `index`), with their whole names."""
    prefix = one.name if index is None else f"{one.name}-{index}"
    return [_under(prefix, inner) for inner in one.inner]


def beside(errors: Iterable[FieldError], drawn: Sequence[Control]) -> list[FieldError]:
    """The errors by the names of the controls that stand for their fields.

    A service calls a part of a row `documents.0.number`, the form `documents-0.number`; and an item of a list
    that is written in one control (`aliases.3`) is wrong there. A field that is not drawn keeps its name.
    """
    return [{**error, "field": _beside(error["field"], drawn)} for error in errors]


def _beside(field: str, drawn: Sequence[Control]) -> str:
    name = _ROW.sub(r"-\1", field)
    for one in drawn:
        rest = name.removeprefix(one.name)
        if rest == name or rest[:1] not in {"", ".", "-"}:
            continue
        part = _INSIDE.match(rest)
        return one.name + part[0] if part and part[1] in {inner.key for inner in one.inner} else one.name
    return field


def _iso(form: Form, name: str) -> str | None:
    value = form.day(name)
    return value.isoformat() if value else None


def _place(form: Form, name: str) -> str | None:
    text = form.text(name)
    if text is None:
        return None
    known = code_list("ubigeo")
    if text in known:
        return text
    wanted = _folded(text)
    named = [code for folded, code, whole in _districts() if wanted in {folded, _folded(whole)}]
    if len(named) == 1:
        return named[0]
    form.wrong(name, _("Elija el distrito de la lista, con su provincia y departamento."))
    return None


@cache
def _districts() -> tuple[tuple[str, str, str], ...]:
    known = code_list("ubigeo")
    return tuple((_folded(known.label(code)), code, ubigeo_label(code)) for code in known.codes)


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFD", text.casefold())
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).replace(",", " ").split())


environment.globals.update(control=control, under=under)
