"""HTCDS 2.0 (IOM, CC BY 4.0) by its field names, in and out; the mapping itself is the field catalogue's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import cache
from typing import get_args

from app.catalogues import CodeList, code_list
from app.records import (
    COMPARTMENTS,
    HTCDS_CORE_ELSEWHERE,
    FieldSpec,
    Values,
    fields,
    htcds_fields,
)
from app.records.errors import FieldError
from app.records.kinds import Age, Count, Kind
from app.services.interop.formats import REFERENCES, Format, Mapped, remark, verbatim
from app.services.interop.texts import (
    document_of,
    document_text,
    guarded,
    join,
    place_of,
    place_text,
    split,
    unguarded,
)

SOURCE = "HTCDS 2.0"
IDENTIFIED, REFERRED = "ruv_FirstIdentifiedOn", "cas_IncomingReferralDate"
PERSON, CASE, STATUS, MIDDLE = "ruv_PersonCode", "ruv_CaseCode", "cas_Status", "prs_MiddleName"
GENDER = "prs_Gender"
_WHOLE = {kind for used in (Age, Count) for kind in get_args(used) if isinstance(kind, Kind)}
_REST = {"nationality": "other_nationalities", "recruitment": "other_recruitment"}
"""Fields of one value whose HTCDS counterpart has several: where the rest goes."""
_DECODERS: dict[str, Callable[[str], dict[str, str]]] = {"number": document_of, "description": place_of}
_ENCODERS: dict[str, Callable[[Mapping[str, str]], str | None]] = {
    "number": document_text,
    "description": place_text,
}
_ELSEWHERE = {name: place for name, place in HTCDS_CORE_ELSEWHERE.items() if name != REFERRED}


class _Draft:
    """A row on its way in."""

    def __init__(self, cells: Mapping[str, str]) -> None:
        self.cells = cells
        self.compartments: dict[str, Values] = {"identity": {}}
        self.kept: list[dict[str, str]] = []
        self.warnings: list[FieldError] = []

    def put(self, spec: FieldSpec, value: object) -> None:
        self.compartments.setdefault(spec.compartment, {})[spec.name] = value

    def keep(self, column: str, value: str) -> None:
        """Keep a value the register has no code for, word for word, and say so."""
        self.kept += verbatim(f"{SOURCE}: {column}", value)
        message = "No hay código para este valor; se guarda sellado, tal como vino."
        self.warnings.append(remark(column, "no-code", message))


def convert(cells: Mapping[str, str]) -> Mapped:
    """One row of a file, as a registration."""
    draft = _Draft({name: unguarded(text) for name, text in cells.items()})
    for column, spec in htcds_fields().items():
        if (text := draft.cells.get(column)) is not None:
            _take(draft, column, spec, text)
    if (middle := draft.cells.get(MIDDLE)) is not None:
        identity = draft.compartments["identity"]
        identity["given_names"] = " ".join(filter(None, (identity.get("given_names"), middle)))
    draft.compartments["identity"][REFERENCES] = draft.kept
    identified, errors = _identified(draft.cells)
    return Mapped(
        draft.compartments, identified, "HTCDS", tuple(draft.warnings), errors, draft.cells.get(PERSON)
    )


def _identified(cells: Mapping[str, str]) -> tuple[date | None, tuple[FieldError, ...]]:
    column = REFERRED if REFERRED in cells and IDENTIFIED not in cells else IDENTIFIED
    try:
        return date.fromisoformat(cells.get(column, "")), ()
    except ValueError:
        message = f"Falta la fecha de identificación ({IDENTIFIED} o {REFERRED}) o no es AAAA-MM-DD."
        return None, (remark(column, "date", message),)


def _take(draft: _Draft, column: str, spec: FieldSpec, text: str) -> None:
    if column == GENDER:
        _take_gender(draft, spec, text)
    elif spec.codes is not None:
        _take_codes(draft, column, spec, text)
    elif spec.inner:
        decode = next(decoder for name, decoder in _DECODERS.items() if name in spec.inner)
        draft.put(spec, [decode(item) for item in split(text)] if spec.many else decode(text))
    elif spec.kind in _WHOLE:
        whole = text.removesuffix(".0")
        draft.put(spec, int(whole) if whole.isascii() and whole.isdigit() else text)
    elif spec.name == "residence_ubigeo" and not (text.isascii() and text.isdigit()):
        draft.keep(column, text)  # HTCDS takes any text here; a name of a region is no district
    else:
        draft.put(spec, text)


def _take_gender(draft: _Draft, spec: FieldSpec, text: str) -> None:
    sex, identity = _own_code(code_list("sex"), text), _own_code(code_list("gender_identity"), text)
    if sex is not None:
        draft.put(spec, sex)
    elif identity is not None:
        draft.put(fields("identity")["gender_identity"], identity)
    elif text != "NonSpecifiedUnknown":
        draft.keep(GENDER, text)


def _take_codes(draft: _Draft, column: str, spec: FieldSpec, text: str) -> None:
    known = code_list(spec.codes or "")
    several = spec.many or spec.name in _REST
    found = []
    for item in split(text) if several else [text]:
        if (code := _own_code(known, item)) is None:
            draft.keep(column, item)
        else:
            found.append(code)
    found = list(dict.fromkeys(found))
    if not found:
        return
    draft.put(spec, found if spec.many else found[0])
    rest = _REST.get(spec.name)
    if rest is not None and found[1:]:
        draft.put(fields(spec.compartment)[rest], found[1:])
    _describe_other(draft, spec, found)


def _describe_other(draft: _Draft, spec: FieldSpec, codes: Iterable[str]) -> None:
    """HTCDS says "Other" and no more; the catalogue wants to know what, so it is told the source."""
    other = spec.spec.other_text
    if other is None or not any(code.startswith("OTR") for code in codes):
        return
    companion = fields(spec.compartment)[other]
    if companion.htcds is None or companion.htcds not in draft.cells:
        draft.put(companion, f"{SOURCE}: Other")


def _own_code(known: CodeList, text: str) -> str | None:
    return _spellings(known.name).get(text.casefold())


@cache
def _spellings(name: str) -> Mapping[str, str]:
    """Every way a code of a list is written in a file, in one letter case: HTCDS, ISO-3, own."""
    known = code_list(name)
    ways = {code: code for code in known.codes}
    for column in ("iso3", "ctdc" if name == "tristate" else "iso3", "htcds_code"):
        ways.update(known.by(column))
    return {way.casefold(): code for way, code in ways.items()}


def columns_out() -> tuple[str, ...]:
    """The header of an exported file."""
    return (PERSON, CASE, IDENTIFIED, STATUS, *htcds_fields())


def cells_out(compartments: Mapping[str, Values]) -> tuple[dict[str, str], list[str]]:
    """The HTCDS cells of a record, and the columns where a value has no counterpart in the standard."""
    cells: dict[str, str] = {}
    lost: list[str] = []
    for column, spec in htcds_fields().items():
        data = compartments.get(spec.compartment, {})
        if column == GENDER and _beyond_sex(data.get("gender_identity")):
            texts: list[str | None] = [code_list("gender_identity").htcds(data["gender_identity"])]
        elif spec.name in data:
            texts = _texts(spec, data)
        else:
            continue
        shown = [text for text in texts if text is not None]
        if len(shown) < len(texts):
            lost.append(column)
        if shown:
            cells[column] = guarded(_cell(spec, shown))
    return cells, lost


def _cell(spec: FieldSpec, texts: list[str]) -> str:
    """Codes that fold into one of the standard's are said once."""
    if not (spec.many or spec.name in _REST):
        return texts[0]
    return join(dict.fromkeys(texts) if spec.codes else texts)


