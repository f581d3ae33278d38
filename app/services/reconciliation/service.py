"""A year's figures reconciled between sources: from a snapshot, small numbers and what tells them hidden."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.actor import SETUP
from app.access.guard import require
from app.access.permissions import Permission
from app.access.policy import policy
from app.audit import record
from app.db import Database, vault_of
from app.errors import refusal
from app.matching import RULES_VERSION, Band
from app.records.kinds import LIMA, today
from app.services.figures import matched
from app.services.figures.snapshots import LEAST_CHANGED, snapshots
from app.services.figures.sources import EVERYBODY, Figures, Group, groups, together
from app.services.reconciliation.release import OTHERS, SMALLEST_PUBLISHED, Released, release
from app.services.reconciliation.views import (
    ExactFigures,
    ExactReconciliationView,
    GuardedFigures,
    N,
    OverlapView,
    ReconciliationHead,
    ReconciliationView,
)
from app.services.views import CellView

FIRST_YEAR = 1900
PRINTED, HIDDEN = "PUBLICADO", "RESERVADO"
_OTHERS_LABEL = "Otras fuentes"
_BANDS = {Band.EXACT: "EXACTA", Band.PROBABLE: "PROBABLE", Band.POSSIBLE: "POSIBLE"}
COMMON_NOTES = (
    "Una persona es un registro con los que se unieron a él; mientras no se decide una duda, son dos.",
    "No se cuentan las alertas sin confirmar ni los casos descartados. El año es el de referencia del caso.",
)
INSIDE_NOTE = (
    "No son datos anónimos: son de trabajo interno y no se publican. Se reserva todo número menor que "
    f"{SMALLEST_PUBLISHED} y los que permitirían deducirlo; las fuentes pequeñas van juntas."
)
HELD_NOTE = (
    f"Las cifras se renuevan a lo más una vez al mes, y solo si en el año cambiaron al menos {LEAST_CHANGED} "
    "personas."
)
EXACT_NOTE = "CIFRAS EXACTAS Y AL MOMENTO: una diferencia entre dos consultas puede ser una persona."
RELEASE_NOTE = (
    f"Se reserva todo número menor que {SMALLEST_PUBLISHED}, sea cero o no, y los que permitirían deducirlo."
    " Publíquese una sola vez por año: dos cortes distintos se pueden restar."
)


def reconcile(
    database: Database, act: Act, year: int, *, released: bool = False
) -> ExactReconciliationView | ReconciliationView:
    """What each source counted in a year, how many persons that is, and how many two and three share.

    The figures stand still until ten persons changed, as the indicators' do, and with them the `input_hash`,
    which is keyed: nobody outside can try small numbers until it fits.

    Args:
        database: counted as `ruv_report`.
        session: of the actor.
        actor: who asks; the operator of the server (`SETUP`) may too, and sees no more than anybody.
        year: the reference year.
        released: the form that may leave the house, of closed years alone.

    Raises:
        Forbidden: the actor may not read indicators.
        Invalid: a year that cannot be, or, for the released form, has not ended.
        Unavailable: the trace cannot be written.
    """
    if act.actor != SETUP:
        require(act.actor, Permission.INDICATORS_READ)
    _check_year(year, closed=released)
    record(act, "matching.reconcile", detail={"year": year, "released": released})
    if policy().permits(act.actor.role, Permission.INDICATORS_EXACT) and not released:
        return exact(act.session, year)
    found = snapshots(database, year, overlaps=True).get(year)
    figures = found.reconciliation if found else Figures(year, {}, {}, {}, "")
    as_of = found.taken_at.astimezone(LIMA).date().isoformat() if found else None
    notes = (RELEASE_NOTE if released else INSIDE_NOTE, HELD_NOTE, *COMMON_NOTES)
    return {
        **_head(act.session, figures, as_of),
        "form": "release" if released else "inside",
        **_guarded(release(figures), _labels(act.session, figures)),
        "notes": list(notes),
    }


def exact(session: Session, year: int) -> ExactReconciliationView:
    """The figures as they are now, nothing hidden: for who holds `indicators:exact`."""
    figures = matched.figures(session, year)
    as_of = datetime.now(UTC).isoformat(timespec="seconds")
    return {**_head(session, figures, as_of), **_exact(figures, _labels(session, figures))}


def _head(session: Session, figures: Figures, as_of: str | None) -> ReconciliationHead:
    return {
        "year": figures.year,
        "as_of": as_of,
        "rules_version": RULES_VERSION,
        "input_hash": _input_hash(vault_of(session).secret("audit"), figures),
    }


def _labels(session: Session, figures: Figures) -> dict[str, str]:
    return {OTHERS: _OTHERS_LABEL, **matched.names(session, figures.sources)}


def _check_year(year: int, *, closed: bool) -> None:
    last = today().year - int(closed)
    if not FIRST_YEAR <= year <= last:
        message = f"El año va de {FIRST_YEAR} a {last}" + (", el último ya cerrado." if closed else ".")
        raise refusal("year", "year", message)


def _input_hash(key: bytes, figures: Figures) -> str:
    body = json.dumps(
        {
            "year": figures.year,
            "rules": RULES_VERSION,
            "counted": figures.digest,
            "undecided": sorted(figures.undecided.items()),
        }
    )
    return hmac.new(key, b"reconciliation\0" + body.encode(), "sha256").hexdigest()


def _exact(figures: Figures, labels: Mapping[str, str]) -> ExactFigures:
    persons = {group: together(figures.persons, group) for group in groups(figures.sources)}
    return {
        "form": "exact",
        "records": sum(figures.records.values()),
        "persons": persons[EVERYBODY],
        "sources": [
            {
                "source": source,
                "label": labels.get(source, source),
                "records": count,
                "persons": persons[frozenset({source})],
                "only_here": figures.persons.get(frozenset({source}), 0),
            }
            for source, count in sorted(figures.records.items())
        ],
        "pairs": _overlaps(persons, 2),
        "triples": _overlaps(persons, 3),
        "undecided": {label: figures.undecided.get(band, 0) for band, label in _BANDS.items()},
        "notes": [EXACT_NOTE, *COMMON_NOTES],
    }


def _guarded(released: Released, labels: Mapping[str, str]) -> GuardedFigures:
    persons = {group: _cell(value) for group, value in released.persons.items()}
    return {
        "smallest": SMALLEST_PUBLISHED,
        "persons": persons[EVERYBODY],
        "sources": [
            {
                "source": source,
                "label": labels.get(source, source),
                "records": _cell(count),
                "persons": persons[frozenset({source})],
            }
            for source, count in released.records.items()
        ],
        "pairs": _overlaps(persons, 2),
        "triples": _overlaps(persons, 3),
        "undecided": _cell(released.undecided),
    }


def _overlaps(persons: Mapping[Group, N], size: int) -> list[OverlapView[N]]:
    found: Iterable[Group] = (group for group in persons if len(group) == size)
    return [{"sources": sorted(group), "persons": persons[group]} for group in found]


def _cell(value: int | None) -> CellView:
    return {"value": value, "status": HIDDEN if value is None else PRINTED}
