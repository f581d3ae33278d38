"""Proceedings and protection in pages: each role its part, forms that keep what was typed, nothing twice."""

from __future__ import annotations

import re
from datetime import timedelta

from app.records.kinds import today
from app.services.proceedings.stages import MACHINES
from app.web.proceedings.pages import steps
from tests.factories import World
from tests.web.browsing import Browser, field

FILE = "206010510-2026-4471-0"


def adult(world: World, owner: str = "prosecutor") -> tuple[Browser, str]:
    """The browser of a prosecutor (or another role) who registered a grown woman, and her case."""
    actor = world.actor(owner)
    own = (
        {"legal": {"stage": "DENUNCIA"}}
        if owner == "prosecutor"
        else {"identity": {"sex": "MUJER", "age_years": 30}}
    )
    made = world.register(actor, **own)
    return Browser(world, actor), made.case_code


def test_a_proceeding_is_linked_once_moved_and_noted(world: World) -> None:
    fiscal, case = adult(world)
    assert "todavía no tiene" in fiscal.get(f"/casos/{case}/proceso").text
    chosen = fiscal.post(f"/casos/{case}/proceso/nuevo", {"kind": "CARPETA_FISCAL"})
    assert chosen.status_code == 200
    hearing = today() + timedelta(days=9)
    sent = {
        "_clave": field(chosen, "_clave"), "kind": "CARPETA_FISCAL", "stage": "DILIGENCIAS_PRELIMINARES",
        "file_number": FILE, "office": "Primera fiscalía de prueba", "next_hearing_on.dia": str(hearing.day),
        "next_hearing_on.mes": str(hearing.month), "next_hearing_on.anio": str(hearing.year),
    }  # fmt: skip
    for _ in range(2):
        done = fiscal.post(f"/casos/{case}/proceso", sent)
        assert (done.status_code, done.headers["location"]) == (
            303, f"/casos/{case}/proceso?hecho=proceso-vinculado",
        )  # fmt: skip
    shown = fiscal.get(f"/casos/{case}/proceso").text
    assert shown.count(FILE) == 1
    assert "(en 9 días)" in shown
    code = re.search(r"\bPJ(-\w{4}){3}", shown)
    assert code
    at = f"/casos/{case}/proceso/{code.group()}"
    stage = fiscal.get(f"{at}/etapa")
    move = {"_version": field(stage, "_version"), "to": "INVESTIGACION_PREPARATORIA"}
    assert fiscal.post(f"{at}/etapa", move).status_code == 303
    late = fiscal.post(f"{at}/etapa", {**move, "to": "ETAPA_INTERMEDIA"})
    assert late.status_code == 412
    assert "Ahora está en «Investigación preparatoria»" in late.text
    assert field(late, "_version") != move["_version"]


def test_who_noted_meanwhile_loses_nothing(world: World) -> None:
    fiscal, case = adult(world)
    fiscal.post(f"/casos/{case}/proceso", {"kind": "CARPETA_FISCAL", "office": "Fiscalía uno"})
    code = re.search(r"\bPJ(-\w{4}){3}", fiscal.get(f"/casos/{case}/proceso").text)
    assert code
    at = f"/casos/{case}/proceso/{code.group()}"
    version = field(fiscal.get(at), "_version")
    assert fiscal.post(at, {"_version": version, "office": "Fiscalía dos"}).status_code == 303
    late = fiscal.post(at, {"_version": version, "office": "Fiscalía uno", "notes": "Escrito tarde"})
    assert late.status_code == 412
    assert "Escrito tarde" in late.text
    assert "Fiscalía dos" in late.text
    again = fiscal.post(
        at, {"_version": field(late, "_version"), "office": "Fiscalía dos", "notes": "Escrito tarde"}
    )
    assert again.status_code == 303


