"""CTDC Global Dataset of 14 April 2020 (k-anonymised, 10 columns) into the register's terms.

Source: Counter-Trafficking Data Collaborative (IOM). What the file leaves empty is unknown, never "no";
what has no code here is kept, word for word, in the sealed part of the record.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from app.catalogues import code_list
from app.records import Values
from app.records.errors import FieldError
from app.records.kinds import MIN_YEAR, today
from app.services.interop.formats import REFERENCES, Format, Mapped, remark, verbatim

SOURCE = "CTDC 2020-04-14"

YEAR, DATASOURCE, GENDER, AGE, CITIZENSHIP = (
    "yearOfRegistration",
    "Datasource",
    "gender",
    "ageBroad",
    "citizenship",
)
FORCED, CONTROL, RECRUITER = "isForcedLabour", "control_category", "RecruiterCategory"
EXPLOITATION, LABOUR = "ExploitType", "Labor_Type"

UNKNOWN = frozenset({"", "-99", "00", "0-99", "Unknown", "NotSpecified"})
"""How CTDC writes that something is not known (codebook v6)."""

CASE_SOURCES = {"Case Management": "CTDC:CASE_MANAGEMENT:ANIO", "Hotline": "CTDC:HOTLINE:ANIO"}
"""The last part says how exact `first_identified_on` is: CTDC gives a year, stored as its first day."""
OTHER_SOURCE = "CTDC::ANIO"

CONTROL_CODES = {"Threats": "AMENAZAS", "Other": "OTRA"}
CONTROL_GROUPS = frozenset({"Financial", "Physical", "Survival"})
"""Several methods of control put together by this file: which of them is not known, so they stay words."""
RECRUITER_CODES = {
    "Family/Relative": "FAMILIAR",
    "Intimate Partner": "PAREJA",
    "Friend/Acquaintance": "CONOCIDO",
    "Other": "OTRO",
}
PURPOSE_COLUMNS = {
    "Sexual": "isSexualExploit",
    "Slavery/Similar": "isSlaveryAndPractices",
    "Forced Marriage": "isForcedMarriage",
    "Other": "isOtherExploit",
}
MULTIPLE = "Multiple"
_TRUE, _FALSE = frozenset({"1", "1.0"}), frozenset({"0", "0.0"})
_BAND = re.compile(r"(\d{1,3})--(\d{1,3})|(\d{1,3})\+", re.ASCII)
_FIELDS = {
    "identity.sex": GENDER,
    "identity.age_min": AGE,
    "identity.age_max": AGE,
    "identity.nationality": CITIZENSHIP,
    "legal.purposes": EXPLOITATION,
    "legal.purpose_other": EXPLOITATION,
    "legal.control_methods": CONTROL,
    "legal.control_other": CONTROL,
    "legal.recruiter_relation": RECRUITER,
    "legal.recruiter_relation_other": RECRUITER,
    "legal.activities": LABOUR,
    "legal.activity_other": LABOUR,
    "first_identified_on": YEAR,
}


@dataclass(slots=True)
class _Draft:
    """A row on its way: its cells, and what has become of them so far."""

    cells: Mapping[str, str]
    identity: Values = field(default_factory=dict)
    legal: Values = field(default_factory=dict)
    kept: list[dict[str, str]] = field(default_factory=list)
    warnings: list[FieldError] = field(default_factory=list)

    def value(self, column: str) -> str | None:
        """The value of a column, or None when CTDC does not know it."""
        value = self.cells.get(column, "")
        return None if value in UNKNOWN else value

    def keep(self, column: str, code: str, message: str) -> None:
        """Keep the value word for word, and say so."""
        self.kept += verbatim(f"{SOURCE}: {column}", self.cells[column])
        self.warnings.append(remark(column, code, message))

    def no_code(self, column: str) -> None:
        """Keep a value the register has no code for."""
        self.keep(column, "no-code", "No hay código para este valor; se guarda sellado, tal como vino.")


def convert(cells: Mapping[str, str]) -> Mapped:
    """One row of the file, as a registration."""
    draft = _Draft(cells)
    identified = _year(cells.get(YEAR, ""))
    case_source = _case_source(draft)
    _who(draft)
    _purposes(draft)
    _activity(draft)
    _control(draft)
    _recruiter(draft)
    draft.identity[REFERENCES] = draft.kept
    errors = () if identified else (remark(YEAR, "year", "Falta el año de registro o no es un año válido."),)
    return Mapped(
        {"identity": draft.identity, **({"legal": draft.legal} if draft.legal else {})},
        identified,
        case_source,
        tuple(draft.warnings),
        errors,
    )


def _year(text: str) -> date | None:
    """The first day of the year: the file gives no more, and the case's source says so."""
    whole = text.removesuffix(".0")
    if not (whole.isascii() and whole.isdigit()) or not MIN_YEAR <= int(whole) <= today().year:
        return None
    return date(int(whole), 1, 1)


def _case_source(draft: _Draft) -> str:
    value = draft.value(DATASOURCE)
    if value is None:
        return OTHER_SOURCE
    known = CASE_SOURCES.get(value)
    if known is None:
        draft.no_code(DATASOURCE)
    return known or OTHER_SOURCE


