"""An export holds what its actor reads, and nothing else."""

from __future__ import annotations

import json

import pytest

from app.errors import Forbidden
from app.services.interop.exporting import Exported, export_htcds
from tests.access.http_checks import levels_of
from tests.access.matrix import PERMISSIONS, ROLES, Office, Person, leaks

READERS = [role for role in ROLES if "victims:read" in PERMISSIONS[role]]


@pytest.fixture(scope="module")
def ended(office: Office) -> Person:
    """A person whose case nobody takes part in any more."""
    made = office.person()
    office.run("UPDATE participation SET ended_at = now() WHERE victim_id = %(v)s", v=made.victim_id)
    return made


@pytest.fixture(scope="module")
def narrowed(office: Office) -> Person:
    """A person of whom each unit was given her services."""
    made = office.person()
    office.run(
        "UPDATE participation SET compartments = '{services}' WHERE victim_id = %(v)s", v=made.victim_id
    )
    return made


@pytest.mark.parametrize("role", READERS)
def test_an_export_keeps_the_matrix(
    office: Office, person: Person, ended: Person, narrowed: Person, role: str
) -> None:
    actor, levels = office.actors[role], levels_of(role)
    rows = {_code(row): row for row in _exported(office, role)}
    author = office.wrote(actor)
    for made, given in ((person, levels), (narrowed, levels_of(role, shared=frozenset({"services"})))):
        text = json.dumps(rows[made.code], ensure_ascii=False)
        assert list(leaks(text, made.filling.canaries, given, author=author)) == []
    assert person.code in rows
    assert ended.code not in rows
    if levels["identity"] == "full":
        assert person.filling.data["identity"]["given_names"] in rows[person.code].values()
    looks = office.run(
        "SELECT count(*) FROM audit_event WHERE user_id = %(w)s AND victim_id = %(v)s",
        w=actor.user_id,
        v=person.victim_id,
    )
    assert looks[0][0] >= 1


@pytest.mark.parametrize("role", READERS)
def test_a_strangers_export_is_empty(office: Office, person: Person, role: str) -> None:
    assert list(export_htcds(office.world.runtime.database, office.strangers[role], Exported())) == []


@pytest.mark.parametrize("role", sorted(set(ROLES) - set(READERS)))
def test_who_reads_no_persons_exports_none(office: Office, person: Person, role: str) -> None:
    with pytest.raises(Forbidden):
        _exported(office, role)


def _exported(office: Office, role: str) -> list[dict[str, str]]:
    return list(export_htcds(office.world.runtime.database, office.actors[role], Exported()))


def _code(row: dict[str, str]) -> str:
    return next(value for value in row.values() if value.startswith("TP-"))
