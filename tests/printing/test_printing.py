"""Printing over HTTP: what each reads comes out on paper, is recorded, and can be verified by anybody."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, text

from app.errors import TooMany
from app.services.limits import PerMinute
from tests.cases.story import API, ok, problem, refer, registered, rows, shared_with, unit_code
from tests.factories import World
from tests.plans.story import WISH, drafted, running
from tests.printing.reading import faults, words


def pdf(answer: httpx.Response) -> str:
    """The words of a printed answer, which is accessible and nobody keeps."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["cache-control"] == "no-store"
    assert re.fullmatch(r'attachment; filename="DI-[-0-9A-Z]+\.pdf"', answer.headers["content-disposition"])
    assert faults(answer.content) == []
    return words(answer.content)


def on_paper(said: str) -> dict[str, str]:
    """Code and hash as they stand on the paper."""
    found = re.search(r"Código (DI-[-0-9A-Z ]+?), huella ((?:[0-9a-f]{4} ?){8})", said)
    assert found is not None
    return {"code": found.group(1).replace(" ", ""), "hash": found.group(2).strip()}


def check(world: World, code: str, **params: Any) -> httpx.Response:
    """Ask as nobody whether a paper is genuine."""
    return world.client().get(f"{API}/documents/{code}", params=params)


def prints(admin: Engine, victim_id: int) -> list[Any]:
    """The prints of a person and the actions of the trace."""
    with admin.connect() as connection:
        query = text(
            "SELECT kind, subject_code, names FROM printed_document WHERE victim_id = :v ORDER BY id"
        )
        return [tuple(row) for row in connection.execute(query, {"v": victim_id})]


def test_a_plan_is_printed_as_it_is_by_code(world: World, admin: Engine) -> None:
    plan = drafted(world)
    plan.activity(unit_code(world, plan.person.officer))
    said = pdf(plan.client.get(f"{plan.url}.pdf"))
    for part in (
        plan.person.victim,
        plan.code,
        WISH,
        "Secundaria completa",
        "Sin firmar",
        "Constancia",
        "Quechua",
    ):
        assert part in said
    assert "Yesenia" not in said
    assert prints(admin, plan.person.victim_id) == [("PLAN", plan.code, False)]
    with admin.connect() as connection:
        query = text("SELECT count(*) FROM audit_event WHERE victim_id = :v AND action = 'documents.print'")
        assert connection.scalar(query, {"v": plan.person.victim_id}) == 1


def test_a_signed_version_is_printed_as_it_was_signed(world: World) -> None:
    plan, _ = running(world)
    said = pdf(plan.client.get(f"{plan.url}.pdf", params={"version": 1}))
    (signature, *_) = ok(plan.client.get(plan.url))["signatures"]
    digits = signature["content_hash"][:32]
    assert " ".join(digits[at : at + 4] for at in range(0, 32, 4)) in said
    assert "Huella dactilar" in said
    assert "Firmas registradas" in said
    problem(plan.client.get(f"{plan.url}.pdf", params={"version": 9}), 404)


def test_the_name_is_printed_only_for_who_reads_it_and_only_when_asked(world: World, admin: Engine) -> None:
    plan, _ = running(world)
    said = pdf(plan.client.get(f"{plan.url}.pdf", params={"names": True}))
    assert "Yesenia Apaza" in said
    assert prints(admin, plan.person.victim_id)[-1] == ("PLAN", plan.code, True)
    other, client, _ = shared_with(world, plan.person, "cem_officer", compartments=["plan"])
    assert "Yesenia" not in pdf(client.get(f"{plan.url}.pdf"))
    problem(client.get(f"{plan.url}.pdf", params={"names": True}), 403)
    assert len(prints(admin, plan.person.victim_id)) == 2
    assert rows(world, other, "printed_document", plan.person.victim_id) == 1


def test_a_shelter_is_not_named_on_paper(world: World) -> None:
    plan = drafted(world)
    shelter, _, _ = shared_with(world, plan.person, "shelter_caseworker")
    code = unit_code(world, shelter)
    plan.activity(code)
    said = pdf(plan.client.get(f"{plan.url}.pdf"))
    assert code not in said
    assert "reservado" in said