def _beyond_sex(identity: str | None) -> bool:
    """Whether the gender identity says what the sex column cannot."""
    if identity is None:
        return False
    name = code_list("gender_identity").htcds(identity)
    return name is not None and name not in code_list("sex").by_htcds and name != "NonSpecifiedUnknown"


def _texts(spec: FieldSpec, data: Values) -> list[str | None]:
    value = data[spec.name]
    items = value if spec.many else [value, *(data.get(_REST.get(spec.name, "")) or ())]
    if spec.codes is not None:
        known = code_list(spec.codes)
        standard = any("htcds_code" in row for row in known.rows)
        return [known.htcds(code) if standard else code for code in items]
    if spec.inner:
        encode = next(encoder for name, encoder in _ENCODERS.items() if name in spec.inner)
        return [encode(item) or None for item in items]
    return [str(item) for item in items]


def _column_of(name: str) -> str:
    compartment, _, path = name.partition(".")
    if name == "first_identified_on" or not path:
        return IDENTIFIED if name == "first_identified_on" else name
    spec = fields(compartment).get(path.partition(".")[0]) if compartment in COMPARTMENTS else None
    return (spec.htcds if spec else None) or name


FORMAT = Format(
    name="htcds",
    source=SOURCE,
    columns=frozenset({*htcds_fields(), MIDDLE, IDENTIFIED, REFERRED, PERSON}),
    elsewhere={**_ELSEWHERE, CASE: "caso: se le da un código nuevo"},
    required=frozenset(),
    convert=convert,
    column_of=_column_of,
)
