"""Deadlines that hang on a case: begun, met, and no longer wanted, as people act."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text

from app.records.kinds import today
from tests.cases.story import API, Registered, move, ok, registered, shared_with, unit_code
from tests.factories import World


def recent(world: World, role: str = "cem_officer", **identity: Any) -> Registered:
    """Registered on the day she was identified."""
    officer = world.actor(role)
    person = world.register(officer, on=today(), identity={"given_names": "Rosa", **identity})
    return Registered(officer, world.client(officer), person.code, person.case_code, person.victim_id)


def clocks(world: World, person: Registered, *states: str) -> dict[str, str]:
    """The clocks of the person, by kind: the state of the last one."""
    with world.session(person.officer) as session:
        rows = session.execute(
            text("SELECT kind, state FROM clock WHERE victim_id = :v ORDER BY id"), {"v": person.victim_id}
        ).all()
    return {kind: state for kind, state in rows if not states or state in states}


def bring_in(world: World, person: Registered, role: str) -> Any:
    chief = world.actor(role, supervisor=True)
    url = f"{API}/cases/{person.case}/participations"
    ok(person.client.post(url, json={"unit": unit_code(world, chief)}), 201)
    return world.client(chief)


def test_the_first_hours_of_a_girl(world: World) -> None:
    girl = recent(world, "police_investigator", age_years=15)
    assert set(clocks(world, girl, "CORRIENDO")) == {
        "FISCAL_AVISO", "UPE_COMUNICACION", "RIESGO_VALORACION", "SALUD_BASICA", "PSICOSOCIAL_PRIMERA", "PTI"
    }  # fmt: skip
    bring_in(world, girl, "prosecutor")
    upe = bring_in(world, girl, "upe_officer")
    running = clocks(world, girl)
    assert (running["FISCAL_AVISO"], running["UPE_COMUNICACION"]) == ("CUMPLIDO", "CUMPLIDO")
    url = f"{API}/victims/{girl.victim}/protection"
    ok(upe.patch(url, json={"risk_assessed_on": str(today())}, headers={"If-Match": '"0"'}))
    assert clocks(world, girl)["RIESGO_VALORACION"] == "CUMPLIDO"
    branch = ok(upe.post(f"{API}/cases/{girl.case}/procedures", json={"branch": "NNA"}), 201)["code"]
    steps = f"{API}/cases/{girl.case}/procedures/{branch}/steps"
    for version, to in enumerate(("MEDIDA_PROVISIONAL", "ACOGIMIENTO_RESIDENCIAL"), 1):
        ok(upe.post(steps, json={"to": to}, headers={"If-Match": f'"{version}"'}))
    # The work plan is the UPE's to write: its deadline passes from the police to the UPE.
    assert clocks(world, girl)["PTI"] == "ANULADO"
    assert "PTI" in {clock["kind"] for clock in ok(upe.get(f"{API}/clocks"))["items"]}
    ok(upe.post(steps, json={"to": "PTI_APROBADO"}, headers={"If-Match": '"3"'}))
    assert "PTI" not in {clock["kind"] for clock in ok(upe.get(f"{API}/clocks"))["items"]}


def test_who_knows_already_is_not_reminded(world: World) -> None:
    upe = recent(world, "upe_officer", age_years=15)
    assert "UPE_COMUNICACION" not in clocks(world, upe)
    woman = recent(world, age_years=30)
    assert not {"UPE_COMUNICACION", "PTI"} & set(clocks(world, woman))


def test_a_paper_of_years_ago_starts_nothing(world: World) -> None:
    old = registered(world)  # identified in 2024
    assert clocks(world, old) == {}
    ok(move(old.client, old.case, "EN_ASISTENCIA_INMEDIATA"))
    ok(move(old.client, old.case, "EN_ATENCION_ESPECIALIZADA"))
    assert clocks(world, old) == {"PRI_BORRADOR": "CORRIENDO"}


def test_an_accepted_referral_meets_what_was_to_be_told(world: World) -> None:
    woman = recent(world, age_years=30)
    shared_with(world, woman, "prosecutor", legal_basis="MANDATO_LEGAL")
    assert clocks(world, woman)["FISCAL_AVISO"] == "CUMPLIDO"


def test_who_declines_is_asked_after_and_a_closed_case_is_quiet(world: World) -> None:
    woman = registered(world)
    ok(move(woman.client, woman.case, "DECLINA_ATENCION", reason="TEMOR"))
    assert clocks(world, woman) == {"RIESGO_VALORACION": "CORRIENDO", "MONITOREO": "CORRIENDO"}
    ok(move(woman.client, woman.case, "PRESUNTA_VICTIMA", reason="ACEPTA_ATENCION"))
    assert clocks(world, woman, "CORRIENDO") == {"RIESGO_VALORACION": "CORRIENDO"}
    ok(move(woman.client, woman.case, "CERRADO", outcome="TRASLADO"))
    assert clocks(world, woman, "CORRIENDO") == {}


def test_a_girl_who_left_is_told_of_again(world: World) -> None:
    girl = registered(world, age_years=12)
    ok(move(girl.client, girl.case, "EN_ASISTENCIA_INMEDIATA"))
    ok(move(girl.client, girl.case, "EGRESO_NO_AUTORIZADO", reason="SALIDA_SIN_AVISO"))
    assert set(clocks(world, girl)) == {"FISCAL_AVISO", "UPE_COMUNICACION", "NNA_NO_HABIDA"}


def test_who_declines_the_programme_is_passed_on_at_once(world: World) -> None:
    woman = registered(world)
    url = f"{API}/cases/{woman.case}/procedures"
    code = ok(woman.client.post(url, json={"branch": "ADULTA"}), 201)["code"]
    decline = {"to": "DECLINA", "step": {"reason": "TEMOR"}}
    ok(woman.client.post(f"{url}/{code}/steps", json=decline, headers={"If-Match": '"1"'}))
    assert clocks(world, woman) == {"ATENCION_MIMP": "CORRIENDO"}
    ok(woman.client.post(f"{url}/{code}/steps", json={"to": "AURORA_CEM"}, headers={"If-Match": '"2"'}))
    assert clocks(world, woman) == {"ATENCION_MIMP": "CUMPLIDO"}


def test_a_measure_has_its_day(world: World) -> None:
    woman = registered(world, "udavit_officer")
    url = f"{API}/cases/{woman.case}/protection-measures"
    body = {"type": "ALEJAMIENTO", "until": "2090-01-01"}
    code = ok(woman.client.post(url, json=body), 201)["code"]
    assert clocks(world, woman) == {"MEDIDA_VENCE": "CORRIENDO"}
    ok(woman.client.post(f"{url}/{code}/lift", json={}, headers={"If-Match": '"1"'}))
    assert clocks(world, woman) == {"MEDIDA_VENCE": "ANULADO"}


def service(person: Registered, service_type: str, attendance: str = "ATENDIDA") -> None:
    body = {"service_type": service_type, "delivered_on": str(today()), "attendance": attendance}
    ok(person.client.post(f"{API}/cases/{person.case}/services", json=body), 201)


def test_a_first_look_that_was_given_is_met(world: World) -> None:
    woman = recent(world, age_years=30)
    service(woman, "SALUD", "NO_ASISTIO")
    assert clocks(world, woman)["SALUD_BASICA"] == "CORRIENDO"
    service(woman, "SALUD")
    service(woman, "SALUD_MENTAL")
    found = clocks(world, woman)
    assert (found["SALUD_BASICA"], found["PSICOSOCIAL_PRIMERA"]) == ("CUMPLIDO", "CUMPLIDO")


def test_asking_after_who_declined_begins_the_next_term(world: World) -> None:
    woman = registered(world)
    ok(move(woman.client, woman.case, "DECLINA_ATENCION", reason="TEMOR"))
    service(woman, "SALUD_MENTAL")
    with world.session(woman.officer) as session:
        query = text("SELECT state FROM clock WHERE victim_id = :v AND kind = 'MONITOREO' ORDER BY id")
        assert session.scalars(query, {"v": woman.victim_id}).all() == ["CUMPLIDO", "CORRIENDO"]


def test_who_takes_part_already_has_no_deadline_that_nobody_could_meet(world: World) -> None:
    girl = registered(world, age_years=12)
    prosecutor = bring_in(world, girl, "prosecutor")
    upe = bring_in(world, girl, "upe_officer")
    ok(move(girl.client, girl.case, "EN_ASISTENCIA_INMEDIATA"))
    ok(move(girl.client, girl.case, "EGRESO_NO_AUTORIZADO", reason="SALIDA_SIN_AVISO"))
    assert not {"FISCAL_AVISO", "UPE_COMUNICACION"} & set(clocks(world, girl))
    for client in (prosecutor, upe):
        notices = ok(client.get(f"{API}/notices"))["items"]
        assert [(n["kind"], n["subject"]) for n in notices] == [("NNA_NO_HABIDA", girl.case)]
