"""Prestaciones as pages: recorded once, voided with a reason, one's own unit's and no other's to void."""

from __future__ import annotations

import re

from app.records.kinds import today
from tests.cases.story import registered, shared_with
from tests.factories import World
from tests.web.browsing import Browser, field, links

NOTE = "Llegó acompañada de su tía"


def test_a_service_is_recorded_once_for_its_referral_and_voided_with_a_reason(world: World) -> None:
    person = registered(world)
    worker, _, referral = shared_with(world, person, "udavit_officer", service_type="ASISTENCIA_LEGAL")
    browser, path = Browser(world, worker), f"/casos/{person.case}/prestaciones"
    assert path in links(browser.get(f"/casos/{person.case}/notas"))
    page = browser.get(f"{path}/nueva?derivacion={referral}")
    assert f'value="{referral}" selected' in page.text
    now = today()
    sent = {
        "service_type": "ASISTENCIA_LEGAL", "attendance": "ATENDIDA", "note": NOTE, "referral": referral,
        "delivered_on.dia": str(now.day), "delivered_on.mes": str(now.month),
        "delivered_on.anio": str(now.year), "_clave": field(page, "_clave"),
    }  # fmt: skip
    refused = browser.post(f"{path}/nueva", {**sent, "delivered_on.anio": "2999", "service_type": ""})
    assert refused.status_code == 422
    assert NOTE in refused.text
    for _ in range(2):
        assert browser.post(f"{path}/nueva", sent).status_code == 303
    shown = browser.get(path).text
    assert shown.count(NOTE) == 1
    assert referral in shown
    (void,) = [href for href in links(browser.get(path)) if href.endswith("/anular")]
    sender = Browser(world, person.officer)
    assert NOTE in sender.get(path).text
    assert not [href for href in links(sender.get(path)) if href.endswith("/anular")]
    assert sender.get(void).status_code == 404
    asked = browser.get(void)
    version = {"_version": field(asked, "_version")}
    assert browser.post(void, version).status_code == 422
    assert browser.post(void, {**version, "reason": "DUPLICADA"}).status_code == 303
    assert browser.post(void, {**version, "reason": "DUPLICADA"}).status_code == 412
    assert "Ya estaba registrada" in browser.get(path).text


def test_who_reads_no_services_sees_none(world: World) -> None:
    person = registered(world)
    narrowed, _, _ = shared_with(
        world, person, "udavit_officer", service_type="ASISTENCIA_LEGAL", compartments=["identity"]
    )
    browser, path = Browser(world, narrowed), f"/casos/{person.case}/prestaciones"
    assert path not in links(browser.get(f"/casos/{person.case}/notas"))
    assert browser.get(path).status_code == 403
    assert not re.findall("<textarea", browser.get(f"{path}/nueva").text)
    assert Browser(world, world.actor("cem_officer")).get(path).status_code == 404
