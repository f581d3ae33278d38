"""Session notes stay with the psychologist who wrote them; nobody else reads, changes or deletes them."""

from __future__ import annotations

from app.services.victims.registration import Registered
from tests.cases.story import mandate
from tests.factories import World


def admitted(world: World, unit: str) -> tuple[Registered, str]:
    """A person registered by a CEM that brings in `unit` by mandate."""
    cem = world.actor("cem_officer")
    person = world.register(
        cem, identity={"given_names": "Prueba", "first_surname": "Sintética", "age_years": 30}
    )
    answer = world.client(cem).post(f"/api/v1/cases/{person.case_code}/participations", json=mandate(unit))
    assert answer.status_code == 201, answer.text
    return person, unit


def test_notes_are_read_and_changed_by_their_author_alone(world: World) -> None:
    unit = world.unit("CEM")
    person, _ = admitted(world, unit)
    first = world.actor("psychologist", unit=unit, supervisor=True)
    second = world.actor("psychologist", unit=unit, supervisor=True)
    url = f"/api/v1/victims/{person.code}"
    one, two = world.client(first), world.client(second)
    sent = one.patch(
        f"{url}/psychology",
        json={"notes": [{"text": "secreto de la primera"}], "conclusions": "Requiere acompañamiento."},
        headers={"If-Match": '"0"'},
    )
    assert sent.status_code == 200, sent.text
    seen = two.get(url).json()["compartments"]["psychology"]
    assert "notes" not in seen
    assert seen["conclusions"] == "Requiere acompañamiento."
    changed = two.patch(
        f"{url}/psychology",
        json={"notes": [{"text": "secreto de la segunda", "author": first.user_id}]},
        headers={"If-Match": '"1"'},
    )
    assert changed.status_code == 200, changed.text
    mine = one.get(url).json()["compartments"]["psychology"]["notes"]
    assert [note["text"] for note in mine] == ["secreto de la primera"]
    theirs = two.get(url).json()["compartments"]["psychology"]["notes"]
    assert [(note["text"], note["author"]) for note in theirs] == [("secreto de la segunda", second.user_id)]
    assert (
        two.patch(f"{url}/psychology", json={"notes": None}, headers={"If-Match": '"2"'}).status_code == 200
    )
    assert "secreto de la primera" in one.get(url).text
    past = two.get(f"{url}/history", params={"compartment": "psychology"})
    assert "secreto de la primera" not in past.text
