"""Branches of protection over HTTP: who opens them, what each step asks for, and what others see of them."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.cases.story import (
    API,
    Registered,
    at_once,
    mandate,
    ok,
    problem,
    registered,
    rows,
    shared_with,
    unit_code,
    without_row_security,
)
from tests.consents.story import give, shared_on_consent
from tests.factories import World


def branch_url(person: Registered) -> str:
    return f"{API}/cases/{person.case}/procedures"


def opened(person: Registered, branch: str, client: httpx.Client | None = None, **step: Any) -> str:
    body = {"branch": branch, "step": step}
    return str(ok((client or person.client).post(branch_url(person), json=body), 201)["code"])


def stepped(
    person: Registered, code: str, to: str, client: httpx.Client | None = None, **body: Any
) -> httpx.Response:
    """Take a step from whatever version the branch is at."""
    client = client or person.client
    found = ok(client.get(branch_url(person)))["items"]
    version = next(item["version"] for item in found if item["code"] == code)
    tag = {"If-Match": f'"{version}"'}
    return client.post(f"{branch_url(person)}/{code}/steps", json={"to": to, **body}, headers=tag)


def with_upe(world: World, person: Registered) -> httpx.Client:
    """The UPE takes part by mandate; its supervisor acts."""
    chief = world.actor("upe_officer", supervisor=True)
    url = f"{API}/cases/{person.case}/participations"
    ok(person.client.post(url, json=mandate(unit_code(world, chief))), 201)
    return world.client(chief)


def test_a_child_goes_the_way_of_the_upe(world: World) -> None:
    girl = registered(world, "police_investigator", age_years=15)
    code = opened(girl, "NNA", note="Comunicado por teléfono")
    refused = problem(stepped(girl, code, "MEDIDA_URGENCIA"), 409)
    assert "UPE" in refused["detail"]
    upe = with_upe(world, girl)
    ok(stepped(girl, code, "MEDIDA_PROVISIONAL", upe, step={"resolution": "RD 12"}))
    unfit = problem(stepped(girl, code, "FAMILIA_EXTENSA", upe, step={"suitability": "NO_IDONEA"}), 422)
    assert {e["field"] for e in unfit["errors"]} == {"suitability", "suitability_on"}
    ok(stepped(girl, code, "ACOGIMIENTO_RESIDENCIAL", upe))
    ok(stepped(girl, code, "PTI_APROBADO", upe))
    home = {"to": "CONCLUIDO", "conclusion": "RETORNO_FAMILIA_IDONEA"}
    assert "idoneidad" in problem(stepped(girl, code, **home, client=upe), 422)["detail"]
    fit = {"suitability": "IDONEA", "suitability_on": "2026-05-01", "suitability_by": "Equipo UPE"}
    assert ok(stepped(girl, code, **home, client=upe, step=fit))["state"] == "CONCLUIDO"
    (item,) = ok(upe.get(branch_url(girl)))["items"]
    assert [step["to"] for step in item["steps"]][-1] == "CONCLUIDO"
    assert item["steps"][0]["note"] == "Comunicado por teléfono"
    assert item["steps"][-1]["suitability_by"] == "Equipo UPE"
    assert item["conclusion"] == "RETORNO_FAMILIA_IDONEA"
    assert "Es un estado final" in problem(stepped(girl, code, "PTI_APROBADO", upe), 409)["detail"]


def test_a_child_is_in_no_adults_branch_and_an_adult_in_no_childs(world: World) -> None:
    girl, unknown = registered(world, age_years=15), registered(world, age_years=None)
    for person in (girl, unknown):
        answer = person.client.post(branch_url(person), json={"branch": "ADULTA"})
        assert "la ruta de niñas, niños y adolescentes" in problem(answer, 409)["detail"]
    woman = registered(world)
    assert (
        "la ruta de personas adultas"
        in problem(woman.client.post(branch_url(woman), json={"branch": "NNA"}), 409)["detail"]
    )
    answer = woman.client.post(branch_url(woman), json={"branch": "EXTRANJERA"})
    assert "nacionalidad" in problem(answer, 409)["detail"]
    answer = woman.client.post(branch_url(woman), json={"branch": "OTRA"})
    assert problem(answer, 422)["errors"][0]["field"] == "branch"


def test_an_adult_whose_age_was_wrong_leaves_the_adults_branch(world: World) -> None:
    woman = registered(world)
    code = opened(woman, "ADULTA")
    tag = {"If-Match": '"1"'}
    ok(woman.client.patch(f"{API}/victims/{woman.victim}/identity", json={"age_years": 12}, headers=tag))
    refused = problem(stepped(woman, code, "DECLINA", step={"reason": "TEMOR"}), 409)
    assert "la ruta de niñas, niños y adolescentes" in refused["detail"]
    ok(stepped(woman, code, "CONCLUIDO", conclusion="TRASLADO"))
    opened(woman, "NNA")


def test_accepting_asks_for_consent_and_the_risk_assessment(world: World) -> None:
    woman = registered(world, "udavit_officer")
    code = opened(woman, "ADULTA")
    refused = problem(stepped(woman, code, "ACEPTA", step={"consent": "SI"}), 409)
    assert "valoración de riesgo" in refused["detail"]
    url = f"{API}/victims/{woman.victim}/protection"
    assessed = {"risk_assessed_on": "2026-05-01"}
    ok(woman.client.patch(url, json=assessed, headers={"If-Match": '"0"'}))
    without = problem(stepped(woman, code, "ACEPTA", step={"consent": "NO_SABE"}), 422)
    assert without["errors"][0]["field"] == "consent"
    assert ok(stepped(woman, code, "ACEPTA", step={"consent": "SI"}))["state"] == "ACEPTA"


def test_who_declines_is_told_of_the_emergency_centres_of_the_department(world: World) -> None:
    woman = registered(world)  # by a CEM of department 17
    far = world.unit("CEM", department="02")
    code = opened(woman, "ADULTA")
    assert "TEMOR" in problem(stepped(woman, code, "DECLINA"), 422)["errors"][0]["choices"]
    answer = ok(stepped(woman, code, "DECLINA", step={"reason": "TEMOR"}))
    centres = {unit["code"] for unit in answer["mimp_services"]}
    assert unit_code(world, woman.officer) in centres
    assert far not in centres
    ok(stepped(woman, code, "AURORA_CEM"))


def foreign_woman(world: World, **more: Any) -> Registered:
    return registered(world, nationality="VE", **more)


def test_the_consulate_is_told_only_with_her_consent(world: World) -> None:
    woman = foreign_woman(world)
    opened(woman, "ADULTA")  # two branches at once
    code = opened(woman, "EXTRANJERA")
    refused = problem(stepped(woman, code, "CONSULADO_NOTIFICADO"), 422)
    assert refused["errors"][0]["field"] == "consent"
    ok(stepped(woman, code, "CONSULADO_NOTIFICADO", step={"consent": "SI"}))
    ok(stepped(woman, code, "PERMANENCIA"))


def test_no_consulate_learns_that_she_seeks_asylum(world: World) -> None:
    woman = foreign_woman(world)
    consul, consulate, referral, _ = shared_on_consent(
        world, woman, "consular_officer", compartments=["identity", "protection"]
    )
    code = opened(woman, "EXTRANJERA")
    assert [item["code"] for item in ok(consulate.get(branch_url(woman)))["items"]] == [code]
    ok(stepped(woman, code, "REFUGIO_SOLICITADO"))
    problem(consulate.get(branch_url(woman)), 404)
    for table in ("protection_procedure", "protection_step"):
        assert rows(world, consul, table, woman.victim_id) == 0
        assert rows(world, woman.officer, table, woman.victim_id) > 0
    with without_row_security(world):
        problem(consulate.get(branch_url(woman)), 404)
        problem(consulate.get(f"{API}/referrals/{referral}"), 404)
    for target in ("CONSULADO_NOTIFICADO", "RETORNO_ASISTIDO"):
        problem(stepped(woman, code, target, step={"consent": "SI"}), 409)
    ok(stepped(woman, code, "PERMANENCIA"))
    refused = problem(stepped(woman, code, "RETORNO_ASISTIDO", step={"consent": "SI"}), 409)
    assert "refugio" in refused["detail"]
    desists = {"consent": "SI", "reason": "DESISTE_REFUGIO"}
    ok(stepped(woman, code, "DERECHOS_INFORMADOS", step=desists))
    ok(stepped(woman, code, "RETORNO_ASISTIDO", step={"consent": "SI"}))
    problem(consulate.get(branch_url(woman)), 404)  # asked anew if she wants it


def test_nobody_tells_a_consulate_of_who_seeks_asylum_though_it_does_not_see_why(world: World) -> None:
    """A health centre does not see the reserved branch; a consulate that was asked before answers after."""
    woman = foreign_woman(world)
    more = {"compartments": ["identity", "protection"], "legal_basis": "MANDATO_LEGAL"}
    health, clinic, _ = shared_with(world, woman, "health_officer", **more)
    consul = world.actor("consular_officer")
    unit = unit_code(world, consul)
    consent = ok(give(woman.client, woman.case, unit), 201)["code"]
    asked = {
        "case": woman.case, "to_unit": unit, "service_type": "ASISTENCIA_CONSULAR",
        "compartments": ["identity"], "legal_basis": "CONSENTIMIENTO", "consent": consent,
    }  # fmt: skip
    sent = ok(woman.client.post(f"{API}/referrals", json=asked), 201)["code"]
    ok(stepped(woman, opened(woman, "EXTRANJERA"), "REFUGIO_SOLICITADO"))
    assert rows(world, health, "protection_step", woman.victim_id) == 0
    refused = problem(clinic.post(f"{API}/referrals", json=asked), 409)
    assert "consulado" in refused["detail"]
    problem(world.client(consul).post(f"{API}/referrals/{sent}/answer", json={"decision": "accept"}), 404)
    problem(world.client(consul).get(f"{API}/victims/{woman.victim}"), 404)


def test_papers_of_who_seeks_asylum_count(world: World) -> None:
    card = [{"type": "CARNE_REFUGIO", "number": world.tag}]
    woman = foreign_woman(world, documents=card)
    code = opened(woman, "EXTRANJERA")
    refused = problem(stepped(woman, code, "CONSULADO_NOTIFICADO", step={"consent": "SI"}), 409)
    assert "refugio" in refused["detail"]


def test_a_branch_is_opened_once_and_a_repeated_request_opens_none(world: World) -> None:
    woman = registered(world)
    key = {"Idempotency-Key": f"ruta-{world.tag}"}
    body = {"branch": "ADULTA"}
    first = ok(woman.client.post(branch_url(woman), json=body, headers=key), 201)
    assert ok(woman.client.post(branch_url(woman), json=body, headers=key), 201) == first
    assert "ya está abierta" in problem(woman.client.post(branch_url(woman), json=body), 409)["detail"]
    stepped(woman, first["code"], "CONCLUIDO", conclusion="TRASLADO")
    clients = [world.client(woman.officer) for _ in range(4)]
    again = at_once([lambda c=c: c.post(branch_url(woman), json=body) for c in clients])
    assert again == [201, 409, 409, 409]


def test_of_two_steps_at_once_one_is_lost(world: World) -> None:
    woman = registered(world)
    code = opened(woman, "ADULTA")
    clients = [world.client(woman.officer) for _ in range(3)]
    body = {"to": "DECLINA", "step": {"reason": "TEMOR"}}
    url = f"{branch_url(woman)}/{code}/steps"
    got = at_once([lambda c=c: c.post(url, json=body, headers={"If-Match": '"1"'}) for c in clients])
    assert got == [200, 412, 412]
    (item,) = ok(woman.client.get(branch_url(woman)))["items"]
    assert len(item["steps"]) == 2


@pytest.mark.parametrize("table", ["protection_procedure", "protection_step"])
def test_nobody_else_sees_a_branch(world: World, table: str) -> None:
    woman, stranger = registered(world), registered(world, "udavit_officer")
    code = opened(woman, "ADULTA")
    assert rows(world, woman.officer, table, woman.victim_id) == 1
    assert rows(world, stranger.officer, table, woman.victim_id) == 0
    problem(stranger.client.get(branch_url(woman)), 404)
    with without_row_security(world):
        problem(stranger.client.get(branch_url(woman)), 404)
    # A branch is found in its own case only.
    other = registered(world, "cem_officer")
    url = f"{API}/cases/{other.case}/procedures/{code}/steps"
    answer = other.client.post(url, json={"to": "CONCLUIDO"}, headers={"If-Match": '"1"'})
    problem(answer, 404)


def test_who_was_not_given_protection_does_not_see_its_branches(world: World) -> None:
    woman = registered(world)
    opened(woman, "ADULTA")
    health, client, _ = shared_with(world, woman, "health_officer", compartments=["health"])
    problem(client.get(branch_url(woman)), 404)
    assert rows(world, health, "protection_procedure", woman.victim_id) == 0
    _, reader, _ = shared_with(
        world, woman, "health_officer", compartments=["protection"], service_type="SALUD_MENTAL"
    )
    (item,) = ok(reader.get(branch_url(woman)))["items"]
    assert item["state"] == "OFRECIDO_UDAVIT"
    assert "note" not in item["steps"][0]
    problem(reader.post(branch_url(woman), json={"branch": "ADULTA"}), 403)
