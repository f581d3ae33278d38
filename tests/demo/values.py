"""Every personal value of a database, opened with its keys, and the search for them where none may be."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.sql import SQL, Identifier

from app.catalogues import code_list, list_names
from app.runtime import Runtime
from app.vault import Place, open_json
from stories.demo.people import LABEL

BLOBS = (
    "SELECT b.id, b.victim_id, b.compartment, b.version, b.schema_version, b.sealed,"
    " k.version, k.kek_id, k.wrapped"
    " FROM victim_blob b JOIN victim_key k"
    " ON k.victim_id = b.victim_id AND k.compartment = b.compartment AND k.version = b.key_version"
)
TEXTS = (
    ("referral", "sealed_message", "coordination"),
    ("plan", "sealed", "plan"),
    ("plan_objective", "sealed", "plan"),
    ("plan_activity", "sealed", "plan"),
    ("progress_note", "sealed", "plan"),
    ("plan_header", "sealed", "plan"),
    ("plan_team", "sealed", "plan"),
    ("plan_assessment", "sealed", "plan"),
    ("plan_signature", "sealed", "plan"),
    ("plan_review", "sealed", "plan"),
    ("objective_note", "sealed", "plan"),
    ("follow_up_contact", "sealed", "plan"),
)
TEXT_ROWS = (
    "SELECT t.id, t.victim_id, t.{0}, k.version, k.kek_id, k.wrapped FROM {1} t JOIN victim_key k"
    " ON k.victim_id = t.victim_id AND k.version = t.key_version AND k.compartment = %(compartment)s"
    " WHERE t.{0} IS NOT NULL"
)
SHORTEST = 4
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_WORD = re.compile(r"[^\W_]+")
_NAMES = {"given_names", "first_surname", "second_surname", "name"}


@dataclass(frozen=True)
class Personal:
    """Words of names, whole values, and how many were left out because they say nothing."""

    words: frozenset[str]
    phrases: frozenset[str]
    left_out: int


def fold(text: str) -> str:
    """Lower case, without accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def opened(runtime: Runtime, connection: psycopg.Connection[Any]) -> Iterator[tuple[str, str]]:
    """(field, text) of every sealed value of the database: compartments of persons and texts of rows."""
    for blob_id, victim, name, version, schema, sealed, key_version, kek, wrapped in connection.execute(
        BLOBS
    ):
        dek = runtime.vault.open_dek(name, victim, key_version, kek, wrapped)
        yield from _texts(
            "", open_json(dek, Place("victim_blob", name, victim, blob_id, version, schema), sealed)
        )
    for table, column, compartment in TEXTS:
        rows = connection.execute(
            SQL(TEXT_ROWS).format(Identifier(column), Identifier(table)), {"compartment": compartment}
        )
        for row_id, victim, sealed, key_version, kek, wrapped in rows:
            dek = runtime.vault.open_dek(compartment, victim, key_version, kek, wrapped)
            yield from _texts("", open_json(dek, Place(table, compartment, victim, row_id, 1, 1), sealed))


def _texts(field: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, part in value.items():
            yield from _texts(name, part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(field, part)
    elif isinstance(value, str):
        yield field, value


def personal(values: Iterable[tuple[str, str]]) -> Personal:
    """What a leak would consist of.

    Left out: codes of the lists (public words, no values of a person), the label of synthetic data, texts of
    fewer than four characters, and days that are not birth dates (each is also a day on which rows are
    written).
    """
    codes = {code for name in list_names() for code in code_list(name).codes} | {LABEL}
    words: set[str] = set()
    phrases: set[str] = set()
    left_out = 0
    for field, text in values:
        if text in codes or len(text) < SHORTEST or (_DATE.fullmatch(text) and field != "birth_date"):
            left_out += 1
            continue
        phrases.add(text)
        if _DATE.fullmatch(text):
            year, month, day = text.split("-")
            phrases |= {f"{day}/{month}/{year}", f"{year}{month}{day}"}
        if field in _NAMES:
            words |= {word for word in _WORD.findall(fold(text)) if len(word) >= SHORTEST}
    return Personal(frozenset(words), frozenset(phrases), left_out)


def found_in(text: str, secret: Personal) -> set[str]:
    """What of it occurs in a text, as whole words, whatever the case, the accents and the punctuation."""
    tokens = _WORD.findall(fold(text))
    present = set(tokens)
    hits = {word for word in secret.words if word in present}
    joined = f" {' '.join(tokens)} "
    for phrase in secret.phrases:
        parts = _WORD.findall(fold(phrase))
        if parts and all(part in present for part in parts) and f" {' '.join(parts)} " in joined:
            hits.add(phrase)
    return hits
