"""From the bytes somebody sent to those that are kept: by what the file is, never by what it is called."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Final

from app.errors import BadRequest, TooLarge, Unavailable, UnsupportedMedia
from app.services.evidence.images import clean_image
from app.services.evidence.pdfs import clean_pdf
from app.states import MediaType

MOST_BYTES: Final = 15 * 1024 * 1024
"""Largest file taken, as sent and as kept."""
TOO_LARGE: Final = (
    f"El archivo supera los {MOST_BYTES // (1024 * 1024)} MB. Redúzcalo o divídalo y envíelo otra vez."
)
_IMAGES: Final = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
_LONGEST_WAIT: Final = 5.0
"""Seconds an upload waits for its turn."""
_AT_ONCE: Final = threading.BoundedSemaphore(2)
"""An unpacked photograph takes up to 200 MB: so many are unpacked at a time in one process."""


@dataclass(frozen=True, slots=True)
class Clean:
    """A file as it is kept."""

    media_type: str
    content: bytes


def clean(raw: bytes) -> Clean:
    """The file drawn or written anew; what was sent is never stored. Slow: not inside a transaction.

    Raises:
        BadRequest: nothing was sent.
        TooLarge: more than `MOST_BYTES`, before or after.
        UnsupportedMedia: not a JPEG, PNG, WebP or PDF.
        Unavailable: others have been at it for too long.
        Invalid: it is one, but broken, protected or too large to unpack.
    """
    if not raw:
        raise BadRequest("No llegó ningún archivo. Envíe sus bytes como cuerpo de la solicitud.")
    if len(raw) > MOST_BYTES:
        raise TooLarge(TOO_LARGE)
    # Who waits holds a thread of the service: others must not wait for it.
    if not _AT_ONCE.acquire(timeout=_LONGEST_WAIT):
        raise Unavailable("Hay muchos archivos en proceso. Envíelo otra vez en un momento.")
    try:
        made = _by_content(raw)
    finally:
        _AT_ONCE.release()
    if len(made.content) > MOST_BYTES:
        raise TooLarge(TOO_LARGE)
    return made


def _by_content(raw: bytes) -> Clean:
    if raw.startswith(b"%PDF-"):
        return Clean(MediaType.PDF, clean_pdf(raw))
    if raw.startswith(_IMAGES) or (raw[:4] == b"RIFF" and raw[8:12] == b"WEBP"):
        return Clean(*clean_image(raw))
    raise UnsupportedMedia("Solo se admiten fotos JPEG, PNG o WebP y documentos PDF.")
