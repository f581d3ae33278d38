"""Photographs and scans: only the pixels are kept; where, when and with what they were taken is not."""

from __future__ import annotations

import io
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError

from app.errors import Invalid
from app.states import MediaType

MOST_PIXELS: Final = 50_000_000
"""Larger images are refused before they are unpacked: a small file can hold a huge one."""
MEDIA_TYPES: Final = {
    "JPEG": MediaType.JPEG,
    "MPO": MediaType.JPEG,
    "PNG": MediaType.PNG,
    "WEBP": MediaType.WEBP,
}
_QUALITY: Final = 88
_AGAIN: Final = "Ábrala y guárdela de nuevo como JPEG o PNG, o tome otra foto."

# Pillow's own guard against images that unpack to more than memory holds.
Image.MAX_IMAGE_PIXELS = MOST_PIXELS


def clean_image(raw: bytes) -> tuple[str, bytes]:
    """Media type and bytes of the image drawn anew, upright, without any metadata.

    Raises:
        Invalid: broken, cut short, animated or too large; the text says how to save it again.
    """
    try:
        with Image.open(io.BytesIO(raw), formats=("JPEG", "PNG", "WEBP")) as image:
            form = "JPEG" if image.format == "MPO" else str(image.format)
            if image.width * image.height > MOST_PIXELS:
                raise _too_large()
            if form != "JPEG" and getattr(image, "n_frames", 1) > 1:
                raise Invalid("La imagen tiene movimiento: envíe una imagen fija.")
            image.load()
            return MEDIA_TYPES[form], _drawn(image, form)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_large() from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, OverflowError):
        # A parser's message may repeat what is in the file.
        raise Invalid(f"La imagen está dañada o incompleta. {_AGAIN}") from None


def _drawn(image: Image.Image, form: str) -> bytes:
    upright = ImageOps.exif_transpose(image)
    drawn = _plain_mode(upright, form)
    drawn.info.clear()  # comments and profiles travel there
    out = io.BytesIO()
    if form == "PNG":
        drawn.save(out, "PNG")
    else:
        drawn.save(out, form, quality=_QUALITY)
    return out.getvalue()


def _plain_mode(image: Image.Image, form: str) -> Image.Image:
    """Grey, colour, or colour with transparency: nothing whose meaning is in the metadata that goes."""
    clear = "transparency" in image.info or image.mode in {"RGBA", "LA", "PA", "La", "RGBa"}
    if clear and form != "JPEG":
        return image.convert("RGBA")
    return image.convert("L" if image.mode in {"1", "L"} else "RGB")


def _too_large() -> Invalid:
    return Invalid(
        f"La imagen es demasiado grande: hasta {MOST_PIXELS // 1_000_000} millones de puntos. Redúzcala."
    )


def bare_jpeg(data: bytes) -> bytes:
    """A JPEG stream without its metadata segments, its pixels untouched; for photographs inside a PDF.

    Raises:
        ValueError: it is no JPEG stream.
    """
    if data[:2] != b"\xff\xd8":
        raise ValueError("not a JPEG stream")
    kept, at = [b"\xff\xd8"], 2
    while at + 4 <= len(data):
        if data[at] != 0xFF:  # noqa: PLR2004 - start of a marker (ITU-T T.81)
            raise ValueError("not a JPEG marker")
        marker = data[at + 1]
        if marker == 0xFF:  # noqa: PLR2004 - fill byte
            at += 1
            continue
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == _SCAN:
            # Progressive scans follow each other; whatever comes after the end of the image is dropped.
            end = data.rfind(b"\xff\xd9")
            return b"".join((*kept, data[at : end + 2] if end > at else data[at:]))
        if not _metadata(marker):
            kept.append(data[at : at + 2 + length])
        at += 2 + length
    raise ValueError("no scan in the JPEG stream")


_SCAN: Final = 0xDA
_ADOBE: Final = 0xEE
_COMMENT: Final = 0xFE


def _metadata(marker: int) -> bool:
    """Application segments but the colour transform (APP14), and comments."""
    return marker == _COMMENT or (0xE0 <= marker <= 0xEF and marker != _ADOBE)  # noqa: PLR2004
