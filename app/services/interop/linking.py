"""Compare a foreign file with the register and with itself: `ruv import --link`. No person is written.

What is kept of a row is its number and how its fields agree with those of a record, never what it holds. A
batch is one transaction, so a comparison that was cut off goes on where it stopped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from app.access.act import Act
from app.access.actor import Actor
from app.audit import record
from app.db import Database
from app.matching import Band, person_of
from app.services.index_keys.keys import IndexKey, index_keys
from app.services.interop.formats import Format, remark
from app.services.interop.importing import BATCH, allow, batches, present_rows
from app.services.interop.judging import PURPOSE, Candidate, Judge
from app.services.interop.outcomes import PRESENT, REFUSED, Outcome, Writer
from app.services.interop.rows import Row, RowKeys, file_key, read_rows
from app.services.matching import runs
from app.services.matching.candidates import findings, write
from app.services.matching.linkage import Earlier, Incoming, probe_rows
from app.services.matching.probing import Found
from app.services.matching.runs import Run
from app.states import MatchOrigin

ORIGIN = MatchOrigin.BATCH
EXACT, PROBABLE, POSSIBLE, NONE = "exacta", "probable", "posible", "ninguna"
NOTHING_TO_COMPARE = "sin_nombre"
REPEATED = "repetida"
"""Counted beside the others: a row probably about the person of an earlier row of the same file."""
_RESULTS = {Band.EXACT: EXACT, Band.PROBABLE: PROBABLE, Band.POSSIBLE: POSSIBLE}
LABELS = {
    EXACT: "coinciden con una persona registrada",
    PROBABLE: "son probablemente una persona registrada",
    POSSIBLE: "pueden ser una persona registrada",
    NONE: "sin nadie parecido",
    NOTHING_TO_COMPARE: "sin nombres ni documentos que comparar",
    PRESENT: "ya estaban",
    REFUSED: "rechazadas",
    REPEATED: "de ellas repiten a otra fila del archivo",
}
RESULTS = tuple(LABELS)
LIKELY = tuple(_RESULTS.values())
"""What somebody has to decide before the row is stored, or after."""


@dataclass(slots=True)
class Linked:
    """Counts of a comparison; the run's code, and whether it went on where another stopped."""

    rows: int
    run: str = ""
    done: int = 0
    resumed_at: int = 0
    results: Counter[str] = field(default_factory=Counter)


def link(
    database: Database,
    actor: Actor,
    path: Path,
    form: Format,
    linked: Linked,
    *,
    done: Writer,
    batch: int = BATCH,
) -> Linked:
    """Compare every row of the file, and note who of the register it may be about.

    Args:
        database: of the installation.
        actor: who compares; it need not see the persons found.
        path: the file.
        form: its format.
        linked: with the number of rows; the counts are added to it.
        done: called after each batch, once it is noted; those of an earlier start do not come again.
        batch: rows a transaction.

    Raises:
        Forbidden: as for an import.
        Invalid: the file cannot be read.
        Conflict: another process compares the same file.
        Unavailable: the database went away; what was noted stays, and running again goes on from there.
    """
    allow(database, actor)
    digest = database.vault.secret("digest")
    key = file_key(digest, path)
    with database.session(actor) as session:
        run = runs.begin(Act(session, PURPOSE), form.source, key, linked.rows)
    linked.run, linked.done, linked.resumed_at = run.code, run.done, run.done
    linked.results = Counter(run.counts)
    work = _Linking(database, actor, form, Judge(actor, form, RowKeys(digest, form.source)), run)
    place = 0
    for rows in batches(read_rows(path), batch):
        old = rows[: max(0, linked.resumed_at - place)]
        place += len(rows)
        work.pass_over(old)
        if fresh := rows[len(old) :]:
            outcomes = work.compare(fresh, linked.results)
            linked.done = work.run.done
            done(outcomes)
    return linked


