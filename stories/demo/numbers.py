"""The numbers of the story: a release two people publish, and the indicators, as the analyst gets them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from app.access.actor import SETUP
from app.db import Database
from app.services.institutions.service import actor_of
from stories.demo.cast import username
from stories.demo.seats import Seat
from stories.desk import Json

YEAR: Final = 2024
"""The last year that the published figures cover whole."""
INDICATORS: Final = ("3.1.b", "3.2.b", "3.3.b")
_APPROVERS: Final = ("registry_steward", "data_protection_officer")


@dataclass(frozen=True, slots=True)
class Numbers:
    """What the analyst was answered."""

    indicators: list[Json]
    release: Json
    tables: dict[str, Json]
    budget: Json


def get_numbers(
    database: Database, address: str, passwords: Mapping[str, str], tell: Callable[[str], None]
) -> Numbers:
    """Publish the release of `YEAR` unless it is, then read everything as the analyst.

    Raises:
        StoryBroken: the register did not answer as it must.
    """
    code = _published(database, address, passwords, tell)
    with Seat(address, "analyst", passwords["analyst"]) as analyst:
        listed = analyst.read("/releases")
        budget = next(entry for entry in listed["budget"] if entry["year"] == YEAR)
        return Numbers(
            [analyst.read(f"/indicators/{name}?year={YEAR}") for name in INDICATORS],
            analyst.read(f"/releases/{code}"),
            {name: analyst.read(f"/releases/{code}/tables/{name}.json") for name in ("T0", "T1", "T2")},
            budget,
        )


def _published(
    database: Database, address: str, passwords: Mapping[str, str], tell: Callable[[str], None]
) -> str:
    """The code of the year's release: built once, approved by two people of different institutions."""
    with Seat(address, _APPROVERS[0], passwords[_APPROVERS[0]]) as steward:
        found = [entry for entry in steward.read("/releases")["items"] if entry["year"] == YEAR]
    if not found:
        found = [{"code": _built(database, tell), "published_at": None, "approvals": []}]
    release = found[-1]
    done = {approval["role"] for approval in release["approvals"]}
    for role in _APPROVERS:
        if release["published_at"] is None and role not in done:
            with Seat(address, role, passwords[role]) as desk:
                desk.send(f"/releases/{release['code']}/approvals", {})
                tell(f"{desk.label}: aprueba la liberación {release['code']}.")
    return str(release["code"])


def _built(database: Database, tell: Callable[[str], None]) -> str:
    from app.services.releases.build import build  # noqa: PLC0415 - loads numpy and OpenDP, for the first run only

    with database.session(SETUP) as session:
        steward = actor_of(session, username(_APPROVERS[0]))
    built = build(database, steward, YEAR)
    tell(f"Custodia del registro: construye la liberación {built.code} de {YEAR}.")
    return built.code
