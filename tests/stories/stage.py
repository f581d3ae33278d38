"""The stage of the stories: who acts, how they act over HTTP, and what each is shown of the same person."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Any

import httpx

from app.records.kinds import today
from stories.desk import API, Desk
from tests.cases.story import mandate, ok, unit_code
from tests.consents.story import ADULT
from tests.factories import World

TODAY = today().isoformat()
ROLES: Mapping[str, str] = MappingProxyType(
    {
        "PNP": "police_investigator",
        "Fiscalía": "prosecutor",
        "UDAVIT": "udavit_officer",
        "UPE": "upe_officer",
        "CEM": "cem_officer",
        "Albergue": "shelter_caseworker",
        "CAR": "car_caseworker",
        "Psicología": "psychologist",
        "Salud": "health_officer",
        "Programa social": "social_programme_officer",
        "Consulado": "consular_officer",
        "Análisis": "analyst",
        "Datos personales": "data_protection_officer",
        "Otro CEM": "cem_officer",
        "Otra PNP": "police_investigator",
    }
)
HOSTS: Mapping[str, str] = MappingProxyType({"Psicología": "Albergue", "Datos personales": "PNP"})
"""Who sits in the unit of another."""

View = int | dict[str, str]
"""What one role gets: a refusal's status for everything, or a line for each thing that it is shown.

Of a compartment: the level and the fields; `caso`, `rutas` and `plan` as far as they are shown, else the
status of the refusal; `sabe`: the secrets of the story that appear in any answer it gets.
"""
Changes = Mapping[str, int | Mapping[str, str | None]]
"""By role, what a step changes in its view: a view of its own, or lines (None: the line is gone).

