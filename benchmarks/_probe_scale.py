"""What the size of the register does to a probe and to a registration.

A fresh installation with its real tables is filled by COPY: persons, codes, tokens of every kind, and
every sealed identity with its key; cases are left out, as a probe does not look at them. Then the same
work is timed at a small and at a large size. A probe is the one statement that finds candidates with
their sealed identities, over a local socket; half of those looked for are registered (with the errors
of a second office), half are not. A registration of somebody new probes, opens and compares the
candidates, seals, stores and records.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import islice
from random import Random
from statistics import quantiles
from typing import Final, NamedTuple

import psycopg
from _peru import persons
from _peru_errors import Identity, corrupted
from _register import installation, officer
from _report import Figure, at_most, note
from sqlalchemy import make_url

from app.access.act import CARE, Act
from app.access.actor import Actor, matching_for
from app.codes import new_code
from app.db import driver_cursor
from app.errors import PossibleDuplicate
from app.matching import person_of, tokens
from app.records import SCHEMA_VERSION
from app.runtime import Runtime
from app.services.index_keys.keys import index_keys
from app.services.victims.registration import Registration, register
from app.vault import Place, seal_json

PASSES: Final = 3
WARM_UP: Final = 50
SEED: Final = 77_003
NEW: Final = 9_404
BATCH: Final = 5_000
FIRST_ID: Final = 10_000_000
"""Of persons registered by the service: beyond those loaded, who are numbered from 1."""
P50, P99 = 1e-3, 5e-3
SLOWER: Final = 3.0
BYTES: Final = 2_500
"""Of tokens and their indexes for one person, at most; the prototype with 18.6 tokens a person took 1 345."""

SHARED_BUFFERS: Final = "2GB"
"""What `docs/postgres.md` advises for a register of this size: its tokens and identities fit into memory."""

_CANDIDATES = "SELECT * FROM ruv.match_candidates(%(tokens)s, 200)"
_DAY = date(2025, 6, 2)
_TABLES = {
    "victim": "id, registered_unit_id, registered_by",
    "victim_code": "code, victim_id, record_id",
    "victim_token": "token, victim_id, kind, key_version",
    "victim_key": "victim_id, record_id, compartment, version, kek_id, wrapped",
    "victim_blob": "id, victim_id, record_id, compartment, version, schema_version, key_version, sealed,"
    " created_by, unit_id",
    "compartment_head": "victim_id, record_id, compartment, version, unit_id",
}


class Scale(NamedTuple):
    """How much is loaded and measured; persons of the small and of the large size."""

    small: int
    large: int
    probes: int
    registrations: int


WHOLE: Final = Scale(10_000, 1_000_000, probes=2_000, registrations=500)
QUICK: Final = Scale(10_000, 30_000, probes=1_000, registrations=150)


@dataclass(frozen=True, slots=True)
class Timed:
    """Seconds of the median and of the slowest in a hundred."""

    p50: float
    p99: float

    @classmethod
    def of(cls, seconds: list[float]) -> "Timed":
        """Of single measurements."""
        cuts = quantiles(seconds, n=100)
        return cls(cuts[49], cuts[98])

    def __str__(self) -> str:
        return f"p50 {self.p50 * 1e3:.2f} ms, p99 {self.p99 * 1e3:.2f} ms"


class Loader:
    """Fills the register with persons of one seed, more at each call."""

    def __init__(self, runtime: Runtime, actor: Actor) -> None:
        """Nothing is loaded yet; `actor` is who registered everybody."""
        assert runtime.server is not None
        self._vault, self._actor = runtime.vault, actor
        self._url = make_url(runtime.server.superuser_url("ruv")).set(drivername="postgresql")
        with runtime.database.session(actor) as session:
            self._key = index_keys(session)[0]
        self._people = enumerate(persons(WHOLE.large, SEED), 1)

    def load(self, count: int) -> None:
        """Add `count` persons. Constraints hold by construction: the checks of each row are left out."""
        with psycopg.connect(self._url.render_as_string(hide_password=False), autocommit=True) as connection:
            connection.execute("SET session_replication_role = replica")
            connection.execute("SET maintenance_work_mem = '512MB'")
            with _without_indexes(connection, "victim_token"):
                people = islice(self._people, count)
                while batch := list(islice(people, BATCH)):
                    self._copy(connection, batch)
            for table in ("victim", "victim_blob"):  # who is registered in between keeps out of the way
                sequence = f"pg_get_serial_sequence('{table}', 'id')"
                connection.execute(f"SELECT setval({sequence}, greatest(nextval({sequence}), {FIRST_ID}))")
            connection.execute("VACUUM (ANALYZE)")

    def index_bytes(self) -> int:
        """Bytes of the tokens and of their indexes."""
        with psycopg.connect(self._url.render_as_string(hide_password=False)) as connection:
            row = connection.execute("SELECT pg_total_relation_size('victim_token')").fetchone()
        assert row is not None
        return int(row[0])

    def _copy(self, connection: psycopg.Connection, batch: list[tuple[int, Identity]]) -> None:
        lines: dict[str, list[str]] = {table: [] for table in _TABLES}
        for number, identity in batch:
            self._add(lines, number, identity)
        for table, columns in _TABLES.items():
            with connection.cursor().copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                copy.write("".join(lines[table]))

    def _add(self, lines: dict[str, list[str]], number: int, identity: Identity) -> None:
        dek, kek_id, wrapped = self._vault.new_dek("identity", number)
        place = Place("victim_blob", "identity", number, number, 1, SCHEMA_VERSION)
        sealed = seal_json(dek, place, identity).hex()
        unit, user = self._actor.unit_id, self._actor.user_id
        own = f"{number}\t{number}\tidentity\t1"
        lines["victim"].append(f"{number}\t{unit}\t{user}\n")
        lines["victim_code"].append(
            f"{new_code('TP')}{number}\t{number}\t{number}\n"
        )  # unique, if no real code
        lines["victim_token"] += [
            f"{mark.value}\t{number}\t{mark.kind:d}\t{self._key.version}\n"
            for mark in tokens(self._key.secret, person_of(identity))
        ]
        lines["victim_key"].append(f"{own}\t{kek_id}\t\\\\x{wrapped.hex()}\n")
        lines["victim_blob"].append(
            f"{number}\t{own}\t{SCHEMA_VERSION}\t{dek.version}\t\\\\x{sealed}\t{user}\t{unit}\n"
        )
        lines["compartment_head"].append(f"{own}\t{unit}\n")


@contextmanager
def _without_indexes(connection: psycopg.Connection, table: str) -> Iterator[None]:
    """Drop the indexes of a table and build them anew afterwards, which is quicker than filling them."""
    constraints = connection.execute(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE conrelid = %s::regclass AND contype = 'p'",
        [table],
    ).fetchall()
    indexes = connection.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s AND indexname <> ALL (%s)",
        [table, [name for name, _ in constraints]],
    ).fetchall()
    for name, _ in constraints:
        connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    for name, _ in indexes:
        connection.execute(f"DROP INDEX {name}")
    yield
    for name, definition in constraints:
        connection.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
    for _, definition in indexes:
        connection.execute(definition)


def looked_for(count: int) -> list[Identity]:
    """Second records of persons of the smaller size and persons not registered, by turns."""
    rng = Random(NEW)
    strangers = persons(count, NEW)
    known = islice(persons(WHOLE.small, SEED), 0, None, max(1, 2 * WHOLE.small // count))
    mixed: list[Identity] = []
    for one, other in zip(known, strangers, strict=False):
        mixed += [corrupted(one, rng, stranger=other)[0], other]
    return mixed[:count]


def time_probes(runtime: Runtime, actor: Actor, wanted: list[Identity]) -> Timed:
    """The one statement that finds candidates, each with its sealed identity.

    All are looked for `PASSES` times over, and the quickest of each counts, as what else the machine does is
    not the register's.
    """
    with runtime.database.session(actor) as session:
        key = index_keys(session)[0].secret
    marks = [[mark.value for mark in tokens(key, person_of(identity))] for identity in wanted]
    quickest = [float("inf")] * len(marks)
    for _ in range(PASSES):
        with runtime.database.session(matching_for(actor)) as session:
            cursor = driver_cursor(session)
            for number, values in enumerate(marks):
                start = time.perf_counter()
                cursor.execute(_CANDIDATES, {"tokens": values})
                cursor.fetchall()
                quickest[number] = min(quickest[number], time.perf_counter() - start)
    return Timed.of(quickest)


def time_registrations(runtime: Runtime, actor: Actor, wanted: list[Identity]) -> Timed:
    """A whole registration; one that is refused as a possible duplicate counts as well."""
    seconds = []
    for number, identity in enumerate(wanted):
        start = time.perf_counter()
        try:
            with runtime.database.session(actor) as session:
                registration = Registration({"identity": identity}, _DAY, source="MEDICION")
                register(Act(session, CARE), registration, probe_limit=10**9)
        except PossibleDuplicate:
            pass
        if number >= WARM_UP:
            seconds.append(time.perf_counter() - start)
    return Timed.of(seconds)


def figures(quick: bool) -> list[Figure]:
    """Probe and tokens at the large size; the registration against the small size."""
    scale = QUICK if quick else WHOLE
    small, large = scale.small, scale.large
    half = scale.registrations + WARM_UP
    wanted = looked_for(scale.probes)
    fresh = list(persons(2 * half, NEW + 1))
    registrations = {}
    with installation(SHARED_BUFFERS) as runtime:
        actor = officer(runtime)
        loader = Loader(runtime, actor)
        for size, more, some in ((small, small, fresh[:half]), (large, large - small, fresh[half:])):
            start = time.perf_counter()
            loader.load(more)
            note(f"{size} personas cargadas en {time.perf_counter() - start:.0f} s")
            probe = time_probes(runtime, actor, wanted)
            space = loader.index_bytes() / size
            registrations[size] = time_registrations(runtime, actor, some)
            note(f"  sondeo: {probe}; registro: {registrations[size]}; {space:.0f} bytes por persona")
    slower = registrations[large].p99 / registrations[small].p99
    where, over = f"con {large} personas", "tokens e índices"
    return [
        at_most(f"sondeo {where}, p50", probe.p50, "seconds", baseline="una sentencia", target=P50),
        at_most(f"sondeo {where}, p99", probe.p99, "seconds", baseline="una sentencia", target=P99),
        at_most(f"registro con sondeo {where}, p99", slower, "ratio", baseline=f"con {small}", target=SLOWER),
        at_most(f"bytes por persona {where}", space, "count", baseline=over, target=BYTES),
    ]
