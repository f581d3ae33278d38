"""Store the synthetic register: each person once, however often and with whatever size it is run.

Every unit has its own list of people, in the order of their numbers, and stores it in that order. So what it
holds is always the beginning of its list: a run that was stopped goes on where it ended, a larger size adds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from app.access.act import CARE, Act
from app.access.actor import SETUP, Actor
from app.db import Database
from app.services.victims.registration import Registration, checked, store
from stories.demo import cast
from stories.demo.care import Kept, care
from stories.demo.cast import Office
from stories.demo.people import LABEL, Synthetic, draw
from stories.demo.stored import stored

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and of how much."""

_BATCH = 100


@dataclass(frozen=True, slots=True)
class Filled:
    """What a run found and did."""

    found: int
    added: int
    cared_for: int


def fill(database: Database, seed: int, size: int, progress: Progress) -> Filled:
    """Bring the register to `size` people of `seed`, and those whose turn it is into care."""
    with database.session(SETUP) as session:
        cast.install(session)
    lists: dict[Office, list[Synthetic]] = {}
    for number in range(size):
        person = draw(seed, number)
        lists.setdefault(cast.registrar(person), []).append(person)
    found = added = 0
    kept: list[Kept] = []
    for office, people in lists.items():
        with database.session(SETUP) as session:
            clerk = cast.clerk(session, office)
        with database.session(clerk) as session:
            held = len(stored(Act(session, CARE)))
        found += min(held, len(people))
        for batch in _batches(people[held:]):
            _store(database, clerk, batch)
            added += len(batch)
            progress("registro", found + added, size)
        with database.session(clerk) as session:
            cases = stored(Act(session, CARE))
        kept += [Kept(p, case) for p, case in zip(people, cases, strict=False) if case.version == 1]
    return Filled(found, added, care(database, kept, progress))


def fingerprint(seed: int) -> str:
    """What a register of this seed is recognised by: it changes when the generator draws other people."""
    people = repr([draw(seed, number) for number in range(20)])
    return hashlib.sha256(people.encode()).hexdigest()[:16]


def _batches(people: Sequence[Synthetic]) -> Iterator[Sequence[Synthetic]]:
    for start in range(0, len(people), _BATCH):
        yield people[start : start + _BATCH]


def _store(database: Database, clerk: Actor, people: Sequence[Synthetic]) -> None:
    with database.session(clerk) as session:
        wanted = [
            Registration(person.compartments, person.identified_on, source=LABEL, purpose="demostracion")
            for person in people
        ]
        batch = [(registration, checked(clerk, registration)) for registration in wanted]
        store(Act(session, CARE), batch)
