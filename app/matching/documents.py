"""Identity documents in one spelling, and the look-up tokens over them."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from app.matching.normalise import normalise_number
from app.records.placeholders import is_placeholder

_HOME_ISSUED = frozenset({"DNI", "CE"})
"""Issued by Peru alone: the country may be left out."""


class Document(NamedTuple):
    """A document with a type and a normalised number; the country is empty where unknown."""

    type: str
    country: str
    number: str


def documents_of(documents: Iterable[Mapping[str, str | None]]) -> tuple[Document, ...]:
    """The items of `identity.documents` that have a type and a number, in their order, each once.

    A number that stands for none is no document: it would make one person of all who have none.
    """
    found: dict[Document, None] = {}
    for item in documents:
        kind, number = item.get("type"), normalise_number(item.get("number") or "")
        if kind and number and not is_placeholder(number):
            country = item.get("country") or ("PE" if kind in _HOME_ISSUED else "")
            found[Document(kind, country, number)] = None
    return tuple(found)


def document_token(key: bytes, document: Document) -> int:
    """The token of a document: an HMAC over type, country and number together, its first 64 bits, signed."""
    body = f"document\0{document.type}\0{document.country}\0{document.number}".encode()
    return int.from_bytes(hmac.digest(key, body, "sha256")[:8], "big", signed=True)


def document_tokens(key: bytes, documents: Iterable[Mapping[str, str | None]]) -> list[int]:
    """Tokens of the documents that have a type and a number, sorted, each once.

    Args:
        key: the `index` secret.
        documents: items of `identity.documents`.
    """
    return sorted({document_token(key, document) for document in documents_of(documents)})