def _who(draft: _Draft) -> None:
    if (gender := draft.value(GENDER)) is not None:
        if (sex := code_list("sex").by("ctdc").get(gender)) is not None:
            draft.identity["sex"] = sex
        else:  # Transgender: the file says neither the sex nor the identity
            draft.no_code(GENDER)
    if draft.value(AGE) is not None:
        match = _BAND.fullmatch(draft.cells[AGE])
        if match is None:
            draft.no_code(AGE)
        else:
            low, high, open_low = match.groups()
            draft.identity["age_min"] = int(low or open_low)
            if high is not None:
                draft.identity["age_max"] = int(high)
    if (country := draft.value(CITIZENSHIP)) is not None:
        if country in code_list("country"):
            draft.identity["nationality"] = country
        else:
            draft.no_code(CITIZENSHIP)


def _forced(draft: _Draft) -> bool | None:
    value = draft.value(FORCED)
    if value is None or value in _TRUE:
        return None if value is None else True
    if value in _FALSE:
        # The register states purposes, not their absence; and no other way of saying "no" exists.
        draft.keep(FORCED, "explicit-no", "El archivo dice que no; se guarda sellado, tal como vino.")
        return False
    draft.no_code(FORCED)
    return None


def _purposes(draft: _Draft) -> None:
    forced, kind = _forced(draft), draft.value(EXPLOITATION)
    if kind == MULTIPLE:
        # Several, and which ones is not known: naming one would make it the only one.
        draft.legal["purpose_other"] = f"CTDC: {MULTIPLE}"
        draft.warnings.append(
            remark(
                EXPLOITATION, "several-unknown", "Son varias finalidades sin precisar; se guarda como texto."
            )
        )
        if forced:
            draft.keep(
                FORCED, "several-unknown", "Una de varias finalidades; se guarda sellado, tal como vino."
            )
        return
    found = [code for code in (_purpose(draft, kind, forced), _forced_labour(kind, forced)) if code]
    if draft.value(LABOUR) == "Begging":  # in Peru a purpose of its own
        found.append(code_list("purpose").by("ctdc")["typeOfLabourBegging"])
    if found:
        draft.legal["purposes"] = list(dict.fromkeys(found))
    if forced and kind not in {None, "Labor"}:
        draft.warnings.append(
            remark(FORCED, "conflict", "No coincide con el tipo de explotación; se guardan los dos.")
        )


def _purpose(draft: _Draft, kind: str | None, forced: bool | None) -> str | None:
    if kind == "Labor":
        if forced is False:
            draft.warnings.append(
                remark(FORCED, "conflict", "No coincide con el tipo de explotación; se guardan los dos.")
            )
        return None if forced else "EXPLOTACION_LABORAL"
    if kind is None:
        return None
    column = PURPOSE_COLUMNS.get(kind)
    if column is None:
        draft.no_code(EXPLOITATION)
        return None
    if kind == "Other":
        draft.legal["purpose_other"] = "CTDC: Other"
    return code_list("purpose").by("ctdc")[column]


def _forced_labour(kind: str | None, forced: bool | None) -> str | None:
    return code_list("purpose").by("ctdc")["isForcedLabour"] if forced and kind != MULTIPLE else None


def _activity(draft: _Draft) -> None:
    value = draft.value(LABOUR)
    if value is None:
        return
    code = code_list("activity").by("ctdc").get("typeOfLabour" + value.replace(" ", ""))
    if code is None:
        draft.no_code(LABOUR)
        return
    draft.legal["activities"] = [code]
    if value == "Other":
        draft.legal["activity_other"] = "CTDC: Other"


def _control(draft: _Draft) -> None:
    value = draft.value(CONTROL)
    if value is None:
        return
    code = CONTROL_CODES.get(value)
    if code is not None:
        draft.legal["control_methods"] = [code]
    elif value in CONTROL_GROUPS:
        draft.warnings.append(
            remark(CONTROL, "several-unknown", "Agrupa varias formas de control; se guarda como texto.")
        )
    else:
        draft.no_code(CONTROL)
        return
    if value != "Threats":
        draft.legal["control_other"] = f"CTDC: {value}"


def _recruiter(draft: _Draft) -> None:
    value = draft.value(RECRUITER)
    if value is None:
        return
    code = RECRUITER_CODES.get(value)
    if code is None:
        draft.no_code(RECRUITER)
        return
    draft.legal["recruiter_relation"] = code
    if value in {"Other", "Friend/Acquaintance"}:
        draft.legal["recruiter_relation_other"] = f"CTDC: {value}"


FORMAT = Format(
    name="ctdc",
    source=SOURCE,
    columns=frozenset(
        {YEAR, DATASOURCE, GENDER, AGE, CITIZENSHIP, FORCED, CONTROL, RECRUITER, EXPLOITATION, LABOUR}
    ),
    elsewhere={},
    required=frozenset({YEAR}),
    convert=convert,
    column_of=lambda name: _FIELDS.get(name, name),
)
