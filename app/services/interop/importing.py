"""Import a foreign file: judge every row, store the good ones in batches, say what became of each.

A batch is one transaction: the persons, their trace, and the keys by which the rows are known when the file
comes again. So an import that was cut off goes on where it stopped, and importing twice creates nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import psycopg
from sqlalchemy.exc import DBAPIError

from app.access.act import CARE, Act
from app.access.actor import Actor
from app.access.guard import require
from app.access.permissions import Permission
from app.audit import record
from app.codes import parse_code
from app.db import Database, translated
from app.errors import AppError, Conflict, Forbidden, Invalid, PossibleDuplicate, Unavailable
from app.services.denials import record_denial
from app.services.interop.formats import Format, remark
from app.services.interop.judging import PURPOSE, Candidate, Judge
from app.services.interop.outcomes import PRESENT, REFUSED, VALID, Outcome, Summary, Writer
from app.services.interop.queries import codes_in_scope, imported
from app.services.interop.rows import Row, RowKeys, file_key, read_rows, survey
from app.services.interop.storing import store_rows
from app.services.matching.runs import Run as Comparison
from app.services.matching.runs import newest

BATCH = 1000
"""Rows a transaction; more saves little and holds locks longer."""

_FORGET_PLANS = "DISCARD PLANS"
"""The database plans each statement of a policy or trigger once a connection. Plans made while the tables are
small read them whole; an import makes them large, so every batch is planned for what is there by then."""


def allow(database: Database, actor: Actor) -> None:
    """Refuse who may not import; the refusal is recorded.

    Raises:
        Forbidden: the role runs no imports or registers no persons.
    """
    try:
        require(actor, Permission.IMPORTS_RUN)
        require(actor, Permission.VICTIMS_REGISTER)
    except Forbidden:
        record_denial(
            database, actor, route="ruv import", status=403, fields=(), code=None, action=Forbidden.action
        )
        raise


def begin(path: Path, form: Format) -> Summary:
    """Read the file once: how many rows, which columns are known, which hold something nobody imports.

    Raises:
        Invalid: the file cannot be read, or lacks a column the format cannot do without.
    """
    found = survey(path)
    if missing := sorted(form.required - set(found.columns)):
        errors = [remark(name, "missing-column", "Falta esta columna.") for name in missing]
        raise Invalid(f"Al archivo le faltan columnas: {', '.join(missing)}.", errors=errors)
    if not form.columns & set(found.columns):
        # Without one known name the first line may be a person's data: nothing of it is repeated.
        raise Invalid("El archivo no tiene ninguna columna de este formato; revise --format.")
    summary = Summary(found.rows)
    for name in found.columns:
        if name in form.elsewhere:
            summary.columns_elsewhere[name] = found.filled[name]
        elif name not in form.columns:
            summary.unknown_columns[name] = found.filled[name]
    return summary


def run(  # noqa: PLR0913
    database: Database,
    actor: Actor,
    path: Path,
    form: Format,
    summary: Summary,
    *,
    commit: bool,
    done: Writer,
    batch: int = BATCH,
) -> Summary:
    """Judge every row of the file and, with `commit`, store those that are good.

    Args:
        database: of the installation.
        actor: who imports; its unit takes part in every case made.
        path: the file.
        form: its format.
        summary: what `begin` found; the counts are added to it.
        commit: store; else only judge.
        done: called after each batch, once it is stored.
        batch: rows a transaction.

    Raises:
        Forbidden: as `allow`.
        Invalid: the file cannot be read.
        Conflict: the file is being compared (`linking`), and not all of it was.
        Unavailable: the database went away; what was stored stays, and running again goes on from there.
    """
    allow(database, actor)
    compared = _comparison(database, actor, path, form) if commit else None
    judge = Judge(actor, form, RowKeys(database.vault.secret("digest"), form.source))
    for rows in batches(read_rows(path), batch):
        candidates = [judge.candidate(row) for row in rows]
        outcomes = _settle(database, actor, form, candidates, compared, commit=commit)
        summary.add(outcomes)
        done(outcomes)
    return summary


def batches(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    """The rows in lists of `size`; the last may be shorter."""
    source = iter(rows)
    while batch := list(islice(source, size)):
        yield batch


def _comparison(database: Database, actor: Actor, path: Path, form: Format) -> Comparison | None:
    """What is known of this file from comparing it before, if it was.

    Raises:
        Conflict: the comparison did not reach the end.
    """
    key = file_key(database.vault.secret("digest"), path)
    with database.session(actor) as session:
        found = newest(Act(session, CARE), form.source, key)
    if found is not None and not found.finished:
        raise Conflict("La comparación de este archivo no terminó: repita ruv import ARCHIVO --link.")
    return found


def _settle(
    database: Database,
    actor: Actor,
    form: Format,
    candidates: Sequence[Candidate],
    compared: Comparison | None,
    *,
    commit: bool,
) -> list[Outcome]:
    """What becomes of a batch. If the database refuses it, its rows are tried one by one.

    Raises:
        Unavailable: the database went away.
    """
    try:
        with database.session(actor) as session:
            return _settled(Act(session, CARE), form, candidates, compared, commit=commit)
    except (AppError, DBAPIError, psycopg.Error) as error:
        known = error if isinstance(error, AppError) else translated(error)
    if isinstance(known, Unavailable):
        raise known
    if len(candidates) == 1:
        detail = known.detail if known else "La base de datos no admitió la fila."
        return [candidates[0].outcome(REFUSED, errors=(remark("", "storage", detail),))]
    return [
        outcome
        for candidate in candidates
        for outcome in _settle(database, actor, form, [candidate], compared, commit=commit)
    ]


def _settled(
    act: Act,
    form: Format,
    candidates: Sequence[Candidate],
    compared: Comparison | None,
    *,
    commit: bool,
) -> list[Outcome]:
    """Outcomes of a batch, in order; the good rows are stored here if `commit`."""
    act.session.connection().exec_driver_sql(_FORGET_PLANS)
    present = present_rows(act, form, candidates)
    outcomes: dict[int, Outcome] = {}
    good: list[Candidate] = []
    for place, candidate in enumerate(candidates):
        if candidate.key in present:
            outcomes[place] = candidate.outcome(PRESENT, present[candidate.key])
        elif candidate.errors or candidate.registration is None:
            outcomes[place] = candidate.outcome(REFUSED)
        elif not commit:
            outcomes[place] = candidate.outcome(VALID)
        else:
            good.append(candidate)
    stored = iter(store_rows(act, form, good, compared))
    answer = [outcomes[place] if place in outcomes else next(stored) for place in range(len(candidates))]
    _trace(act, form, answer, commit=commit)
    return answer


def present_rows(act: Act, form: Format, candidates: Sequence[Candidate]) -> dict[bytes, str | None]:
    """Keys of the rows that are in the register: imported before, or naming somebody the actor sees.

    With each, the person's code where she is in scope.
    """
    present = imported(act, form.source, [c.key for c in candidates])
    codes = {c.key: code for c in candidates if (code := _canonical(c.person_code))}
    known = codes_in_scope(act, list(codes.values()))
    return {key: code for key, code in codes.items() if code in known} | present


def _canonical(code: str | None) -> str | None:
    try:
        return parse_code(code, "TP") if code else None
    except ValueError:
        return None


def _trace(act: Act, form: Format, outcomes: Sequence[Outcome], *, commit: bool) -> None:
    counts = Counter(outcome.result for outcome in outcomes)
    known = sum(e["code"] == PossibleDuplicate.type for outcome in outcomes for e in outcome.errors)
    detail: dict[str, object] = {"format": form.name, "stored": commit, "duplicates": known, **counts}
    record(act, "interop.import", purpose=PURPOSE, detail=detail)
