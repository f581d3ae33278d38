"""What stands around every tab of a case: the bar that says which one it is, without a name, and the tabs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from typing_extensions import TypedDict

from app.access.permissions import Permission
from app.services.cases import queries
from app.services.cases.views import CaseView
from app.web.i18n import gettext
from app.web.kit.page import Page
from app.web.kit.templating import label

ADULT: Final = 18


def _(text: str) -> str:
    """Mark a text for the catalogue of translations; it is translated when it is shown."""
    return text


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab of a case, for who holds the permission."""

    key: str
    text: str
    permission: Permission
    compartment: str = ""
    """Only for who reads this part of the record."""

    def shows(self, page: Page, case: CaseView) -> bool:
        """Whether the person at the browser has any use for it in this case."""
        opened = not self.compartment or case["_access"].get(self.compartment) in {"partial", "full"}
        return opened and page.may(self.permission)

    @property
    def end(self) -> str:
        """The end of its address."""
        return f"/{self.key}" if self.key != "resumen" else ""


TABS: Final = (
    Tab("resumen", _("Resumen"), Permission.CASES_READ),
    Tab("datos", _("Datos"), Permission.VICTIMS_READ),
    Tab("plan", _("Plan"), Permission.PLANS_READ, "plan"),
    Tab("notas", _("Notas"), Permission.CASES_READ),
    Tab("derivaciones", _("Derivaciones"), Permission.REFERRALS_READ),
    Tab("prestaciones", _("Prestaciones"), Permission.CASES_READ, "services"),
    Tab("alojamiento", _("Alojamiento"), Permission.PLACEMENTS_WRITE),
    Tab("proceso", _("Proceso penal"), Permission.CASES_READ, "legal"),
    Tab("proteccion", _("Protección"), Permission.CASES_READ, "protection"),
    Tab("consentimientos", _("Consentimientos"), Permission.CONSENTS_READ),
    Tab("documentos", _("Documentos"), Permission.CASES_READ),
    Tab("historia", _("Historia"), Permission.CASES_READ),
)
"""In their order: Resumen, Datos, Plan, Notas, Derivaciones, Alojamiento, Proceso penal, Documentos, ..."""


class CaseBar(TypedDict):
    """The identity bar: codes, age and sex, and what must not be overlooked, each with its colour."""

    code: str
    person: str
    age: int | None
    sex: str
    nationality: str
    flags: list[tuple[str, str]]


class CaseFrame(TypedDict):
    """What `case.html` needs around a tab: `tabs` are (address, text, key), `tab` the key of this one."""

    case: CaseView
    base: str
    bar: CaseBar
    tabs: list[tuple[str, str, str]]
    tab: str


def case_frame(page: Page, code: str, tab: str) -> CaseFrame:
    """The case, its identity bar and its tabs, as `case.html` needs them; the look is recorded.

    Raises:
        NotFound: no such case, or the unit has no part in it.
    """
    case = queries.read(page.act, code)
    base = f"/casos/{case['code']}"
    return {
        "case": case,
        "base": base,
        "bar": _bar(case),
        "tabs": [(base + t.end, gettext(t.text), t.key) for t in TABS if t.shows(page, case)],
        "tab": tab,
    }


def _bar(case: CaseView) -> CaseBar:
    """Codes, age and sex, and what must not be overlooked. Never a name."""
    person = case["person"] or {}
    age = person.get("age_years")
    flags = [(case["state_label"], "grey" if case["closed_at"] else "blue")]
    if age is not None and age < ADULT:
        flags.append((gettext("Niña, niño o adolescente"), "orange"))
    return {
        "code": case["code"],
        "person": case["victim"],
        "age": age,
        "sex": label(person.get("sex"), "sex"),
        "nationality": label(person.get("nationality"), "country"),
        "flags": flags,
    }
