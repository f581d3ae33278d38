"""Import into the register: nothing half-done, nothing twice, nothing lost silently, no value in a report."""

from __future__ import annotations

import csv
import json
import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text

from app.access.act import CARE, Act
from app.access.actor import Actor
from app.errors import Forbidden, Invalid
from app.models import (
    AuditEvent,
    CompartmentHead,
    Exploitation,
    ImportRow,
    Profile,
    TraffickingCase,
    Victim,
    VictimBlob,
    VictimCode,
)
from app.services.interop.importing import begin
from app.services.interop.outcomes import report
from app.services.victims.queries import read
from tests.factories import World
from tests.interop.files import CTDC, HTCDS, ctdc_file, ctdc_rows, htcds_file, load

WHEN = {"ruv_FirstIdentifiedOn": "2024-05-02"}
SECRET = "ñqxÑandú"
"""A marked value, looked for in what must not hold it."""


def counted(world: World, actor: Actor) -> dict[str, int]:
    """Rows of the actor's unit in every table an import writes."""
    with world.session(actor) as session:
        tables = (Victim, VictimCode, TraffickingCase, Profile, VictimBlob, CompartmentHead, ImportRow)
        return {t.__tablename__: session.scalar(select(func.count()).select_from(t)) or 0 for t in tables}


def record_of(world: World, actor: Actor, code: str | None) -> dict[str, Any]:
    with world.session(actor) as session:
        found: dict[str, Any] = read(Act(session, CARE), code or "")
    return found


def test_a_dry_run_stores_nothing_and_says_what_would_be(world: World, tmp_path: Path) -> None:
    police = world.actor("police_investigator")
    path = ctdc_file(tmp_path / "c.csv", [*ctdc_rows(40), ("",) * 2 + ("Female",) * 8])
    done = load(world, police, path, CTDC, commit=False)
    assert done.results == {"valida": 40, "rechazada": 1}
    assert (42, "yearOfRegistration", "year") in done.refusals()
    assert set(counted(world, police).values()) == {0}


def test_each_row_becomes_a_person_with_her_case_her_trace_and_her_key(world: World, tmp_path: Path) -> None:
    police = world.actor("police_investigator")
    done = load(world, police, ctdc_file(tmp_path / "c.csv", ctdc_rows(120)), CTDC)
    assert done.results == {"creada": 120}
    found = counted(world, police)
    tables = ("victim", "victim_code", "trafficking_case", "profile", "import_row")
    assert {found[t] for t in tables} == {120}
    assert found["victim_blob"] == found["compartment_head"] >= 120
    with world.runtime.database.session(police) as session:
        assert len(set(session.scalars(select(TraffickingCase.source)))) == 2
    with world.runtime.database.reporting("ruv_sealer") as sealer:
        mine = sealer.execute(
            select(AuditEvent.action, func.count(), func.count(AuditEvent.victim_id.distinct()))
            .where(AuditEvent.user_id == police.user_id)
            .group_by(AuditEvent.action)
        )
        events = {row.action: tuple(row)[1:] for row in mine}
    assert events["victims.register"] == (120, 120)
    assert events["interop.import"] == (3, 0)


def test_what_the_file_says_is_in_the_record(world: World, tmp_path: Path) -> None:
    police = world.actor("police_investigator")
    row = ("2016", "Hotline", "Female", "48+", "PH", "0.0", "Financial", "", "Sexual", "")
    done = load(world, police, ctdc_file(tmp_path / "c.csv", [row]), CTDC)
    found = record_of(world, police, done.outcomes[0].person)
    identity, legal = found["compartments"]["identity"], found["compartments"]["legal"]
    assert (identity["sex"], identity["nationality"], identity["age_min"]) == ("MUJER", "PH", 48)
    assert "age_max" not in identity
    own, forced = identity["external_references"]
    assert own["system"] == "CTDC 2020-04-14"
    assert forced == {"system": "CTDC 2020-04-14: isForcedLabour", "reference": "0.0"}
    assert legal["purposes"] == ["EXPLOTACION_SEXUAL"]
    assert legal["control_other"] == "CTDC: Financial"
    assert "recruiter_relation" not in legal
    assert "activities" not in legal
    assert str(found["cases"][0]["first_identified_on"]) == "2016-01-01"


