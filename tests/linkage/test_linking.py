"""`ruv import --link` and the import that follows: what is noted, what is decided, what is stored."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import Engine

from app.access.act import CARE, Act
from app.errors import Conflict
from app.services.interop.importing import begin
from app.services.interop.linking import Linked, link
from app.services.interop.outcomes import Outcome
from app.services.interop.rows import file_key
from app.services.matching import runs
from app.services.victims.registration import Registration, register
from tests.factories import World
from tests.interop.files import CTDC, HTCDS, ctdc_file, ctdc_rows, load
from tests.linkage.scene import WHEN, Done, Scene, as_row, compared, incoming, somebody


def test_a_comparison_writes_candidates_and_nobody(scene: Scene, tmp_path: Path) -> None:
    path = incoming(tmp_path, as_row(scene.person), as_row(somebody()), {**WHEN, "prs_Gender": "Feminine"})
    done = compared(scene.world, scene.officer, path)
    assert done.results == {"probable": 1, "ninguna": 1, "sin_nombre": 1}
    assert scene.counts() == (0, 0)
    (candidate,) = scene.candidates()
    assert (candidate.victim_id, candidate.other_id) == (scene.registered.victim_id, None)
    assert (candidate.row_number, candidate.origin, candidate.state) == (2, "LOTE", "PENDIENTE")
    assert candidate.fields["second_surname"] == "EQUAL"
    assert [outcome.person for outcome in done.outcomes] == [None, None, None]


def test_nothing_of_a_row_is_kept_in_the_clear(scene: Scene, tmp_path: Path) -> None:
    path = incoming(tmp_path, as_row(scene.person, number="71239876"))
    compared(scene.world, scene.officer, path)
    with scene.owner.connect() as connection:
        held = connection.execute(
            text(
                "SELECT (SELECT json_agg(m)::text FROM match_candidate m WHERE found_unit_id = :u)"
                " || (SELECT json_agg(r)::text FROM linkage_run r WHERE unit_id = :u)"
                " || (SELECT json_agg(event)::text FROM audit_event WHERE unit_id = :u)"
            ),
            {"u": scene.officer.unit_id},
        ).scalar_one()
    for value in (*scene.person.values(), "71239876"):
        assert value not in held
        assert json.dumps(value)[1:-1] not in held


def test_an_exact_match_has_document_and_name(world: World, owner: Engine, tmp_path: Path) -> None:
    number = str(int(world.tag, 16) % 10**8).zfill(8)
    person = somebody()
    documents = [{"type": "DNI", "number": number, "country": "PE"}]
    world.register(world.actor("cem_officer"), identity={**person, "documents": documents})
    police = world.actor("police_investigator")
    stranger = {**as_row(somebody()), "prs_IdentityNumber": f"[DNI PE] {number}"}
    done = compared(world, police, incoming(tmp_path, as_row(person, number=number), stranger))
    assert done.results == {"exacta": 1, "probable": 1, "repetida": 1}


def test_a_row_that_repeats_another_is_told(scene: Scene, tmp_path: Path) -> None:
    person = somebody()
    path = incoming(tmp_path, as_row(person), as_row(somebody()), as_row(person))
    done = compared(scene.world, scene.officer, path, batch=1)
    assert done.results == {"ninguna": 3, "repetida": 1}
    assert done.outcomes[2].warnings[0]["message"] == "Se parece a la línea 2."


def test_the_same_file_again_says_the_same_and_writes_nothing(scene: Scene, tmp_path: Path) -> None:
    path = incoming(tmp_path, as_row(scene.person), as_row(somebody()))
    first = compared(scene.world, scene.officer, path)
    again = compared(scene.world, scene.officer, path)
    assert again.results == first.results
    assert (again.linked.run, again.linked.resumed_at, again.outcomes) == (first.linked.run, 2, [])
    assert len(scene.candidates()) == 1


class _Killed(Exception):
    """Stands for the end of the process between two batches."""


@pytest.mark.parametrize("other_batch", [2, 3, 50])
def test_a_comparison_cut_off_goes_on(scene: Scene, tmp_path: Path, other_batch: int) -> None:
    twin = somebody()
    people = [twin, somebody(), scene.person, somebody(), twin]
    path = incoming(tmp_path, *map(as_row, people))
    seen: list[Outcome] = []

    def stop(outcomes: Iterable[Outcome]) -> None:
        seen.extend(outcomes)
        if len(seen) >= 2:
            raise _Killed

    linked = Linked(begin(path, HTCDS).rows)
    with pytest.raises(_Killed):
        link(scene.world.runtime.database, scene.officer, path, HTCDS, linked, done=stop, batch=1)
    with pytest.raises(Conflict):
        scene.commit(path)
    rest = compared(scene.world, scene.officer, path, batch=other_batch)
    assert rest.linked.resumed_at == 2
    assert [outcome.line for outcome in rest.outcomes] == [4, 5, 6]
    assert rest.results == {"ninguna": 4, "probable": 1, "repetida": 1}
    assert len(scene.candidates()) == 1


def test_two_processes_do_not_count_twice(scene: Scene, tmp_path: Path) -> None:
    path = incoming(tmp_path, as_row(somebody()), as_row(somebody()))
    digest = scene.world.runtime.vault.secret("digest")
    with scene.world.session(scene.officer) as session:
        run = runs.begin(Act(session, CARE), HTCDS.source, file_key(digest, path), 2)
        runs.advance(session, run, 1, {"ninguna": 1})
    with pytest.raises(Conflict), scene.world.session(scene.officer) as session:
        runs.advance(session, run, 2, {"ninguna": 2})


def test_who_is_overtaken_by_another_process_is_told_so(scene: Scene, tmp_path: Path) -> None:
    path = incoming(tmp_path, as_row(somebody()), as_row(scene.person))
    overtaking: list[Done] = []

    def overtaken(_outcomes: Sequence[Outcome]) -> None:
        overtaking.append(compared(scene.world, scene.officer, path, batch=1))

    with pytest.raises(Conflict, match="Otra orden"):
        link(scene.world.runtime.database, scene.officer, path, HTCDS, Linked(2), done=overtaken, batch=1)
    assert overtaking[0].results == {"ninguna": 1, "probable": 1}
    assert len(scene.candidates()) == 1


def test_the_same_person_joins_and_nobody_is_made(scene: Scene, tmp_path: Path) -> None:
    path = incoming(tmp_path, as_row(scene.person), as_row(somebody()))
    compared(scene.world, scene.officer, path)
    assert scene.commit(path) == {"retenida": 1, "creada": 1}
    scene.decide("MISMA")
    assert scene.commit(path) == {"unida": 1, "ya_estaba": 1}
    assert scene.counts() == (1, 2)
    with scene.owner.connect() as connection:
        row = connection.execute(
            text(
                "SELECT victim_id, reference_year FROM import_row"
                " WHERE reference_year IS NOT NULL AND unit_id = :u"
            ),
            {"u": scene.officer.unit_id},
        ).one()
    assert tuple(row) == (scene.registered.victim_id, 2024)
    client = scene.world.client(scene.officer)
    assert client.get(f"/api/v1/victims/{scene.registered.code}").status_code == 404
    assert scene.commit(path) == {"ya_estaba": 2}


def test_another_person_is_made_and_not_asked_about_again(scene: Scene, tmp_path: Path) -> None:
    path = incoming(tmp_path, as_row(scene.person))
    compared(scene.world, scene.officer, path)
    scene.decide("DISTINTA")
    assert scene.commit(path) == {"creada": 1}
    (candidate,) = scene.candidates()
    assert (candidate.state, candidate.run_id, candidate.row_number) == ("DISTINTA", None, None)
    assert candidate.victim_id == scene.registered.victim_id
    assert candidate.other_id is not None


def test_who_does_not_know_keeps_the_row_back(scene: Scene, tmp_path: Path) -> None:
    path = incoming(tmp_path, as_row(scene.person))
    compared(scene.world, scene.officer, path)
    scene.decide("NO_SE")
    assert scene.commit(path) == {"retenida": 1}
    scene.decide("DISTINTA")
    assert scene.commit(path) == {"creada": 1}


def test_a_row_of_two_persons_waits(scene: Scene, tmp_path: Path) -> None:
    _twin(scene)
    path = incoming(tmp_path, as_row(scene.person))
    compared(scene.world, scene.officer, path)
    assert len(scene.candidates()) == 2
    scene.decide("MISMA")
    done = load(scene.world, scene.officer, path, HTCDS)
    assert done.results == {"retenida": 1}
    assert done.refusals() == {(2, "", "several-persons")}


def _twin(scene: Scene) -> None:
    """The same name once more in the register, by another unit."""
    other = scene.world.actor("cem_officer")
    with scene.world.session(other) as session:
        registration = Registration({"identity": scene.person}, date(2024, 5, 2))
        register(Act(session, CARE), registration, not_duplicate="HOMONIMA")


def test_without_a_comparison_probable_ones_are_noted(scene: Scene, tmp_path: Path) -> None:
    path = incoming(tmp_path, as_row(scene.person))
    assert scene.commit(path) == {"creada": 1}
    (candidate,) = scene.candidates()
    assert (candidate.victim_id, candidate.run_id) == (scene.registered.victim_id, None)
    assert (candidate.origin, candidate.state, candidate.band) == ("LOTE", "PENDIENTE", 2)


def test_two_rows_of_one_file_are_noted_as_a_pair(scene: Scene, tmp_path: Path) -> None:
    person = somebody()
    path = incoming(
        tmp_path,
        as_row(person),
        as_row(person | {"birth_date": person["birth_date"]}) | {"prs_Gender": "Feminine"},
    )
    assert scene.commit(path) == {"creada": 2}
    (candidate,) = scene.candidates()
    assert candidate.other_id is not None


def test_a_document_somebody_else_has_is_let_through_once_decided(
    world: World, owner: Engine, tmp_path: Path
) -> None:
    number = str(int(world.tag, 16) % 10**8).zfill(8)
    registrar, police = world.actor("cem_officer"), world.actor("police_investigator")
    documents = [{"type": "DNI", "number": number, "country": "PE"}]
    person = somebody()
    registered = world.register(registrar, identity={**person, "documents": documents})
    scene = Scene(world, owner, registrar, police, person, registered)
    path = incoming(tmp_path, as_row(somebody(), number=number))
    assert scene.commit(path) == {"rechazada": 1}
    compared(world, police, path)
    scene.decide("DISTINTA")
    assert scene.commit(path) == {"creada": 1}


def test_a_file_without_names_has_nothing_to_compare(world: World, tmp_path: Path) -> None:
    police = world.actor("police_investigator")
    path = ctdc_file(tmp_path / "c.csv", ctdc_rows(30))
    linked = Linked(begin(path, CTDC).rows)
    link(world.runtime.database, police, path, CTDC, linked, done=lambda _: None)
    assert dict(linked.results) == {"sin_nombre": 30}
