"""Where the subject of a deadline, a notice or a code is seen."""

from __future__ import annotations

from typing import Final

from app.web.cases.frame import TABS

_TAB_OF: Final = {
    "AL": "alojamiento",
    "RZ": "alojamiento",
    "CN": "consentimientos",
    "CR": "plan",
    "PR": "plan",
    "AC": "plan",
    "MP": "proteccion",
    "PP": "proteccion",
    "SE": "prestaciones",
}
"""Tab of the case on which the subject of a deadline is found, by the prefix of its code."""


def subject_page(subject: str, case: str | None, plan: str | None = None) -> str:
    """Where the subject of a deadline or notice is seen; its case, if it has no page of its own."""
    prefix = subject[:2]
    if prefix == "AC" and plan is not None:
        return f"/planes/{plan}/actividades/{subject}?volver=/trabajo"
    own = {"CA": "casos", "PR": "planes", "DE": "derivaciones", "SD": "solicitudes-de-datos"}
    if prefix in own:
        return f"/{own[prefix]}/{subject}"
    if case is None:
        return "/centros/reservas" if prefix == "RZ" else "/casos"
    tab = _TAB_OF.get(prefix, "")
    return f"/casos/{case}/{tab}" if any(t.key == tab for t in TABS) else f"/casos/{case}"