def test_importing_twice_and_in_another_order_creates_nothing(world: World, tmp_path: Path) -> None:
    unit = world.unit("PNP")
    police = world.actor("police_investigator", unit=unit, supervisor=True)
    rows = ctdc_rows(130)
    first = load(world, police, ctdc_file(tmp_path / "a.csv", rows), CTDC)
    before = counted(world, police)
    shuffled = random.Random(4).sample(rows, len(rows))
    for actor, path in (
        (police, tmp_path / "a.csv"),
        (police, ctdc_file(tmp_path / "b.csv", shuffled)),
        (world.actor("police_investigator", unit=unit), tmp_path / "a.csv"),
    ):
        again = load(world, actor, path, CTDC, batch=37)
        assert again.results == {"ya_estaba": 130}
        assert counted(world, police) == before
        if actor is police:
            assert {o.person for o in again.outcomes} == {o.person for o in first.outcomes}


def test_a_longer_file_adds_only_what_is_new(world: World, tmp_path: Path) -> None:
    police = world.actor("police_investigator")
    rows = ctdc_rows(60)
    load(world, police, ctdc_file(tmp_path / "a.csv", rows), CTDC)
    grown = load(world, police, ctdc_file(tmp_path / "b.csv", [rows[0], *rows]), CTDC)
    assert grown.results == {"ya_estaba": 60, "creada": 1}


def test_two_imports_of_one_file_at_once_create_each_person_once(world: World, tmp_path: Path) -> None:
    police = world.actor("police_investigator")
    path = ctdc_file(tmp_path / "c.csv", ctdc_rows(200))
    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(load, world, police, path, CTDC, batch=100) for _ in range(2)]
        done = [one.result() for one in runs]
    assert sum(one.results.get("creada", 0) for one in done) == 200
    assert not any(one.results.get("rechazada") for one in done)
    assert counted(world, police)["victim"] == 200


def test_a_bad_row_is_refused_by_name_and_the_others_are_stored(world: World, tmp_path: Path) -> None:
    police = world.actor("police_investigator")
    good = {**WHEN, "prs_FirstName": "Rosalía", "prs_Gender": "Feminine"}
    path = htcds_file(
        tmp_path / "h.csv",
        good,
        {**good, "prs_Birthdate": "17/03/2000"},
        {**good, "prs_NumberOfChildren": "muchos"},
        {**good, "prs_Birthdate": "2000-03-17"},
        {**good, "ruv_FirstIdentifiedOn": ""},
        {**good, "ruv_FirstIdentifiedOn": "2999-01-01"},
    )
    done = load(world, police, path, HTCDS)
    assert done.results == {"creada": 2, "rechazada": 4}
    assert done.refusals() == {
        (3, "prs_Birthdate", "date_format"),
        (4, "prs_NumberOfChildren", "int_type"),
        (6, "ruv_FirstIdentifiedOn", "date"),
        (7, "ruv_FirstIdentifiedOn", "out-of-range"),
    }
    assert counted(world, police)["victim"] == 2


def test_a_row_of_another_shape_does_not_stop_the_import(world: World, tmp_path: Path) -> None:
    police = world.actor("police_investigator")
    rows = ctdc_rows(3)
    done = load(world, police, ctdc_file(tmp_path / "c.csv", [rows[0], rows[1][:4], rows[2]]), CTDC)
    assert done.results == {"creada": 2, "rechazada": 1}
    assert done.refusals() == {(3, "", "columns")}


def test_what_the_database_refuses_costs_its_own_row_alone(world: World, tmp_path: Path) -> None:
    """A constraint the checks know nothing of breaks the batch; its sound rows are stored all the same."""
    police = world.actor("police_investigator")
    rows = ctdc_rows(5)
    path = ctdc_file(tmp_path / "c.csv", rows)
    with world.runtime.database.engine("ruv_owner").begin() as owner:
        owner.execute(
            text(
                "ALTER TABLE trafficking_case ADD CONSTRAINT planted CHECK"
                f" (reference_year <> 2017 OR opened_unit_id <> {police.unit_id}) NOT VALID"
            )
        )
    try:
        done = load(world, police, ctdc_file(path, [*rows, ("2017", *rows[0][1:])]), CTDC)
    finally:
        with world.runtime.database.engine("ruv_owner").begin() as owner:
            owner.execute(text("ALTER TABLE trafficking_case DROP CONSTRAINT planted"))
    assert done.results == {"creada": 5, "rechazada": 1}
    assert {code for _, _, code in done.refusals()} == {"storage"}
    assert counted(world, police)["victim"] == counted(world, police)["import_row"] == 5


