"""Keyed look-up tokens of identity documents.

A token is an HMAC under the index key, cut to 64 bits, over type, country and number together: who steals
the tokens without the key learns nothing of the documents. Never over a single low-entropy field.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable, Mapping

_NOISE = re.compile(r"[^0-9A-Z]")


def normalise_number(number: str) -> str:
    """A document number without spaces, hyphens and letter case; `ñ` and accents do not occur in them."""
    return _NOISE.sub("", number.upper())


def document_tokens(key: bytes, documents: Iterable[Mapping[str, str | None]]) -> list[int]:
    """Tokens (signed 64-bit) of the documents that have a type and a number, sorted, each once.

    Args:
        key: the `index` secret.
        documents: items of `identity.documents`.
    """
    found = set()
    for document in documents:
        kind, number = document.get("type"), normalise_number(document.get("number") or "")
        if not kind or not number:
            continue
        country = document.get("country") or ("PE" if kind in {"DNI", "CE"} else "")
        body = f"document\0{kind}\0{country}\0{number}".encode()
        found.add(int.from_bytes(hmac.digest(key, body, "sha256")[:8], "big", signed=True))
    return sorted(found)
