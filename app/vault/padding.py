"""Padding, so that the length of a sealed value says little about what is in it.

Layout: length of the content in four bytes, the content, zeros. Sizes go in steps of 64 bytes up to
1 KB, then of 256.
"""

__all__ = ["pad", "padded_length", "unpad"]

_PREFIX = 4
_SMALL_STEP = 64
_LARGE_STEP = 256
_SMALL_LIMIT = 1024


def padded_length(content_length: int) -> int:
    """Bytes that content of this length takes once padded, prefix included."""
    size = content_length + _PREFIX
    step = _SMALL_STEP if size <= _SMALL_LIMIT else _LARGE_STEP
    return -(-size // step) * step


def pad(content: bytes) -> bytes:
    """Prefix the content with its length and fill with zeros to the next step.

    Raises:
        ValueError: the content is longer than four bytes can count.
    """
    if len(content) > 0xFFFF_FFFF - _LARGE_STEP:
        raise ValueError("content too long to pad")
    return (len(content).to_bytes(_PREFIX, "big") + content).ljust(padded_length(len(content)), b"\0")


def unpad(padded: bytes) -> bytes:
    """Return the content of `pad`.

    Raises:
        ValueError: the bytes are not exactly what `pad` makes of any content.
    """
    length = int.from_bytes(padded[:_PREFIX], "big")
    if len(padded) != padded_length(length):
        raise ValueError("wrong padded length")
    if padded[_PREFIX + length :].strip(b"\0"):
        raise ValueError("padding is not zero")
    return padded[_PREFIX : _PREFIX + length]