def test_a_known_document_is_refused_and_the_unit_to_ask_stays_unnamed_in_the_report(
    world: World, tmp_path: Path
) -> None:
    number = str(int(world.tag, 16) % 10**8).zfill(8)
    row = {**WHEN, "prs_IdentityNumber": f"[DNI PE] {number}", "prs_FirstName": "Rosalía"}
    police, other = world.actor("police_investigator"), world.actor("cem_officer")
    first = load(world, police, htcds_file(tmp_path / "a.csv", row), HTCDS)
    path = htcds_file(tmp_path / "b.csv", {**row, "prs_FirstName": "Rosa"}, {**WHEN, "prs_FirstName": "Ana"})
    mine, theirs = load(world, police, path, HTCDS), load(world, other, path, HTCDS)
    assert mine.results == theirs.results == {"creada": 1, "rechazada": 1}
    assert (2, "", "possible-duplicate") in theirs.refusals()
    assert mine.outcomes[0].person == first.outcomes[0].person
    assert theirs.outcomes[0].person is None


def test_a_document_twice_in_one_file_is_one_person(world: World, tmp_path: Path) -> None:
    number = str(int(world.tag, 16) % 10**8).zfill(8)
    rows = [{**WHEN, "prs_FirstName": n, "prs_IdentityNumber": f"[CE] {number}"} for n in ("Rosa", "Rosalía")]
    done = load(world, world.actor("police_investigator"), htcds_file(tmp_path / "a.csv", *rows), HTCDS)
    assert done.results == {"creada": 1, "rechazada": 1}


def test_an_exported_person_is_known_by_her_code(world: World, tmp_path: Path) -> None:
    police = world.actor("police_investigator")
    person = world.register(police, identity={"given_names": "Rosalía"})
    row = {**WHEN, "ruv_PersonCode": person.code.lower(), "prs_FirstName": "Rosalía"}
    done = load(world, police, htcds_file(tmp_path / "a.csv", row), HTCDS)
    assert done.results == {"ya_estaba": 1}
    assert done.outcomes[0].person == person.code


def test_no_value_is_in_the_report_nor_in_the_messages(world: World, tmp_path: Path) -> None:
    police = world.actor("police_investigator")
    bad = {
        "prs_FirstName": SECRET + "\u202e", "prs_Birthdate": SECRET, "prs_Gender": SECRET,
        "prs_NumberOfChildren": SECRET, "vic_MethodsOfControl": SECRET, "prs_Citizenship": SECRET,
        "ruv_FirstIdentifiedOn": SECRET, "prs_Email": SECRET, "sin_destino": SECRET,
    }  # fmt: skip
    path = htcds_file(tmp_path / "h.csv", bad, {**bad, **WHEN}, {**WHEN, "prs_Gender": SECRET})
    target = tmp_path / "informe.csv"
    done = load(world, police, path, HTCDS)
    with report(target) as write:
        write(done.outcomes)
    assert done.results == {"rechazada": 2, "creada": 1}
    assert SECRET not in target.read_text(encoding="utf-8")
    assert SECRET not in str(done)
    assert target.stat().st_mode & 0o077 == 0
    with target.open(encoding="utf-8", newline="") as handle:
        lines = list(csv.DictReader(handle))
    assert {(x["linea"], x["resultado"]) for x in lines} >= {
        ("2", "rechazada"),
        ("4", "creada"),
        ("4", "aviso"),
    }
    assert all(x["motivo"] for x in lines if x["resultado"] in {"rechazada", "aviso"})


def test_a_sealed_value_is_nowhere_in_clear(world: World, tmp_path: Path) -> None:
    police = world.actor("police_investigator")
    row = {**WHEN, "prs_FirstName": SECRET, "prs_Gender": SECRET, "vic_TypeOfExploitation": SECRET}
    done = load(world, police, htcds_file(tmp_path / "h.csv", row), HTCDS)
    with world.session(police) as session:
        for table in (Victim, TraffickingCase, Profile, Exploitation, ImportRow, VictimBlob):
            hidden = ("unit_id", "created_by") if table is VictimBlob else ()
            shown = [column for column in table.__table__.c if column.name not in hidden]
            assert SECRET not in str(session.execute(select(*shown)).all())
    identity = record_of(world, police, done.outcomes[0].person)["compartments"]["identity"]
    assert {r["reference"] for r in identity["external_references"]} > {SECRET}


