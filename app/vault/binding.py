"""Associated data: what a ciphertext is bound to.

Every part is length-prefixed, so that no two different lists of parts give the same bytes.
"""

import struct
from functools import cache

__all__ = ["U64", "length_prefixed", "static_parts"]

_LENGTH = struct.Struct(">H")
_LONGEST_PART = 0xFFFF
U64 = 8
"""Bytes of a number in associated data; its own length prefix says so."""


def length_prefixed(*parts: bytes) -> bytes:
    """Join parts, each after its length in two bytes.

    Raises:
        ValueError: a part is longer than 65 535 bytes.
    """
    if any(len(part) > _LONGEST_PART for part in parts):
        raise ValueError("associated data part too long")
    return b"".join(_LENGTH.pack(len(part)) + part for part in parts)


@cache
def static_parts(*parts: str) -> bytes:
    """`length_prefixed` of names that repeat in every call: format tag, table, compartment."""
    return length_prefixed(*(part.encode() for part in parts))
