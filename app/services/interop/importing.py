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
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.guard import require
from app.access.permissions import Permission
from app.audit import record
from app.codes import parse_code
from app.db import Database, insert_rows, translated, vault_of
from app.errors import AppError, Forbidden, Invalid, PossibleDuplicate, Unavailable
from app.matching import document_tokens
from app.models import ImportRow
from app.services.denials import record_denial
from app.services.interop.formats import Format, remark
from app.services.interop.judging import PURPOSE, Candidate, Judge
from app.services.interop.outcomes import CREATED, PRESENT, REFUSED, VALID, Outcome, Summary, Writer
from app.services.interop.queries import codes_in_scope, imported
from app.services.interop.rows import Row, RowKeys, read_rows, survey
from app.services.victims.probing import claim_tokens
from app.services.victims.registration import store

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
        Unavailable: the database went away; what was stored stays, and running again goes on from there.
    """
    allow(database, actor)
    judge = Judge(actor, form, RowKeys(database.vault.secret("index"), form.source))
    for rows in _batches(read_rows(path), batch):
        candidates = [judge.candidate(row) for row in rows]
        outcomes = _settle(database, actor, form, candidates, commit=commit)
        summary.add(outcomes)
        done(outcomes)
    return summary


def _batches(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    source = iter(rows)
    while batch := list(islice(source, size)):
        yield batch


def _settle(
    database: Database, actor: Actor, form: Format, candidates: Sequence[Candidate], *, commit: bool
) -> list[Outcome]:
    """What becomes of a batch. If the database refuses it, its rows are tried one by one.

    Raises:
        Unavailable: the database went away.
    """
    try:
        with database.session(actor) as session:
            return _settled(session, actor, form, candidates, commit=commit)
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
        for outcome in _settle(database, actor, form, [candidate], commit=commit)
    ]


def _settled(
    session: Session, actor: Actor, form: Format, candidates: Sequence[Candidate], *, commit: bool
) -> list[Outcome]:
    """Outcomes of a batch, in order; the good rows are stored here if `commit`."""
    session.connection().exec_driver_sql(_FORGET_PLANS)
    present = imported(session, actor, form.source, [c.key for c in candidates])
    codes = {c.line: code for c in candidates if (code := _canonical(c.person_code))}
    known = codes_in_scope(session, actor, list(codes.values()))
    outcomes: dict[int, Outcome] = {}
    good: list[Candidate] = []
    for place, candidate in enumerate(candidates):
        if candidate.key in present:
            outcomes[place] = candidate.outcome(PRESENT, present[candidate.key])
        elif codes.get(candidate.line) in known:
            outcomes[place] = candidate.outcome(PRESENT, codes[candidate.line])
        elif candidate.errors or candidate.registration is None:
            outcomes[place] = candidate.outcome(REFUSED)
        elif not commit:
            outcomes[place] = candidate.outcome(VALID)
        else:
            good.append(candidate)
    stored = iter(_stored(session, actor, form, good))
    answer = [outcomes[place] if place in outcomes else next(stored) for place in range(len(candidates))]
    _trace(session, actor, form, answer, commit=commit)
    return answer


def _stored(session: Session, actor: Actor, form: Format, good: Sequence[Candidate]) -> list[Outcome]:
    """Store the rows whose documents nobody has, with the keys they are known by."""
    claimed, outcomes = _claim(session, good)
    batch = [(c.registration, c.clean) for c, _ in claimed if c.registration is not None]
    created = store(session, actor, batch, [tokens for _, tokens in claimed]) if batch else []
    rows = [
        {
            "unit_id": actor.unit_id,
            "source": form.source,
            "row_key": candidate.key,
            "victim_id": person.victim_id,
            "imported_by": actor.user_id,
        }
        for (candidate, _), person in zip(claimed, created, strict=True)
    ]
    insert_rows(session, ImportRow, rows)
    for (candidate, _), person in zip(claimed, created, strict=True):
        outcomes[candidate.key] = candidate.outcome(CREATED, person.code)
    return [outcomes[candidate.key] for candidate in good]


def _claim(
    session: Session, good: Sequence[Candidate]
) -> tuple[list[tuple[Candidate, list[int]]], dict[bytes, Outcome]]:
    """The rows whose documents are free, with their tokens, and the outcomes of the others."""
    index = vault_of(session).secret("index")
    taken: set[int] = set()
    claimed: list[tuple[Candidate, list[int]]] = []
    refused: dict[bytes, Outcome] = {}
    for candidate in good:
        documents = candidate.clean.get("identity", {}).get("documents", ())
        tokens = document_tokens(index, documents) if documents else []
        duplicate = _duplicate(session, tokens, taken)
        if duplicate is None:
            taken.update(tokens)
            claimed.append((candidate, tokens))
            continue
        code = duplicate.extra.get("code")
        refused[candidate.key] = candidate.outcome(
            REFUSED,
            code if isinstance(code, str) else None,
            (remark("", duplicate.type, duplicate.detail),),
        )
    return claimed, refused


def _duplicate(session: Session, tokens: list[int], taken: set[int]) -> PossibleDuplicate | None:
    if not taken.isdisjoint(tokens):
        return PossibleDuplicate("Otra fila de este archivo tiene el mismo documento.")
    try:
        claim_tokens(session, tokens)
    except PossibleDuplicate as duplicate:
        return duplicate
    return None


def _canonical(code: str | None) -> str | None:
    try:
        return parse_code(code, "TP") if code else None
    except ValueError:
        return None


def _trace(
    session: Session, actor: Actor, form: Format, outcomes: Sequence[Outcome], *, commit: bool
) -> None:
    counts = Counter(outcome.result for outcome in outcomes)
    known = sum(e["code"] == PossibleDuplicate.type for outcome in outcomes for e in outcome.errors)
    detail: dict[str, object] = {"format": form.name, "stored": commit, "duplicates": known, **counts}
    record(session, actor, "interop.import", purpose=PURPOSE, detail=detail)
