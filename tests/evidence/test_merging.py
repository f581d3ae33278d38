"""A person's files and prints follow her when records are merged and split, and still open."""

from __future__ import annotations

from sqlalchemy import Engine, text

from tests.cases.story import API, ok
from tests.evidence import samples
from tests.evidence.test_evidence import send
from tests.factories import World
from tests.merging.story import dump, two_of
from tests.plans.story import running
from tests.printing.test_printing import pdf


def _owners(admin: Engine, victim_id: int) -> set[int]:
    with admin.connect() as connection:
        query = text(
            "SELECT (SELECT count(*) FROM evidence_file WHERE victim_id = :v)"
            " + (SELECT count(*) FROM evidence_chunk WHERE victim_id = :v)"
            " + (SELECT count(*) FROM printed_document WHERE victim_id = :v)"
        )
        return {int(connection.scalar(query, {"v": victim_id}) or 0)}


def test_files_move_with_their_person_and_come_back(world: World, admin: Engine) -> None:
    first, _ = running(world)
    second, activity = running(world)
    code = ok(send(second.client, second.code, activity), 201)["code"]
    ok(send(second.client, second.code, None, samples.pdf(), kind="PLAN_FIRMADO"), 201)
    pdf(second.client.get(f"{second.url}.pdf"))
    before = second.client.get(f"{API}/evidence/{code}").content
    ids = [first.person.victim_id, second.person.victim_id]
    whole = dump(admin, ids)
    two = two_of(world)
    two.merge(first.person.victim, second.person.victim)
    assert _owners(admin, second.person.victim_id) == {0}
    assert _owners(admin, first.person.victim_id) == {5}
    assert second.client.get(f"{API}/evidence/{code}").content == before
    assert len(ok(second.client.get(f"{second.url}/evidence"))["items"]) == 2
    pdf(second.client.get(f"{second.url}.pdf"))
    two.split(first.person.victim, second.person.victim)
    assert second.client.get(f"{API}/evidence/{code}").content == before
    after = dump(admin, ids)
    for table in ("evidence_file", "evidence_chunk"):
        assert after[table] == whole[table]
