"""Numbers that count something, hidden in what is handed out: who holds it reads and alters nothing."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_PURPOSE: Final = b"ruv/v1/hidden-number"
_NONCE: Final = 12
_SIZE: Final = 8


def hide_number(secret: bytes, place: str, number: int) -> str:
    """The number (0 to 2^63 - 1) as URL-safe text that only `shown_number` with the same place reads."""
    nonce = os.urandom(_NONCE)
    hidden = _key(secret).encrypt(nonce, number.to_bytes(_SIZE, "big", signed=True), place.encode())
    return base64.urlsafe_b64encode(nonce + hidden).decode().rstrip("=")


def shown_number(secret: bytes, place: str, text: str) -> int:
    """The number hidden in a text.

    Raises:
        ValueError: it was not made by `hide_number` with this secret and place.
    """
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        plain = _key(secret).decrypt(raw[:_NONCE], raw[_NONCE:], place.encode())
    except (binascii.Error, InvalidTag, ValueError):
        raise ValueError("not a hidden number") from None
    return int.from_bytes(plain, "big", signed=True)


def _key(secret: bytes) -> AESGCM:
    return AESGCM(hmac.digest(secret, _PURPOSE, hashlib.sha256))