Under `SEEING`, lines that change for everybody who was shown her before.
"""
SEEING = "quien la ve"


@dataclass
class Stage:
    """One person and everybody who may have to do with her; `secrets` are words by the name of the secret."""

    world: World
    roles: tuple[str, ...]
    units: dict[str, str] = field(default_factory=dict)
    desks: dict[str, Desk] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    seen: dict[str, View] = field(default_factory=dict)
    victim: str = ""
    case: str = ""
    plan: str = ""

    def __post_init__(self) -> None:
        """Seat the roles: each in a unit of its own, but for those who belong to the unit of another."""
        for name in self.roles:
            unit = self.units.get(name) or self.units.get(HOSTS.get(name, ""))
            actor = self.world.actor(ROLES[name], unit=unit, supervisor=True)
            self.units[name] = unit_code(self.world, actor)
            self.desks[name] = Desk(self.world.client(actor), self.units[name])
            self.seen[name] = 403 if name == "Análisis" else 404

    def get(self, who: str, path: str) -> dict[str, Any]:
        """What somebody reads."""
        return self.desks[who].read(path)

    def post(self, who: str, path: str, status: int = 201, version: int | None = None, **body: Any) -> Any:
        """What somebody sends and is accepted."""
        return self.desks[who].send(path, body, version, status)

    def refused(self, who: str, path: str, status: int, version: int | None = None, **body: Any) -> str:
        """What somebody sends and is refused; returns why, in Spanish."""
        return str(self.desks[who].refused(path, body, status, version)["detail"])

    def write(self, who: str, compartment: str, status: int = 200, **fields: Any) -> dict[str, Any]:
        """Somebody writes fields of a compartment of hers."""
        return ok(self.desks[who].written(self.victim, compartment, fields), status)

    def register(self, who: str, state: str, **compartments: dict[str, Any]) -> str:
        """A person is registered; her names are hers alone by the reason given. Returns her code."""
        body = {
            "compartments": compartments,
            "first_identified_on": TODAY,
            "state": state,
            "not_duplicate": {"reason": "HOMONIMA"},
        }
        return str(self.post(who, "/victims", **body)["code"])

    def about(self, who: str, state: str, **compartments: dict[str, Any]) -> None:
        """The person of the story is registered, and with her the first case."""
        self.victim = self.register(who, state, **compartments)
        self.case = self.get(who, f"/victims/{self.victim}")["cases"][0]["code"]

    def joins(self, by: str, who: str) -> None:
        """Somebody's unit takes part by mandate of law, and acknowledges that."""
        self.adds(by, who)
        self.acknowledges(who)

    def adds(self, by: str, who: str) -> None:
        """Somebody's unit takes part by mandate of law."""
        body = mandate(self.units[who], police=by.endswith("PNP"))
        self.post(by, f"/cases/{self.case}/participations", **body)

    def acknowledges(self, who: str) -> None:
        """Somebody acknowledges that her unit was added."""
        for notice in self.get(who, "/notices")["items"]:
            if (notice["kind"], notice["case"]) == ("UNIDAD_INCORPORADA", self.case):
                self.post(who, f"/notices/{notice['code']}/read", 200)

    def moves(self, who: str, to: str, **body: Any) -> None:
        """The case goes on."""
        self.desks[who].moves(f"/cases/{self.case}", to, **body)

    def branch(self, who: str, branch: str) -> str:
        """A branch of protection is opened."""
        return str(self.post(who, f"/cases/{self.case}/procedures", branch=branch)["code"])

    def steps(self, who: str, branch: str, to: str, status: int = 200, **body: Any) -> dict[str, Any]:
        """The next step of a branch, from whatever version it is at; with a status, that it is refused."""
        path = f"/cases/{self.case}/procedures"
        version = next(i["version"] for i in self.get(who, path)["items"] if i["code"] == branch)
        sent = (f"{path}/{branch}/steps", {"to": to, **body})
        if status == httpx.codes.OK:
            return self.desks[who].send(*sent, version, status)
        return self.desks[who].refused(*sent, status, version)

    def consents(self, by: str, to: str, *compartments: str, **fields: Any) -> str:
        """She allows that somebody gets these parts of her record; returns the consent's code."""
        body = {**ADULT, "compartments": list(compartments), **fields}
        said = {name: value for name, value in body.items() if value is not None}
        return self.desks[by].consents(self.case, self.units[to], said)

    def refers(self, by: str, to: str, service: str, **body: Any) -> str:
        """Somebody refers her and the other accepts; returns the referral's code."""
        wanted = {"service_type": service, "legal_basis": "MANDATO_LEGAL", **body}
        return self.desks[by].refers(self.case, self.desks[to], wanted)

    def referred_on_consent(self, by: str, to: str, service: str, *compartments: str, **given: Any) -> str:
        """She allows it and is referred; returns the consent's code."""
        code = self.consents(by, to, *compartments, **given)
        basis = {"legal_basis": "CONSENTIMIENTO", "consent": code, "compartments": list(compartments)}
        self.refers(by, to, service, **basis)
        return code

    def clocks(self, who: str, kind: str) -> list[str]:
        """States of the running and overdue deadlines of a kind in somebody's unit, for this case."""
        items = self.get(who, f"/clocks?kind={kind}")["items"]
        return [item["state"] for item in items if item["case"] == self.case]

    def drafts(self, who: str, doers: Mapping[str, str], **header: Any) -> dict[str, str]:
        """A plan with a goal for each domain and what a unit does for it; the activity of each unit."""
        made = {"language": "spa", "interpreter": "NO", **header}
        self.plan = self.post(who, "/plans", case=self.case, **made)["code"]
        due = (today() + timedelta(days=30)).isoformat()
        found = {}
        for domain, doer in doers.items():
            wish = {"domain": domain, "wish": "Lo que ella quiere", "goal": "Lo acordado con ella"}
            does = {"unit": self.units[doer], "due_on": due, "description": f"Lo que hace {doer}"}
            found[doer] = self.desks[who].plans(self.plan, wish, does)
        return found

    def plan_to(self, who: str, state: str, status: int = 200, **body: Any) -> dict[str, Any]:
        """The plan goes on from whatever version it is at; with a status, it is refused."""
        desk, path = self.desks[who], f"/plans/{self.plan}"
        if status == httpx.codes.OK:
            return desk.moves(path, state, **body)
        return desk.refused(f"{path}/transitions", {"to": state, **body}, status, desk.read(path)["version"])

    def signs(self, who: str, *signatures: tuple[str, str]) -> None:
        """Signatures on the plan, by signer and manner."""
        for signer, manner in signatures:
            self.desks[who].signs(self.plan, signer, manner)

    def done(self, who: str, activity: str) -> httpx.Response:
        """Somebody says that an activity which nobody touched was achieved."""
        url = f"{API}/plans/{self.plan}/activities/{activity}"
        body = {"state": "LOGRADO", "note": "Hecho"}
        return self.desks[who].client.patch(url, json=body, headers={"If-Match": '"1"'})

    def after(self, step: str, views: Mapping[str, Changes]) -> None:
        """Everybody looks: the views are those of the step before, but for what `views` says of this one.

        Raises:
            AssertionError: somebody is shown more, or less.
        """
        changes = views[step]
        expected = dict(self.seen)
        for name, view in self.seen.items():
            known = view if isinstance(view, int) else _changed(view, changes.get(SEEING))
            expected[name] = _changed(known, changes.get(name))
        with ThreadPoolExecutor(4) as eyes:
            self.seen = dict(zip(self.roles, eyes.map(self._look, self.roles), strict=True))
        assert self.seen == expected, f"{step}: otra vista"

    def _look(self, who: str) -> View:
        """What somebody is shown now."""
        client = self.desks[who].client
        paths = {"persona": f"/victims/{self.victim}", "caso": f"/cases/{self.case}"}
        answers = {name: client.get(f"{API}{path}") for name, path in paths.items()}
        status = answers["persona"].status_code
        if status != httpx.codes.OK:
            assert answers["caso"].status_code == status, who
            return status
        paths = {"rutas": f"/cases/{self.case}/procedures"} | (
            {"plan": f"/plans/{self.plan}"} if self.plan else {}
        )
        answers |= {name: client.get(f"{API}{path}") for name, path in paths.items()}
        lists = (f"/placements?case={self.case}", f"/consents?case={self.case}", "/referrals")
        heard = [answer.text for answer in answers.values()]
        heard += [client.get(f"{API}{path}").text for path in lists]
        known = [name for name, word in self.secrets.items() if any(word in text for text in heard)]
        view = _record(answers["persona"].json())
        view["caso"] = _said(answers["caso"], lambda body: body["state"])
        view["rutas"] = _said(answers["rutas"], lambda body: " ".join(i["state"] for i in body["items"]))
        if self.plan:
            view["plan"] = _said(answers["plan"], _plan)
        return {name: line for name, line in (view | {"sabe": " ".join(known)}).items() if line}


def _changed(view: View, changes: int | Mapping[str, str | None] | None) -> View:
    if changes is None or isinstance(changes, int):
        return view if changes is None else changes
    before = {} if isinstance(view, int) else view
    return {name: line for name, line in {**before, **changes}.items() if line is not None}


def _record(body: Mapping[str, Any]) -> dict[str, str]:
    """One line for each compartment that is filled: its level, and the fields that are shown."""
    levels, shown = body["_access"], body["compartments"]
    assert {"none", "aggregate"}.isdisjoint(levels[name] for name in body["filled"])
    return {
        name: " ".join([f"{levels[name]}:", *sorted(shown.get(name, ()))]).removesuffix(":")
        for name in sorted({*body["filled"], *shown})
    }


def _plan(body: Mapping[str, Any]) -> str:
    """How much of a plan is shown: everything, or the activities of one's own."""
    aims = [goal["domain"] for goal in body.get("objectives", ())]
    return " ".join([body["state"], body["view"], *aims, f"+{len(body['activities'])}"])


def _said(answer: httpx.Response, words: Any) -> str:
    return str(words(answer.json())) if answer.status_code == httpx.codes.OK else str(answer.status_code)