class _Linking:
    """A comparison under way."""

    def __init__(self, database: Database, actor: Actor, form: Format, judge: Judge, run: Run) -> None:
        self._database = database
        self._actor = actor
        self._form = form
        self._judge = judge
        self._earlier = Earlier()
        self.run = run

    def pass_over(self, rows: Sequence[Row]) -> None:
        """Rows compared before the last stop: they are remembered only, for those that follow."""
        if not rows:
            return
        with self._database.session(self._actor) as session:
            keys = index_keys(session)
        for row in rows:
            incoming = _incoming(self._judge.candidate(row), keys)
            if incoming is not None:
                self._earlier.add(incoming)

    def compare(self, rows: Sequence[Row], results: Counter[str]) -> list[Outcome]:
        """Compare a batch, note what was found, and add to the counts."""
        candidates = [self._judge.candidate(row) for row in rows]
        with self._database.session(self._actor) as session:
            act = Act(session, PURPOSE)
            outcomes, noted = self._compared(act, candidates)
            counted = results + Counter(outcome.result for outcome in outcomes)
            counted[REPEATED] += sum(_is_repeated(outcome) for outcome in outcomes)
            counts = {name: times for name, times in counted.items() if times}
            record(
                act, "matching.link", purpose=PURPOSE,
                detail={"run": self.run.code, "rows": len(rows)},
            )  # fmt: skip
            # First, as it holds the run: another process that compares the same rows notes nothing.
            run = runs.advance(session, self.run, len(rows), counts)
            write(act, noted, origin=ORIGIN)
        self.run = run
        results.clear()
        results.update(counts)
        return outcomes

    def _compared(
        self, act: Act, candidates: Sequence[Candidate]
    ) -> tuple[list[Outcome], list[dict[str, object]]]:
        """What became of each row, and the candidates to note."""
        present = present_rows(act, self._form, candidates)
        keys = index_keys(act.session)
        wanted = {c.line: row for c in candidates if c.key not in present and (row := _incoming(c, keys))}
        rows = list(wanted.values())
        found = probe_rows(act, rows)
        by_line = {row.line: each for row, each in zip(rows, found, strict=True)}
        noted = [self._noted(line, each) for line, several in by_line.items() for each in several]
        outcomes = [
            self._outcome(c, present, wanted.get(c.line), by_line.get(c.line, [])) for c in candidates
        ]
        return outcomes, noted

    def _noted(self, line: int, found: Found) -> dict[str, object]:
        row = {"victim_id": found.record_id, "run_id": self.run.id, "row_number": line, "origin": ORIGIN}
        return {**findings(found), **row}

    def _outcome(
        self,
        candidate: Candidate,
        present: dict[bytes, str | None],
        incoming: Incoming | None,
        found: Sequence[Found],
    ) -> Outcome:
        """What the comparison says of a row. Of a person found elsewhere, no code and no unit."""
        if candidate.key in present:
            return candidate.outcome(PRESENT, present[candidate.key])
        if candidate.errors or candidate.registration is None:
            return candidate.outcome(REFUSED)
        if incoming is None:
            return Outcome(candidate.line, NOTHING_TO_COMPARE)
        same = self._earlier.alike(incoming)
        self._earlier.add(incoming)
        remarks = () if same is None else (remark("", REPEATED, f"Se parece a la línea {same.line}."),)
        if not found:
            return Outcome(candidate.line, NONE, warnings=remarks)
        best = max(found, key=lambda each: each.band)
        return Outcome(candidate.line, _RESULTS[best.band], warnings=remarks, person=best.code)


def _incoming(candidate: Candidate, keys: Sequence[IndexKey]) -> Incoming | None:
    """The row for matching; None for a wrong one, and for one that says nothing to know a person by."""
    if candidate.errors or candidate.registration is None:
        return None
    row = Incoming.of(candidate.line, person_of(candidate.clean.get("identity", {})), keys)
    return row if row.marks else None


def _is_repeated(outcome: Outcome) -> bool:
    return any(warning["code"] == REPEATED for warning in outcome.warnings)
