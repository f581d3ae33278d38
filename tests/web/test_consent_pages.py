"""Consents, papers, requests of data subjects, the prosecutor's list and the public check, in pages."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import httpx
from PIL import Image

from app.records.kinds import today
from tests.cases.story import shared_with
from tests.factories import World
from tests.plans.story import drafted
from tests.web.browsing import Browser, field, title

WOMAN = {"sex": "MUJER", "age_years": 30}
GIVEN = {
    "purposes": "ATENCION", "compartments": ["identity", "contact"], "language": "spa", "form": "ESCRITO",
    "text_version": "CI-1", "notes": "Lo leyó sola",
}  # fmt: skip


def photo() -> bytes:
    """A small photograph."""
    made = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(made, "JPEG")
    return made.getvalue()


def case_of(world: World, age: int = 30) -> tuple[Browser, str, str]:
    """The browser of an emergency centre that registered a person, her case and herself, by code."""
    actor = world.actor("cem_officer")
    made = world.register(actor, identity={"sex": "MUJER", "age_years": age})
    return Browser(world, actor), made.case_code, made.code


def code_in(page: httpx.Response, prefix: str) -> str:
    """The first code with this prefix on a page."""
    found = re.search(rf"\b{prefix}(-\w{{4}}){{3}}", page.text)
    assert found
    return found.group()


def test_a_consent_is_given_once_read_printed_and_taken_back(world: World) -> None:
    cem, case, _ = case_of(world)
    unit = world.unit("SALUD")
    at = f"/casos/{case}/consentimientos"
    form = cem.get(f"{at}/nuevo")
    assert 'name="given_by"' not in form.text
    refused = cem.post(at, {**GIVEN, "to_units": unit, "compartments": []})
    assert refused.status_code == 422
    assert "Lo leyó sola" in refused.text
    assert 'href="#compartments"' in refused.text
    sent = {**GIVEN, "to_units": unit, "_clave": field(form, "_clave")}
    places = {cem.post(at, sent).headers["location"] for _ in range(2)}
    assert len(places) == 1
    consent = code_in(cem.get(at), "CN")
    shown = cem.get(f"{at}/{consent}")
    assert "Lo leyó sola" in shown.text
    assert cem.get(f"{at}/{consent}/imprimir").content.startswith(b"%PDF")
    assert "¿Revocar este consentimiento?" in cem.get(f"{at}/{consent}/retirar").text
    done = cem.post(f"{at}/{consent}/retirar", {"note": "Cambió de idea"})
    assert done.status_code == 200
    assert "quedó revocado" in done.text
    assert cem.post(f"{at}/{consent}/retirar", {}).status_code == 409
    stranger = Browser(world, world.actor("cem_officer"))
    for path in ("", "/nuevo", f"/{consent}", f"/{consent}/imprimir", f"/{consent}/retirar"):
        assert stranger.get(at + path).status_code == 404


def test_a_child_assents_and_no_suspect_backs_her(world: World) -> None:
    cem, case, _ = case_of(world, 15)
    at = f"/casos/{case}/consentimientos"
    assert 'name="given_by"' in cem.get(f"{at}/nuevo").text
    child = {
        **GIVEN, "to_units": world.unit("SALUD"), "given_by": "ASENTIMIENTO_NNA",
        "backed_by": "REPRESENTANTE", "representative_name": "Rosa Apaza", "representative_suspected": "SI",
    }  # fmt: skip
    refused = cem.post(at, child)
    assert refused.status_code == 409
    assert "Rosa Apaza" in refused.text
    assert "UPE" in refused.text
    assert cem.post(at, {**child, "representative_suspected": "NO"}).status_code == 303
    assert "no objeta por este medio" in cem.get(f"/casos/{case}/objeciones/nueva").text


def test_an_objection_is_filed_and_lifted(world: World) -> None:
    cem, case, _ = case_of(world)
    assert cem.post(f"/casos/{case}/objeciones", {"reason": "No quiero"}).status_code == 422
    filed = cem.post(f"/casos/{case}/objeciones", {"compartments": "contact", "reason": "No quiero"})
    assert filed.status_code == 303
    page = cem.get(f"/casos/{case}/consentimientos")
    assert "No quiero" in page.text
    at = f"/casos/{case}/objeciones/{code_in(page, 'OJ')}/levantar"
    version = field(cem.get(at), "_version")
    assert cem.post(at, {"_version": version}).status_code == 303
    assert cem.post(at, {"_version": version}).status_code == 409


def test_a_signed_paper_is_added_sent_back_and_withdrawn(world: World) -> None:
    cem, case, _ = case_of(world)
    at = f"/casos/{case}/consentimientos"
    cem.post(at, {**GIVEN, "to_units": world.unit("SALUD")})
    consent = code_in(cem.get(at), "CN")
    files = f"{at}/{consent}/archivos"
    empty = cem.post(files, {})
    assert empty.status_code == 422
    assert "Elija el archivo" in empty.text
    text = cem.post(files, {}, files={"file": ("nota.jpg", b"no es una foto", "image/jpeg")})
    assert text.status_code == 415
    huge = cem.post(files, {}, files={"file": ("foto.jpg", b"x" * (17 * 1024 * 1024), "image/jpeg")})
    assert huge.status_code == 422  # said beside the field, like a missing file
    assert "Redúzcalo" in huge.text
    assert "text/html" in huge.headers["content-type"]
    assert cem.post(files, {}, files={"file": ("foto.jpg", photo(), "image/jpeg")}).status_code == 303
    scan = code_in(cem.get(f"{at}/{consent}"), "MD")
    sent = cem.get(f"{files}/{scan}")
    assert sent.headers["content-disposition"] == f'attachment; filename="{scan}.jpg"'
    assert sent.content.startswith(b"\xff\xd8\xff")
    assert scan in cem.get(f"/casos/{case}/documentos").text
    away = cem.get(f"{files}/{scan}/retirar")
    back = cem.post(f"{files}/{scan}/retirar", {"_version": field(away, "_version"), "reason": "ILEGIBLE"})
    assert back.headers["location"] == f"{at}/{consent}?hecho=archivo-retirado"
    assert cem.get(f"{files}/{scan}").status_code == 409
    stranger = Browser(world, world.actor("health_officer"))
    assert stranger.get(f"/casos/{case}/documentos").status_code == 404
    assert stranger.get(f"{files}/{scan}").status_code == 404


def test_a_request_runs_its_term_and_the_officer_sees_codes_alone(world: World) -> None:
    cem, case, person = case_of(world)
    at = "/solicitudes-de-datos"
    wrong = cem.post(
        at, {"victim": "TP-0000-0000-0000", "kind": "ACCESO", "channel": "PRESENCIAL", "by_whom": "PERSONA"}
    )
    assert wrong.status_code == 422
    assert "entre las que usted atiende" in wrong.text
    sent = {
        "victim": person,
        "kind": "ACCESO",
        "channel": "PRESENCIAL",
        "by_whom": "PERSONA",
        "request": "Lo suyo",
    }
    place = cem.post(at, sent).headers["location"].split("?")[0]
    page = cem.get(place)
    assert "Lo suyo" in page.text
    assert case in page.text
    started = cem.post(f"{place}/pasos", {"to": "EN_TRAMITE", "_version": field(page, "_version")})
    assert started.status_code == 303
    late = cem.post(f"{place}/pasos", {"to": "ATENDIDA", "answer": "Ya", "_version": field(page, "_version")})
    assert late.status_code == 412
    assert ">Ya<" in late.text
    assert cem.get(f"{place}/expediente.pdf").content.startswith(b"%PDF")
    assert cem.get(f"{place}/expediente.json").json()["persona"] == person
    short = cem.post(
        f"{place}/pasos", {"to": "DENEGADA", "answer": "No", "_version": field(late, "_version")}
    )
    assert short.status_code == 422
    assert 'href="#ground"' in short.text
    officer = Browser(world, world.actor("data_protection_officer"))
    seen = officer.get(place)
    assert seen.status_code == 200
    assert place.rsplit("/", 1)[1] in officer.get(at).text
    for hidden in ("Lo suyo", case, person, 'name="to"', "expediente"):
        assert hidden not in seen.text
    assert officer.get(f"{place}/expediente.json").status_code == 403
    assert Browser(world, world.actor("cem_officer")).get(place).status_code == 404


def test_the_prosecutor_finds_her_persons_by_file(world: World) -> None:
    actor = world.actor("prosecutor")
    fiscal, number = Browser(world, actor), f"206010510-2026-{world.tag}"
    cases = [world.register(actor, legal={"stage": "DENUNCIA"}).case_code for _ in range(3)]
    soon = today() + timedelta(days=1)
    hearing = {
        f"next_hearing_on.{part}": str(value)
        for part, value in (("dia", soon.day), ("mes", soon.month), ("anio", soon.year))
    }
    for case in cases[:2]:
        sent = {"kind": "CARPETA_FISCAL", "file_number": number, **(hearing if case == cases[0] else {})}
        assert fiscal.post(f"/casos/{case}/proceso", sent).status_code == 303
    fiscal.post(f"/casos/{cases[0]}/proteccion/medidas", {"type": "ALEJAMIENTO"})
    page = fiscal.get("/fiscalia")
    assert title(page) == "Mis víctimas — RUV"
    assert page.text.count(f'<h2 class="govuk-heading-m">Carpeta fiscal {number}</h2>') == 1
    assert "Sin carpeta fiscal vinculada" in page.text
    assert all(case in page.text for case in cases)
    assert "(mañana)" in page.text
    assert page.text.count("1 medida vigente") == 1
    assert fiscal.get("/").headers["location"] in {"/trabajo", "/fiscalia"}
    for role in ("cem_officer", "police_investigator", "analyst"):
        assert Browser(world, world.actor(role)).get("/fiscalia").status_code == 403
    other = Browser(world, world.actor("prosecutor")).get("/fiscalia")
    assert number not in other.text


def test_anybody_checks_a_paper_and_learns_nothing_of_anybody(world: World) -> None:
    cem, case, person = case_of(world)
    at = f"/casos/{case}/consentimientos"
    cem.post(at, {**GIVEN, "to_units": world.unit("SALUD")})
    consent = code_in(cem.get(at), "CN")
    paper = (
        cem.get(f"{at}/{consent}/imprimir").headers["content-disposition"].split('"')[1].removesuffix(".pdf")
    )
    anybody = Browser(world)
    assert title(anybody.get("/verificar")) == "Comprobar un documento — RUV"
    malformed = anybody.post("/verificar", {"code": "DI-1", "hash": "zz"})
    assert malformed.status_code == 422
    assert 'value="DI-1"' in malformed.text
    wrong = anybody.post("/verificar", {"code": paper, "hash": "0" * 32})
    assert wrong.status_code == 200
    assert "no confíe en el papel" in wrong.text
    for hidden in (case, person, consent):
        assert hidden not in wrong.text
    foreign = anybody.post(
        "/verificar", {"code": paper, "hash": "0" * 32}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert foreign.status_code == 403


def test_a_paper_of_a_plan_is_added_by_who_answers_for_it_and_seen_by_nobody_else(world: World) -> None:
    plan = drafted(world)
    at = f"/casos/{plan.person.case}/documentos"
    school, _, _ = shared_with(
        world, plan.person, "social_programme_officer", service_type="EDUCACION", compartments=["plan"]
    )
    cem, teacher = Browser(world, plan.person.officer), Browser(world, school)
    form = cem.get(at)
    sent = {"plan": plan.code, "kind": "CONSTANCIA", "_clave": field(form, "_clave")}
    short = cem.post(f"{at}/archivos", {"plan": plan.code}, files={"file": ("a.jpg", photo(), "image/jpeg")})
    assert short.status_code == 422
    assert "Elija qué es" in short.text
    for _ in range(2):
        done = cem.post(f"{at}/archivos", sent, files={"file": ("Yesenia.jpg", photo(), "image/jpeg")})
        assert done.headers["location"] == f"{at}?hecho=archivo-agregado"
    page = cem.get(at)
    file = code_in(page, "MD")
    assert page.text.count(f"{at}/{file}/retirar") == 1
    assert "Yesenia" not in page.text
    assert cem.get(f"{at}/{file}").content.startswith(b"\xff\xd8\xff")
    shown = teacher.get(at)
    assert shown.status_code == 200
    assert file not in shown.text
    assert "Adjuntar un documento" not in shown.text
    assert teacher.get(f"{at}/{file}").status_code == 404
    away = {"_version": field(cem.get(f"{at}/{file}/retirar"), "_version"), "reason": "REPETIDO"}
    assert cem.post(f"{at}/{file}/retirar", away).status_code == 303
    assert "Está repetido" in cem.get(at).text
