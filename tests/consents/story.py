"""Steps that tests of consents, objections and requests of data subjects share."""

from __future__ import annotations

from typing import Any

import httpx

from app.access.actor import Actor
from tests.cases.story import API, Registered, ok, refer, unit_code
from tests.factories import World

ADULT: dict[str, Any] = {
    "purposes": ["ATENCION"],
    "compartments": ["identity", "contact"],
    "language": "spa",
    "given_by": "PERSONA",
    "form": "ESCRITO",
    "text_version": "CI-1",
}
CHILD: dict[str, Any] = {
    **ADULT,
    "given_by": "ASENTIMIENTO_NNA",
    "backed_by": "REPRESENTANTE",
    "representative_name": "Rosa Apaza Mamani",
    "representative_relation": "tía",
    "representative_suspected": "NO",
}


def give(client: httpx.Client, case: str, *to_units: str, **fields: Any) -> httpx.Response:
    """Record the consent of an adult unless told otherwise."""
    body = {**ADULT, "case": case, "to_units": list(to_units), **fields}
    return client.post(f"{API}/consents", json={k: v for k, v in body.items() if v is not None})


def withdraw(
    client: httpx.Client, code: str, by_whom: str | None = "PERSONA", **fields: Any
) -> httpx.Response:
    """Withdraw a consent."""
    return client.post(f"{API}/consents/{code}/withdrawal", json={"by_whom": by_whom, **fields})


def on_consent(
    client: httpx.Client, case: str, consent: str | None, to_unit: str, **body: Any
) -> httpx.Response:
    """Send a referral that rests on a consent."""
    wanted = {"legal_basis": "CONSENTIMIENTO", "compartments": ["identity", "contact"], **body}
    if consent is not None:
        wanted["consent"] = consent
    return refer(client, case, to_unit, **wanted)


def shared_on_consent(
    world: World, person: Registered, role: str = "health_officer", **fields: Any
) -> tuple[Actor, httpx.Client, str, str]:
    """A new unit that takes part by a referral on a consent: worker, client, referral, consent."""
    actor = world.actor(role)
    unit = unit_code(world, actor)
    consent = ok(give(person.client, person.case, unit, **fields), 201)["code"]
    shared = {"compartments": fields["compartments"]} if "compartments" in fields else {}
    referral = ok(on_consent(person.client, person.case, consent, unit, **shared), 201)["code"]
    client = world.client(actor)
    ok(client.post(f"{API}/referrals/{referral}/answer", json={"decision": "accept"}))
    return actor, client, referral, consent
