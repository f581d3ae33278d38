"""Steps that tests of plans share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx

from app.records.kinds import today
from tests.cases.story import API, Registered, ok, registered, unit_code
from tests.factories import World

WISH = "Quiero terminar la secundaria y poner una panadería"
DUE = (today() + timedelta(days=30)).isoformat()


@dataclass
class Drafted:
    """A plan with one objective; its responsible unit is a women's emergency centre."""

    person: Registered
    code: str
    objective: str

    @property
    def url(self) -> str:
        return f"{API}/plans/{self.code}"

    @property
    def client(self) -> httpx.Client:
        return self.person.client

    def activity(self, unit: str, description: str = "Matrícula en el centro de educación básica") -> str:
        """Add an activity of a unit."""
        body = {"unit": unit, "due_on": DUE, "description": description, "indicator": "Constancia"}
        return str(
            ok(self.client.post(f"{self.url}/objectives/{self.objective}/activities", json=body), 201)["code"]
        )

    def to(self, state: str, **body: Any) -> httpx.Response:
        """Move the plan from whatever version it is at."""
        tag = self.client.get(self.url).headers["etag"]
        return self.client.post(
            f"{self.url}/transitions", json={"to": state, **body}, headers={"If-Match": tag}
        )

    def sign(self, signer: str = "PERSONA", manner: str = "HUELLA", **more: Any) -> httpx.Response:
        """Record a signature; a fingerprint has its witness."""
        witness = {"witness": "Rosa Quispe"} if manner == "HUELLA" else {}
        body = {"signer": signer, "manner": manner, **witness, **more}
        return self.client.post(f"{self.url}/signatures", json=body)

    def patch(self, **fields: Any) -> httpx.Response:
        """Change the header from whatever version it is at."""
        tag = self.client.get(self.url).headers["etag"]
        return self.client.patch(self.url, json=fields, headers={"If-Match": tag})


def drafted(world: World, **identity: Any) -> Drafted:
    """A draft with one objective and no activity."""
    person = registered(world, **identity)
    body = {
        "case": person.case,
        "place_of_execution": "LUGAR_DE_ORIGEN",
        "language": "quz",
        "interpreter": "SI",
    }
    code = ok(person.client.post(f"{API}/plans", json=body), 201)["code"]
    objective = {"domain": "EDUCACION", "wish": WISH, "goal": "Secundaria completa"}
    made = ok(person.client.post(f"{API}/plans/{code}/objectives", json=objective), 201)["code"]
    return Drafted(person, code, made)


def running(world: World, unit: str | None = None) -> tuple[Drafted, str]:
    """A plan in execution with one activity, of the responsible unit unless told otherwise."""
    plan = drafted(world)
    activity = plan.activity(unit or unit_code(world, plan.person.officer))
    ok(plan.to("EN_CONSULTA"))
    ok(plan.sign(), 201)
    assert ok(plan.sign("PROFESIONAL", "FIRMA"), 201)["state"] == "SUSCRITO"
    ok(plan.to("EN_EJECUCION"))
    return plan, activity


def goal_step(plan: Drafted, version: int, **body: Any) -> httpx.Response:
    """Move the plan's objective."""
    headers = {"If-Match": f'"{version}"'}
    return plan.client.patch(f"{plan.url}/objectives/{plan.objective}", json=body, headers=headers)


def step(client: httpx.Client, plan: str, activity: str, version: int, **body: Any) -> httpx.Response:
    """Move an activity."""
    headers = {"If-Match": f'"{version}"'}
    return client.patch(f"{API}/plans/{plan}/activities/{activity}", json=body, headers=headers)


def assess(plan: Drafted, domain: str, level: int, days_ago: int = 0, **more: Any) -> dict[str, Any]:
    """Add an assessment."""
    day = (today() - timedelta(days=days_ago)).isoformat()
    body = {"domain": domain, "level": level, "assessed_on": day, **more}
    return ok(plan.client.post(f"{plan.url}/assessments", json=body), 201)


def reach(plan: Drafted, **contact: Any) -> None:
    """Write how she may be contacted."""
    url = f"{API}/victims/{plan.person.victim}/contact"
    ok(plan.client.patch(url, json=contact, headers={"If-Match": '"0"'}))


def full(world: World) -> Drafted:
    """A plan with a row in every table of this slice."""
    plan, activity = running(world)
    assess(plan, "EDUCACION", 3)
    ok(plan.client.post(f"{plan.url}/team", json={"role": "LEGAL", "name": "Abogada Salazar"}), 201)
    ok(goal_step(plan, 1, note="Va bien"))
    ok(step(plan.client, plan.code, activity, 1, state="LOGRADO"))
    held = {"held_on": today().isoformat(), "participants": ["Ella"], "decisions": "Sigue"}
    ok(plan.client.post(f"{plan.url}/reviews", json={**held, "opinion_given": False}), 201)
    ok(plan.patch(summary="Resumen de la revisión"))
    ok(plan.sign(), 201)
    ok(plan.sign("PROFESIONAL", "FIRMA"), 201)
    (first, *_) = ok(plan.to("EN_SEGUIMIENTO"))["follow_ups"]
    reach(plan, safe_channel="LLAMADA")
    contact = {"contacted_on": today().isoformat(), "channel": "LLAMADA", "result": "ESTABLE", "note": "Bien"}
    ok(plan.client.post(f"{plan.url}/follow-ups/{first}/contacts", json=contact), 201)
    return plan