def test_columns_nobody_imports_are_counted(world: World, tmp_path: Path) -> None:
    path = htcds_file(tmp_path / "h.csv", {**WHEN, "prs_Title": "Sra.", "cas_Status": "Active", "otra": "x"})
    summary = begin(path, HTCDS)
    assert summary.unknown_columns == {"otra": 1}
    assert summary.columns_elsewhere == {"prs_Title": 1, "cas_Status": 1}


def test_a_file_without_a_known_column_is_refused_without_repeating_its_first_line(tmp_path: Path) -> None:
    path = tmp_path / "h.csv"
    path.write_text(f"{SECRET},40117410\nAna,40117411\n", encoding="utf-8")
    for form in (HTCDS, CTDC):
        with pytest.raises(Invalid) as refused:
            begin(path, form)
        assert SECRET not in str(refused.value.problem())


def test_json_is_imported_too(world: World, tmp_path: Path) -> None:
    police = world.actor("police_investigator")
    path = tmp_path / "h.json"
    item = {**WHEN, "prs_FirstName": "Ana", "prs_Deceased": False, "prs_Citizenship": ["VE", "PE"]}
    path.write_text(json.dumps([item]), encoding="utf-8")
    done = load(world, police, path, HTCDS)
    identity = record_of(world, police, done.outcomes[0].person)["compartments"]["identity"]
    assert (identity["deceased"], identity["nationality"]) == ("NO", "VE")


@pytest.mark.parametrize("role", ["analyst", "registry_steward", "prosecutor", "car_caseworker"])
def test_a_role_without_the_permission_is_refused_and_it_is_recorded(
    world: World, tmp_path: Path, role: str
) -> None:
    actor = world.actor(role)
    path = ctdc_file(tmp_path / "c.csv", ctdc_rows(2))
    for commit in (False, True):
        with pytest.raises(Forbidden):
            load(world, actor, path, CTDC, commit=commit)
    with world.runtime.database.reporting("ruv_sealer") as sealer:
        mine = select(AuditEvent.action, AuditEvent.outcome).where(AuditEvent.user_id == actor.user_id)
        assert [tuple(row) for row in sealer.execute(mine)] == [("denied", "denied")] * 2


def test_a_unit_for_children_refuses_adults_and_fields_it_may_not_write(world: World, tmp_path: Path) -> None:
    upe = world.actor("upe_officer")
    blank = ("", "", "", "", "", "")
    path = ctdc_file(
        tmp_path / "c.csv",
        [
            ("2016", "Hotline", "Female", "9--17", *blank),
            ("2016", "Hotline", "Female", "48+", *blank),
            ("2016", "Hotline", "Female", "9--17", "", "", "", "", "Sexual", ""),
        ],
    )
    done = load(world, upe, path, CTDC)
    assert done.results == {"creada": 1, "rechazada": 2}
    assert done.refusals() == {(3, "", "forbidden"), (4, "ExploitType", "not-writable")}


def test_the_real_file_in_part(world: World, tmp_path: Path, shared_data: Path) -> None:
    source = shared_data / "ctdc" / "ctdc_global_kanon_2020_enriched11.csv"
    if not source.exists():
        pytest.skip("needs ../shared/data/ctdc, which is not part of the repository")
    police = world.actor("police_investigator")
    dry = load(world, police, source, CTDC, commit=False, batch=2000)
    assert dry.results == {"valida": 48_801}
    assert not dry.summary.unknown_columns
    with source.open(encoding="utf-8") as handle:
        lines = handle.readlines()
    part = tmp_path / "parte.csv"
    part.write_text("".join([lines[0], *lines[1::97]]), encoding="utf-8")
    done = load(world, police, part, CTDC, batch=500)
    assert done.results == {"creada": len(lines[1::97])}
    assert load(world, police, part, CTDC).results == {"ya_estaba": len(lines[1::97])}
