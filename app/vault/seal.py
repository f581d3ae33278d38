"""Seal and open values: AES-256-GCM bound to one place.

Format: `0x01 | key version, 4 bytes | nonce, 12 bytes | ciphertext and tag`. A sealed value opens only in
the table, compartment, person, row, row version and schema version it was sealed for, with the key
version written in it; so moving, swapping or replaying it is noticed, even by who can write the database.

The nonce is random (96 bits). A key belongs to one person and one compartment, so the number of messages
under it stays far below the 2^32 of NIST SP 800-38D.
"""

import hashlib
import json
import os
import struct
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from cryptography.exceptions import InvalidTag

from app.vault.binding import U64, static_parts
from app.vault.errors import SealBroken
from app.vault.keys import Dek
from app.vault.padding import pad, unpad

__all__ = [
    "Place",
    "blob_hash",
    "key_version_of",
    "open_json",
    "open_text",
    "seal",
    "seal_json",
    "seal_text",
    "unseal",
]

_TAG: Final = "ruv/v1/blob"
_FORMAT: Final = 0x01
_HEADER: Final = struct.Struct(">BI")
_NUMBERS: Final = struct.Struct(">HQHQHQHQHQ")
_NONCE: Final = 12
_BODY: Final = _HEADER.size + _NONCE
_SHORTEST: Final = _BODY + 16

_encoder: Final = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, allow_nan=False, sort_keys=True, separators=(",", ":")
)
_decoder: Final = json.JSONDecoder()


class Place(NamedTuple):
    """Where a sealed value lives; all of it is authenticated, none of it is stored inside.

    `victim_id` is the record it was sealed under, whichever person the record belongs to later. Ids and
    versions are integers from 0 to 2^64 - 1.
    """

    table: str
    compartment: str
    victim_id: int
    row_id: int
    row_version: int
    schema_version: int


def _aad(place: Place, key_version: int) -> bytes:
    return static_parts(_TAG, place.table, place.compartment) + _NUMBERS.pack(
        U64, place.victim_id, U64, place.row_id, U64, place.row_version, U64, place.schema_version,
        U64, key_version,
    )  # fmt: skip


def seal(dek: Dek, place: Place, plaintext: bytes) -> bytes:
    """Seal bytes for one place.

    Raises:
        ValueError: the key belongs to another person or compartment, or an id is out of range.
    """
    if dek.compartment != place.compartment or dek.victim_id != place.victim_id:
        raise ValueError("the key does not belong to this place")
    try:
        aad = _aad(place, dek.version)
    except struct.error:
        raise ValueError("an id or version of the place is out of range") from None
    nonce = os.urandom(_NONCE)
    return _HEADER.pack(_FORMAT, dek.version) + nonce + dek.aead.encrypt(nonce, plaintext, aad)


def unseal(dek: Dek, place: Place, sealed: bytes) -> bytes:
    """Open bytes sealed for exactly this place.

    Raises:
        SealBroken: whatever is wrong, from a wrong key to garbage; no other exception.
    """
    opened = _try_unseal(dek, place, sealed)
    if opened is None:
        raise SealBroken
    return opened


def _try_unseal(dek: Dek, place: Place, sealed: object) -> bytes | None:
    if type(sealed) is not bytes or len(sealed) < _SHORTEST:
        return None
    if _HEADER.unpack_from(sealed) != (_FORMAT, dek.version):
        return None
    if dek.compartment != place.compartment or dek.victim_id != place.victim_id:
        return None
    try:
        return dek.aead.decrypt(sealed[_HEADER.size : _BODY], sealed[_BODY:], _aad(place, dek.version))
    except (InvalidTag, struct.error):
        return None


def key_version_of(sealed: bytes) -> int:
    """The version of the person's key a value was sealed with, to fetch that key and no other.

    Raises:
        SealBroken: the bytes are not a sealed value.
    """
    if type(sealed) is not bytes or len(sealed) < _SHORTEST or sealed[0] != _FORMAT:
        raise SealBroken
    return int(_HEADER.unpack_from(sealed)[1])


def seal_json(dek: Dek, place: Place, value: Mapping[str, Any]) -> bytes:
    """Seal a record as compact JSON with sorted keys, padded so that its length says little.

    Raises:
        ValueError: not JSON (NaN, infinity, lone surrogates) or the place is not the key's.
        TypeError: a value has no JSON form.
    """
    return seal(dek, place, pad(_utf8(_encoder.encode(value))))


def open_json(dek: Dek, place: Place, sealed: bytes) -> dict[str, Any]:
    """Open a record sealed with `seal_json`.

    Raises:
        SealBroken: whatever is wrong.
    """
    try:
        text = _unpadded_text(dek, place, sealed)
        value, end = _decoder.raw_decode(text)
        whole = end == len(text)
    except (ValueError, RecursionError):
        whole = False
    # Raised here, outside the handler: the parser's error carries the opened text and would be chained.
    if not whole or not isinstance(value, dict):
        raise SealBroken
    return value


def seal_text(dek: Dek, place: Place, text: str) -> bytes:
    """Seal one free text, padded so that its length says little.

    Raises:
        ValueError: lone surrogates, or the place is not the key's.
    """
    return seal(dek, place, pad(_utf8(text)))


def open_text(dek: Dek, place: Place, sealed: bytes) -> str:
    """Open a free text sealed with `seal_text`.

    Raises:
        SealBroken: whatever is wrong.
    """
    text: str | None
    try:
        text = _unpadded_text(dek, place, sealed)
    except ValueError:
        text = None
    if text is None:
        raise SealBroken
    return text


def blob_hash(sealed: bytes) -> bytes:
    """SHA-256 of a sealed value, for the audit event that recorded its writing (32 bytes)."""
    return hashlib.sha256(sealed).digest()


def _unpadded_text(dek: Dek, place: Place, sealed: bytes) -> str:
    return unpad(unseal(dek, place, sealed)).decode()


def _utf8(text: str) -> bytes:
    encoded: bytes | None
    try:
        encoded = text.encode()
    except UnicodeEncodeError:
        encoded = None
    if encoded is None:  # raised outside the handler: the codec's error carries the whole text
        raise ValueError("the text has lone surrogates")
    return encoded
