"""Sealing a whole record of 40 fields, against an encrypted column type for each field.

Ours: the record lies in its compartments; each takes opening the person's data key, JSON, padding and
AES-256-GCM bound to its place. Theirs: SQLAlchemy-Utils' StringEncryptedType with AesGcmEngine, its only
authenticated engine beside the slower Fernet. The same values in the same process, turn by turn; CPU time,
so that a busy machine disturbs little. The database is left out on both sides.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from _report import at_least, at_most, finish, is_quick, needs, note

from app.vault import FileRoot, Keyring, Place, new_wrapped_key, open_json, seal_json

try:
    from sqlalchemy import String
    from sqlalchemy.dialects import postgresql
    from sqlalchemy_utils.types.encrypted.encrypted_type import AesGcmEngine, StringEncryptedType
except ImportError:
    needs("sqlalchemy-utils")

VICTIM = 7
COMPARTMENTS = (
    "identity",
    "contact",
    "health",
    "psychology",
    "legal",
    "testimony",
    "protection",
    "shelter_location",
)
FIELDS_EACH = 5
VALUES = (
    "Huamán",
    "María de los Ángeles",
    "presunta víctima; acude con intérprete de quechua chanka",
    "2009-03-17",
    "Registro de prueba, no es persona real",
)
RATIO = 5
LONGEST = 60e-6

Record = dict[str, dict[str, str]]


def sample() -> Record:
    """40 texts of the usual lengths, about 1.5 kB with their names."""
    return {
        compartment: {f"{compartment}_{number}": value for number, value in enumerate(VALUES)}
        for compartment in COMPARTMENTS
    }


class Ours:
    """The vault as a request uses it: keys of the person as stored, opened each time."""

    def __init__(self, folder: Path) -> None:
        root = FileRoot.create(folder / "root")
        rows = [
            replace(new_wrapped_key(root, name, 1), id=number) for number, name in enumerate(COMPARTMENTS, 1)
        ]
        self.ring = Keyring(root, rows)
        self.keys = {name: self.ring.new_dek(name, VICTIM)[1:] for name in COMPARTMENTS}
        self.places = {name: Place("victim_blob", name, VICTIM, 1, 1, 1) for name in COMPARTMENTS}

    def seal(self, record: Record) -> dict[str, bytes]:
        """Seal every compartment."""
        return {
            name: seal_json(self.ring.open_dek(name, VICTIM, 1, *self.keys[name]), self.places[name], fields)
            for name, fields in record.items()
        }

    def open(self, sealed: dict[str, bytes]) -> dict[str, dict[str, Any]]:
        """Open every compartment."""
        return {
            name: open_json(self.ring.open_dek(name, VICTIM, 1, *self.keys[name]), self.places[name], blob)
            for name, blob in sealed.items()
        }


class Theirs:
    """One encrypted column a field; the type does its work when a value is bound and when it is read."""

    def __init__(self) -> None:
        self.type = StringEncryptedType(String, "una clave de la configuración", AesGcmEngine)
        self.dialect = postgresql.dialect()  # type: ignore[no-untyped-call]

    def seal(self, record: Record) -> dict[str, dict[str, str]]:
        """Bind every field."""
        bind, dialect = self.type.process_bind_param, self.dialect
        return {
            compartment: {name: bind(value, dialect) for name, value in fields.items()}
            for compartment, fields in record.items()
        }

    def open(self, sealed: dict[str, dict[str, str]]) -> Record:
        """Read every field."""
        result, dialect = self.type.process_result_value, self.dialect
        return {
            compartment: {name: result(value, dialect) for name, value in fields.items()}
            for compartment, fields in sealed.items()
        }


def spent(work: Callable[[], object], times: int) -> float:
    """CPU seconds of one call, over many."""
    start = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - start) / times


def compare(one: Callable[[], object], other: Callable[[], object], rounds: int) -> tuple[float, float]:
    """Median CPU seconds of both, measured turn by turn."""
    times = [(spent(one, 400), spent(other, 80)) for _ in range(rounds)]
    return statistics.median(first for first, _ in times), statistics.median(second for _, second in times)


def main() -> None:
    """Measure, print, end."""
    rounds = 15 if is_quick("Sellado de un registro de 40 campos") else 60
    record = sample()
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = Ours(Path(folder)), Theirs()
        our_sealed, their_sealed = ours.seal(record), theirs.seal(record)
        assert ours.open(our_sealed) == record == theirs.open(their_sealed)
        sealing = compare(lambda: ours.seal(record), lambda: theirs.seal(record), rounds)
        opening = compare(lambda: ours.open(our_sealed), lambda: theirs.open(their_sealed), rounds)
    figures = []
    for name, (our_time, their_time) in (("seal", sealing), ("open", opening)):
        note(f"{name}: {our_time * 1e6:.1f} us frente a {their_time * 1e6:.1f} us por registro de 40 campos")
        baseline = f"SQLAlchemy-Utils AesGcmEngine por campo: {their_time * 1e6:.0f} us"
        figures += [
            at_least(f"vault.{name}", their_time / our_time, "ratio", baseline=baseline, target=RATIO),
            at_most(f"vault.{name}_cpu", our_time, "seconds", baseline=baseline, target=LONGEST),
        ]
    finish(figures)


if __name__ == "__main__":
    main()