def test_who_reads_a_part_and_who_reads_nothing_print_nothing(world: World, admin: Engine) -> None:
    plan = drafted(world)
    _, school, _ = shared_with(world, plan.person, "social_programme_officer", compartments=["plan"])
    problem(school.get(f"{plan.url}.pdf"), 403)
    stranger = world.actor("cem_officer")
    client = world.client(stranger)
    problem(client.get(f"{plan.url}.pdf"), 404)
    problem(world.client().get(f"{plan.url}.pdf"), 401)
    assert prints(admin, plan.person.victim_id) == []
    pdf(plan.client.get(f"{plan.url}.pdf"))
    assert rows(world, stranger, "printed_document", plan.person.victim_id) == 0


def test_a_paper_is_verified_by_anybody_and_says_nothing_of_anybody(world: World) -> None:
    plan = drafted(world)
    paper = on_paper(pdf(plan.client.get(f"{plan.url}.pdf")))
    answer = ok(check(world, paper["code"], hash=paper["hash"]))
    assert set(answer) == {"genuine", "message", "kind", "kind_label", "printed_on"}
    assert (answer["genuine"], answer["kind"]) == (True, "PLAN")
    for plain in (paper["hash"].replace(" ", ""), paper["hash"].upper().replace(" ", "-")):
        assert ok(check(world, paper["code"].lower(), hash=plain)) == answer
    wrong = {"genuine": False}
    assert wrong.items() <= ok(check(world, paper["code"], hash="0" * 32)).items()
    other = on_paper(pdf(plan.client.get(f"{plan.url}.pdf")))
    assert other["hash"] != paper["hash"]
    refused = ok(check(world, other["code"], hash=paper["hash"]))
    assert set(refused) == {"genuine", "message"}
    for params in ({}, {"hash": "abc"}, {"hash": "zz" * 16}):
        assert problem(check(world, paper["code"], **params), 422)["errors"][0]["field"] == "hash"
    assert problem(check(world, "DI-0000", hash=paper["hash"]), 422)["errors"][0]["field"] == "code"


def test_nobody_tries_hashes_without_end(world: World) -> None:
    answers = [check(world, "DI-0000-0000-0000", hash="0" * 32).status_code for _ in range(32)]
    assert set(answers[-2:]) == {429}
    limit = PerMinute(2, remembered=2)
    for _ in range(2):
        limit.check("a", "no", now=0)
    with pytest.raises(TooMany):
        limit.check("a", "no", now=59)
    limit.check("a", "no", now=61)
    for address in "bcd":
        limit.check(address, "no", now=61)
    assert len(limit._asked) == 2


def test_the_letter_of_a_referral_tells_a_school_nothing(world: World) -> None:
    person = registered(world)
    school = world.unit("PROGRAMA_SOCIAL")
    body = {
        "service_type": "EDUCACION",
        "message": "Matrícula para el turno noche",
        "legal_basis": "MANDATO_LEGAL",
    }
    code = ok(refer(person.client, person.case, school, **body), 201)["code"]
    said = pdf(person.client.get(f"{API}/referrals/{code}.pdf"))
    assert "Matrícula para el turno noche" in said
    assert "protección especial" in said
    for tell in ("trata", "Trata", "RUV", "28950", "íctima"):
        assert tell not in said
    assert "Institución de CEM" in said  # a unit's own name may name the crime
    assert "Unidad CEM" not in said
    problem(
        world.client(world.actor("social_programme_officer", unit=school)).get(f"{API}/referrals/{code}.pdf"),
        403,
    )
    problem(world.client(world.actor("cem_officer")).get(f"{API}/referrals/{code}.pdf"), 404)


def test_the_letter_within_the_network_names_what_is_shared(world: World) -> None:
    person = registered(world)
    unit = world.unit("SALUD")
    body = {"service_type": "SALUD", "legal_basis": "MANDATO_LEGAL", "compartments": ["health"]}
    code = ok(refer(person.client, person.case, unit, **body), 201)["code"]
    said = pdf(person.client.get(f"{API}/referrals/{code}.pdf"))
    assert "RUV-Trata" in said
    assert "Ley 28950" in said
    assert person.victim in said
