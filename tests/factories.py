"""Make institutions, units, actors and persons; a test names what matters to it, nothing else is chosen."""

from __future__ import annotations

import secrets
import ssl
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Any

import httpx
from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.access.act import CARE, Act
from app.access.actor import SETUP, SIGN_IN, Actor
from app.models import AuthSession
from app.records.rows.consents import ConsentRow
from app.runtime import Runtime
from app.services.consents.ledger import give
from app.services.institutions.masking import SHELTER_KINDS
from app.services.institutions.service import actor_of, create_institution, create_unit, create_user
from app.services.shelters.free_places import ShelterUnit
from app.services.shelters.registry import Entry, declare
from app.services.victims.registration import Registered, Registration, register
from tests import contract

PLACES: Mapping[str, int] = MappingProxyType({"GENERAL": 12})
"""Places of a shelter by group, unless a test says otherwise."""
SHELTER_TYPE = {"CAR": "CAR", "HRT": "HRT", "ALBERGUE": "ALBERGUE_PRIVADO"}
PASSWORD = "nube-tranquila-de-otoño-44"
LOOPBACK = ssl.create_default_context()
"""Not used on loopback, but every client makes one unless given: 28 ms each, for thousands of clients."""

KIND_OF_ROLE = {
    "upe_officer": "UPE",
    "cem_officer": "CEM",
    "car_caseworker": "CAR",
    "shelter_caseworker": "ALBERGUE",
    "psychologist": "CAR",
    "prosecutor": "FISCALIA",
    "udavit_officer": "UDAVIT",
    "police_investigator": "PNP",
    "health_officer": "SALUD",
    "social_programme_officer": "PROGRAMA_SOCIAL",
    "consular_officer": "CONSULADO",
    "public_defender": "DEFENSA_PUBLICA",
}


@dataclass
class World:
    """Everything a test makes, in one worker's database."""

    runtime: Runtime
    base_url: str
    clients: list[httpx.Client] = field(default_factory=list)
    tag: str = field(default_factory=lambda: secrets.token_hex(4))
    department: str = "17"
    """Where units are made; another one for a test of a list that the units of all tests would fill."""

    @contextmanager
    def session(self, actor: Actor) -> Iterator[Session]:
        """One committed transaction for an actor."""
        with self.runtime.database.session(actor) as session:
            yield session

    def unit(
        self,
        kind: str,
        *,
        institution: str | None = None,
        department: str = "",
        places: Mapping[str, int] = PLACES,
        name: str = "",
    ) -> str:
        """A new unit; returns its code. Of a kind that houses people, it has declared `places`."""
        with self.session(SETUP) as session:
            return self._unit(Act(session, CARE), kind, institution, department, places, name)

    def _unit(
        self,
        act: Act,
        kind: str,
        institution: str | None = None,
        department: str = "",
        places: Mapping[str, int] = PLACES,
        name: str = "",
    ) -> str:
        code = f"{kind}-{self.tag}-{secrets.token_hex(3)}"
        department = department or self.department
        owner = create_institution(
            act, institution or f"I-{code}", f"Institución de {name or code}", "publico"
        )
        key = create_unit(act, owner, code, name or f"Unidad {code}", kind, department)
        if kind in SHELTER_KINDS and places:
            unit = ShelterUnit(key, code, kind, department)
            declare(act, unit, Entry(type=SHELTER_TYPE[kind], places=places))
        return code

    def actor(
        self, role: str, *, unit: str | None = None, supervisor: bool = False, username: str = ""
    ) -> Actor:
        """A new account of `role` (in a unit of its own unless named), as an actor."""
        username = username or f"{role}-{secrets.token_hex(4)}"
        with self.session(SETUP) as session:
            act = Act(session, CARE)
            unit = unit or self._unit(act, KIND_OF_ROLE.get(role, "CENTRAL"))
            create_user(
                act, unit, username, role, PASSWORD,
                supervisor=supervisor, cost=self.runtime.password_cost,
            )  # fmt: skip
            return actor_of(session, username)

    def register(
        self, actor: Actor, *, on: date = date(2024, 5, 2), **compartments: dict[str, Any]
    ) -> Registered:
        """Register a person through the service; who has the name of another test's person is another one.

        As many as a test needs: the limit of an hour is tested over HTTP.
        """
        with self.session(actor) as session:
            return register(
                Act(session, CARE),
                Registration(compartments, on),
                not_duplicate="HOMONIMA",
                probe_limit=1_000_000,
            )

    def consent(self, actor: Actor, case: str, *to_units: str, **fields: Any) -> str:
        """A consent of an adult to share identity and contact with these units, unless told otherwise."""
        given = {
            "purposes": ["ATENCION"],
            "compartments": ["identity", "contact"],
            "to_units": list(to_units),
            "language": "spa",
            "given_by": "PERSONA",
            "form": "ESCRITO",
            "text_version": "CI-1",
            **fields,
        }
        with self.session(actor) as session:
            return give(Act(session, CARE), case, ConsentRow.model_validate(given))

    def client(self, actor: Actor | None = None) -> httpx.Client:
        """An HTTP client of the served application, signed in as `actor`."""
        headers = {"Authorization": f"Bearer {self.token(actor)}"} if actor is not None else {}
        client = httpx.Client(
            base_url=self.base_url,
            headers=headers,
            timeout=120,
            verify=LOOPBACK,
            event_hooks={"response": [contract.hold]},
        )
        self.clients.append(client)
        return client

    def close(self) -> None:
        """Close the clients made."""
        for client in self.clients:
            client.close()

    def token(self, actor: Actor) -> str:
        """An access token of a fresh sign-in session of the actor."""
        session_id = uuid.uuid4()
        with self.session(SIGN_IN) as session:
            expires = datetime.now(UTC) + timedelta(hours=1)
            session.execute(
                insert(AuthSession), [{"id": session_id, "user_id": actor.user_id, "expires_at": expires}]
            )
        return self.runtime.tokens.issue(
            user_id=actor.user_id,
            session_id=session_id,
            role=actor.role,
            unit_id=actor.unit_id,
            institution_id=actor.institution_id,
            unit_wide=actor.unit_wide,
        )
