"""Open files in pieces, and answers that are nobody's. As in `opening`: recorded first, then opened."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.policy import policy
from app.access.sealing import ANSWER_PLACE, COORDINATION, URN, Strand, chunk_place
from app.audit.record import record
from app.db import vault_of
from app.errors import Forbidden
from app.models import VictimDek
from app.vault import Dek, SealBroken, unseal


@dataclass(frozen=True, slots=True)
class SealedChunk:
    """One piece of a file, as stored."""

    number: int
    key_version: int
    sealed: bytes


@dataclass(frozen=True, slots=True)
class FileReading:
    """A reading of one file that is already in the trace; made by `begin_reading` alone.

    `pieces` is how many the file has: the last of them must have been sealed as the last.
    """

    compartment: str
    strand: Strand
    table: str
    file_id: int
    pieces: int

    def open(self, session: Session, first: int, chunks: Sequence[SealedChunk]) -> Iterator[bytes]:
        """The content of consecutive pieces, the first of which must be number `first`.

        Raises:
            SealBroken: a piece is missing, was changed, or is not where it was cut.
        """
        keys = self._keys(session, {chunk.key_version for chunk in chunks})
        for number, chunk in enumerate(chunks, start=first):
            dek = keys.get(chunk.key_version)
            if dek is None or chunk.number != number:
                raise SealBroken
            last = number == self.pieces - 1
            place = chunk_place(
                self.table, self.compartment, self.strand.record_id, self.file_id, number, last=last
            )
            yield unseal(dek, place, chunk.sealed)

    def _keys(self, session: Session, versions: Iterable[int]) -> dict[int, Dek]:
        rows = session.execute(
            select(VictimDek.version, VictimDek.kek_id, VictimDek.wrapped).where(
                VictimDek.victim_id == self.strand.victim_id,
                VictimDek.record_id == self.strand.record_id,
                VictimDek.compartment == self.compartment,
                VictimDek.version.in_(list(versions)),
            )
        )
        vault = vault_of(session)
        return {
            r.version: vault.open_dek(self.compartment, self.strand.record_id, r.version, r.kek_id, r.wrapped)
            for r in rows
        }


def begin_reading(
    act: Act, reading: FileReading, *, action: str, detail: Mapping[str, object]
) -> FileReading:
    """Record that the actor reads a file it was shown by a scoped query; only then may it be opened.

    Raises:
        Forbidden: the role does not open this compartment at all.
        Unavailable: the trace cannot be written.
    """
    if reading.compartment != COORDINATION and not policy().opens(act.actor.role, reading.compartment):
        raise Forbidden("Su función no abre esta parte del registro.")
    record(
        act, action, victim_id=reading.strand.victim_id, compartments=[reading.compartment],
        purpose=act.purpose, detail=detail,
    )  # fmt: skip
    return reading


def open_answers(session: Session, rows: Iterable[tuple[int, bytes, bytes]]) -> list[dict[str, str]]:
    """Answers out of the urn (`kek_id`, `wrapped`, `sealed`): nobody's, so there is nobody to record them of.

    Raises:
        SealBroken: one was tampered with.
    """
    vault = vault_of(session)
    return [
        json.loads(unseal(vault.open_dek(URN, 0, 1, kek_id, wrapped), ANSWER_PLACE, sealed))
        for kek_id, wrapped, sealed in rows
    ]
