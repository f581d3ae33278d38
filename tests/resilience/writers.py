"""Fifty clients that write and remember what was acknowledged, and the check of what is there afterwards."""

from __future__ import annotations

import contextlib
import itertools
import threading
from dataclasses import dataclass, field

import httpx
from sqlalchemy import Engine, text

from tests.factories import LOOPBACK

IDENTITY = {"given_names": "Prueba", "sex": "MUJER", "nationality": "PE", "age_years": 30}
"""Too little to look anybody up by: everybody is another person, and no limit of look-ups is in the way."""


@dataclass
class Acknowledged:
    """What the service said it had stored: registrations by code, last versions of contact."""

    registered: set[str] = field(default_factory=set)
    contact: dict[str, int] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    refused: int = 0

    def note(self, code: str, version: int | None = None) -> None:
        """An acknowledged registration, or an acknowledged version of the contact compartment."""
        with self.lock:
            if version is None:
                self.registered.add(code)
            else:
                self.contact[code] = version


def write_until(stop: threading.Event, base_url: str, token: str, done: Acknowledged) -> None:
    """Register a person, then change her contact a few times; again and again, whatever fails in between."""
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=base_url, headers=headers, timeout=20, verify=LOOPBACK) as client:
        while not stop.is_set():
            with contextlib.suppress(httpx.TransportError):
                _one_person(client, done)


def _one_person(client: httpx.Client, done: Acknowledged) -> None:
    body = {"compartments": {"identity": IDENTITY}, "first_identified_on": "2024-05-02"}
    answer = client.post("/api/v1/victims", json=body)
    if answer.status_code != 201:
        done.refused += 1
        return
    code = answer.json()["code"]
    done.note(code)
    for version in range(3):
        answer = client.patch(
            f"/api/v1/victims/{code}/contact",
            json={"residence_locality": f"Versión {version + 1}"},
            headers={"If-Match": f'"{version}"'},
        )
        if answer.status_code != 200:
            return
        done.note(code, version + 1)


def start_writers(
    count: int, base_url: str, tokens: list[str], done: Acknowledged
) -> tuple[threading.Event, list[threading.Thread]]:
    """Start `count` writers; set the event and join the threads to end them."""
    stop = threading.Event()
    turns = itertools.cycle(tokens)
    threads = [
        threading.Thread(target=write_until, args=(stop, base_url, next(turns), done), daemon=True)
        for _ in range(count)
    ]
    for thread in threads:
        thread.start()
    return stop, threads


HALF_DONE = """
SELECT v.id FROM victim v WHERE
    NOT EXISTS (SELECT FROM victim_code c WHERE c.victim_id = v.id)
    OR NOT EXISTS (SELECT FROM trafficking_case c WHERE c.victim_id = v.id)
    OR NOT EXISTS (SELECT FROM participation p WHERE p.victim_id = v.id AND cardinality(p.seats) > 1)
    OR NOT EXISTS (SELECT FROM assignment a WHERE a.victim_id = v.id)
    OR NOT EXISTS (SELECT FROM profile f WHERE f.victim_id = v.id)
    OR NOT EXISTS (SELECT FROM victim_key k WHERE k.victim_id = v.id AND k.compartment = 'identity')
    OR NOT EXISTS (SELECT FROM audit_event e WHERE e.victim_id = v.id AND e.action = 'victims.register')
    OR EXISTS (SELECT FROM compartment_head h WHERE h.victim_id = v.id AND NOT EXISTS (
        SELECT FROM victim_blob b
        WHERE b.victim_id = v.id AND b.compartment = h.compartment AND b.version = h.version))
    OR (SELECT count(*) FROM audit_event e WHERE e.victim_id = v.id AND e.action = 'victims.write')
       <> (SELECT coalesce(sum(h.version), 0) FROM compartment_head h
           WHERE h.victim_id = v.id AND h.compartment = 'contact')
"""


CONTACT_VERSIONS = """
SELECT c.code, coalesce(h.version, 0) AS version FROM victim_code c
LEFT JOIN compartment_head h ON h.victim_id = c.victim_id AND h.compartment = 'contact'
"""


def faults(engine: Engine, done: Acknowledged) -> list[str]:
    """What is lost or half there, read past row-level security: `engine` is the superuser's."""
    found = []
    with engine.connect() as connection:
        half = connection.scalars(text(HALF_DONE)).all()
        found += [f"half done: {key}" for key in half]
        versions = {row.code: row.version for row in connection.execute(text(CONTACT_VERSIONS))}
        unqueued = connection.scalar(
            text(
                "SELECT count(*) FROM audit_event e"
                " WHERE NOT EXISTS (SELECT FROM audit_queue q WHERE q.event_id = e.id)"
            )
        )
    found += [f"lost registration {code}" for code in done.registered - versions.keys()]
    found += [f"lost version of {code}" for code, v in done.contact.items() if versions.get(code, 0) < v]
    if unqueued:
        found.append(f"{unqueued} events without a queue row")
    return found