def test_who_reads_in_part_sees_that_there_is_a_number_and_a_stranger_nothing(world: World) -> None:
    fiscal, case = adult(world)
    fiscal.post(
        f"/casos/{case}/proceso", {"kind": "CARPETA_FISCAL", "file_number": FILE, "office": "Fiscalía 9"}
    )
    stranger = Browser(world, world.actor("prosecutor"))
    assert stranger.get(f"/casos/{case}/proceso").status_code == 404
    cem, own = adult(world, "cem_officer")
    page = cem.get(f"/casos/{own}/proceso")
    assert page.status_code == 200
    assert "/proceso/nuevo" not in page.text
    assert cem.post(f"/casos/{own}/proceso", {"kind": "CARPETA_FISCAL"}).status_code == 403


def test_a_measure_is_recorded_extended_and_lifted(world: World) -> None:
    fiscal, case = adult(world)
    until = today() + timedelta(days=3)
    day = {"until.dia": str(until.day), "until.mes": str(until.month), "until.anio": str(until.year)}
    wrong = fiscal.post(f"/casos/{case}/proteccion/medidas", {"resolution": "Resolución 12", **day})
    assert wrong.status_code == 422
    assert "Falta indicar la medida" in wrong.text
    assert "Resolución 12" in wrong.text
    sent = {"type": "PROTECCION_POLICIAL", "resolution": "Resolución 12", **day}
    assert fiscal.post(f"/casos/{case}/proteccion/medidas", sent).status_code == 303
    shown = fiscal.get(f"/casos/{case}/proteccion").text
    assert "Vence en 3 días" in shown
    code = re.search(r"\bMP(-\w{4}){3}", shown)
    assert code
    at = f"/casos/{case}/proteccion/medidas/{code.group()}"
    version = field(fiscal.get(f"{at}/prorrogar"), "_version")
    refused = fiscal.post(f"{at}/prorrogar", {"_version": version, "resolution": "Sin fecha"})
    assert refused.status_code == 422
    assert "Sin fecha" in refused.text
    lifted = fiscal.post(f"{at}/levantar", {"_version": version, "end_note": "Se retractó el riesgo"})
    assert lifted.status_code == 303
    assert "Medidas que terminaron (1)" in fiscal.get(f"/casos/{case}/proteccion").text


def test_a_branch_goes_step_by_step_and_addresses_tell_none_of_them(world: World) -> None:
    udavit, case = adult(world, "udavit_officer")
    opened = udavit.post(f"/casos/{case}/proteccion/rutas", {"branch": "ADULTA", "note": "Se le explicó"})
    assert opened.status_code == 303
    code = re.search(r"\bPP(-\w{4}){3}", udavit.get(f"/casos/{case}/proteccion").text)
    assert code
    at = f"/casos/{case}/proteccion/rutas/{code.group()}"
    form = udavit.post(at, {"to": "DECLINA"})
    assert form.status_code == 200
    assert 'name="reason"' in form.text
    assert 'name="suitability"' not in form.text
    refused = udavit.post(
        f"{at}/pasos", {"to": "DECLINA", "_version": field(form, "_version"), "note": "No quiere"}
    )
    assert refused.status_code == 422
    assert "No quiere" in refused.text
    done = udavit.post(
        f"{at}/pasos", {"to": "DECLINA", "_version": field(form, "_version"), "reason": "TEMOR"}
    )
    assert done.status_code == 200
    assert "CEM" in done.text
    child = world.register(world.actor("udavit_officer"), identity={"sex": "MUJER", "age_years": 15})
    assert udavit.get(f"/casos/{child.case_code}/proteccion").status_code == 404


def test_every_stage_has_its_place_on_the_way() -> None:
    for kind, machine in MACHINES.items():
        for stage in machine.labels:
            drawn = steps(kind, stage)
            assert [step["text"] for step in drawn if step["state"] == "current"] == [machine.labels[stage]]
            assert len({step["text"] for step in drawn}) == len(drawn)
            states = [step["state"] for step in drawn]
            assert states == sorted(states, key=("done", "current", "todo").index)
