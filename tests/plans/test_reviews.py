"""Reviews with the person, versions and signatures of a plan over HTTP."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import NameOID

from app.codes import new_code
from app.records.kinds import today
from app.services.plans import cms
from app.services.plans.calendar import add_months, follow_up_days, next_review
from tests.cases.story import API, ok, problem, unit_code
from tests.evidence.samples import photo
from tests.factories import World
from tests.plans.story import drafted, running, step

HELD: dict[str, Any] = {
    "held_on": today().isoformat(),
    "participants": ["Ella", "Su psicóloga"],
    "opinion_given": True,
    "opinion": "Me gusta el taller",
    "decisions": "Sigue hasta marzo",
}


def test_a_review_keeps_her_opinion_and_opens_the_plan(world: World) -> None:
    plan, _ = running(world)
    made = ok(plan.client.post(f"{plan.url}/reviews", json=HELD), 201)
    assert made["state"] == "EN_REVISION"
    assert made["next_review_on"] == add_months(today(), 1).isoformat()
    read = ok(plan.client.get(f"{plan.url}/reviews"))
    assert (read["items"][0]["opinion"], read["overdue"]) == ("Me gusta el taller", False)
    silent = {**HELD, "opinion_given": False, "opinion": None, "next_review_on": None}
    ok(plan.client.post(f"{plan.url}/reviews", json=silent), 201)
    assert [r["opinion_given"] for r in ok(plan.client.get(f"{plan.url}/reviews"))["items"]] == [True, False]
    ok(plan.to("EN_EJECUCION"))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"opinion": None}, "opinion"),
        ({"opinion_given": False}, "opinion"),
        ({"opinion_given": None}, "opinion_given"),
        ({"participants": []}, "participants"),
        ({"decisions": " "}, "decisions"),
        ({"held_on": (today() + timedelta(days=2)).isoformat()}, "held_on"),
        ({"next_review_on": today().isoformat()}, "next_review_on"),
        ({"next_review_on": (today() + timedelta(days=400)).isoformat()}, "next_review_on"),
    ],
)
def test_what_a_review_lacks_is_named(world: World, change: dict[str, Any], field: str) -> None:
    plan, _ = running(world)
    refused = problem(plan.client.post(f"{plan.url}/reviews", json={**HELD, **change}), 422)
    assert [e["field"] for e in refused["errors"]] == [field]
    assert ok(plan.client.get(plan.url))["state"] == "EN_EJECUCION"


def test_a_draft_is_not_reviewed_and_a_repetition_adds_nothing(world: World) -> None:
    problem(drafted(world).client.post(f"{API}/plans/PR-0000/reviews", json=HELD), 404)
    draft = drafted(world)
    assert "Borrador" in problem(draft.client.post(f"{draft.url}/reviews", json=HELD), 409)["detail"]
    plan, _ = running(world)
    key = {"Idempotency-Key": "revision-1"}
    codes = {
        ok(plan.client.post(f"{plan.url}/reviews", json=HELD, headers=key), 201)["code"] for _ in range(2)
    }
    assert len(codes) == 1


def test_reviews_come_monthly_at_first_then_quarterly() -> None:
    start = date(2026, 1, 31)
    assert next_review(start, start) == date(2026, 2, 28)
    assert next_review(start, date(2026, 4, 29)) == date(2026, 5, 29)
    assert next_review(start, date(2026, 4, 30)) == date(2026, 7, 30)
    assert follow_up_days(start, "ADULTA")[-1] == date(2026, 7, 31)
    assert len(follow_up_days(start, "NNA")) == 6
    assert follow_up_days(start, "NNA")[-1] == date(2027, 1, 31)


def test_versions_stay_as_they_were_and_differ_in_words(world: World) -> None:
    plan, _ = running(world)
    ok(plan.client.post(f"{plan.url}/reviews", json=HELD), 201)
    equal = ok(plan.client.get(f"{plan.url}/diff", params={"from": 1}))
    assert (equal["equal"], equal["changes"]) == (True, [])
    plan.activity(unit_code(world, plan.person.officer), "Taller de panadería")
    ok(plan.patch(place_of_execution="LUGAR_DE_DESTINO"))
    ok(plan.sign(), 201)
    items = ok(plan.client.get(f"{plan.url}/versions"))["items"]
    assert [(v["number"], v["signers"]) for v in items] == [(1, ["PERSONA", "PROFESIONAL"]), (2, ["PERSONA"])]
    texts = [
        c["text"] for c in ok(plan.client.get(f"{plan.url}/diff", params={"from": 1, "to": 2}))["changes"]
    ]
    assert texts == [
        "El lugar de ejecución del plan pasó de «Lugar de origen» a «Lugar de destino».",
        "Se agregó la actividad «Taller de panadería».",
    ]
    first = ok(plan.client.get(f"{plan.url}/versions/1"))
    assert first["intact"] is True
    assert hashlib.sha256(first["signed_text"].encode()).hexdigest() == first["content_hash"]
    assert first["content"]["place_of_execution"] == "LUGAR_DE_ORIGEN"
    problem(plan.client.get(f"{plan.url}/versions/7"), 404)
    problem(plan.client.get(f"{plan.url}/diff", params={"from": 1, "to": 7}), 404)
    problem(plan.client.get(f"{plan.url}/diff"), 422)


def test_what_is_cancelled_is_no_part_of_the_next_version(world: World) -> None:
    plan, activity = running(world)
    plan_url = f"{plan.url}/diff?from=1"
    ok(step(plan.client, plan.code, activity, 1, state="CANCELADA", note="Ya no hace falta"))
    (change,) = ok(plan.client.get(plan_url))["changes"]
    assert change["text"] == "Se quitó la actividad «Matrícula en el centro de educación básica»."


def test_a_fingerprint_has_a_witness_and_a_scan_a_code(world: World) -> None:
    plan = drafted(world)
    plan.activity(unit_code(world, plan.person.officer))
    ok(plan.to("EN_CONSULTA"))
    alone = problem(plan.sign(witness=None), 422)
    assert alone["errors"][0]["field"] == "witness"
    for wrong in ("foto.jpg", new_code("MD")):
        assert problem(plan.sign(scan_code=wrong), 422)["errors"][0]["field"] == "scan_code"
    params = {"kind": "PLAN_FIRMADO"}
    scan = ok(plan.client.post(f"{plan.url}/evidence", content=photo(), params=params), 201)["code"]
    ok(plan.sign(scan_code=scan.lower()), 201)
    assert ok(plan.client.get(plan.url))["signatures"][0]["scan_code"] == scan


def certificate(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    """A certificate that signs itself."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Profesional sintética")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 7, now, now + timedelta(days=1))
    return builder.sign(key, hashes.SHA256())


def detached(text: bytes, *, apart: bool = True) -> bytes:
    """A CMS signature of a text."""
    key = ec.generate_private_key(ec.SECP256R1())
    builder = pkcs7.PKCS7SignatureBuilder().set_data(text).add_signer(certificate(key), key, hashes.SHA256())
    options = [pkcs7.PKCS7Options.Binary, *([pkcs7.PKCS7Options.DetachedSignature] if apart else [])]
    return builder.sign(Encoding.DER, options)


def test_a_digital_signature_is_of_the_kept_text(world: World) -> None:
    plan = drafted(world)
    plan.activity(unit_code(world, plan.person.officer))
    ok(plan.to("EN_CONSULTA"))
    number = ok(plan.client.post(f"{plan.url}/versions"), 201)["number"]
    assert ok(plan.client.post(f"{plan.url}/versions"), 201)["number"] == number
    kept = ok(plan.client.get(f"{plan.url}/versions/{number}"))["signed_text"].encode()
    for wrong in (detached(b"otro texto"), detached(kept, apart=False), b"nada", kept):
        sent = base64.b64encode(wrong).decode()
        refused = problem(plan.sign("PROFESIONAL", "FIRMA", digital=sent), 422)
        assert refused["errors"][0]["field"] == "digital"
    problem(plan.sign("PROFESIONAL", "FIRMA", digital="%%%"), 422)
    ok(plan.sign("PROFESIONAL", "FIRMA", digital=base64.b64encode(detached(kept)).decode()), 201)
    signature = ok(plan.client.get(plan.url))["signatures"][0]
    assert (signature["number"], signature["verification"]) == (number, "INTEGRA")
    assert "no se comprobó quién" in signature["verification_label"]


def test_a_signature_that_does_not_hold_is_not_called_whole() -> None:
    text = b"plan"
    good = detached(text)
    digest = hashlib.sha256(text).digest()
    assert cms.verify(good, digest)
    broken = bytearray(good)
    broken[-1] ^= 1  # the signature's last byte
    assert not cms.verify(bytes(broken), digest)
    with pytest.raises(cms.NotSigned, match="64 KiB"):
        cms.verify(b"0" * (cms.LONGEST + 1), digest)
