"""Files as people send them: with a place in the photograph, with scripts in the document."""

from __future__ import annotations

import io
import os
import zlib

from PIL import Image
from PIL.TiffImagePlugin import IFDRational
from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

SECRET = "Casa-de-Acogida-Jiron-Secreto-123"
DEVICE = "Telefono-de-Yesenia"


def photo(form: str = "JPEG", size: tuple[int, int] = (64, 48)) -> bytes:
    """A photograph with place, device, comment and profile."""
    image = Image.new("RGB", size, (200, 30, 30))
    image.paste((0, 0, 255), (0, 0, size[0] // 2, size[1]))
    exif = Image.Exif()
    exif[0x010F] = DEVICE
    exif[0x010E] = SECRET
    exif[0x0112] = 1
    exif.get_ifd(0x8825).update({1: "S", 2: tuple(IFDRational(n) for n in (12, 3, 7)), 29: "2024:05:02"})
    out = io.BytesIO()
    extra = {"comment": SECRET} if form == "JPEG" else {}
    image.save(out, form, exif=exif, icc_profile=SECRET.encode() * 4, **extra)
    return out.getvalue()


def noise(size: tuple[int, int]) -> bytes:
    """A photograph that does not compress."""
    out = io.BytesIO()
    Image.frombytes("RGB", size, os.urandom(size[0] * size[1] * 3)).save(out, "JPEG", quality=95)
    return out.getvalue()


def bomb() -> bytes:
    """A PNG of a few kilobytes that says it is 60 000 by 60 000."""
    side = 60_000
    header = side.to_bytes(4, "big") * 2 + bytes((1, 0, 0, 0, 0))
    pixels = zlib.compress(bytes(1 << 20), 9)
    parts = [b"\x89PNG\r\n\x1a\n"]
    for name, data in ((b"IHDR", header), (b"IDAT", pixels), (b"IEND", b"")):
        parts.append(len(data).to_bytes(4, "big") + name + data + zlib.crc32(name + data).to_bytes(4, "big"))
    return b"".join(parts)


def _text(words: str) -> DecodedStreamObject:
    stream = DecodedStreamObject()
    stream.set_data(f"BT /F1 12 Tf 72 720 Td ({words}) Tj ET".encode("latin-1"))
    return stream


def pdf(words: str = "Constancia de matricula", pages: int = 1, *, hostile: bool = False) -> bytes:
    """A document; `hostile`: with scripts, actions, an attachment, metadata, a form and a photograph."""
    writer = PdfWriter()
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    for _ in range(pages):
        page = writer.add_blank_page(595, 842)
        page[NameObject("/Resources")] = DictionaryObject(
            {NameObject("/Font"): DictionaryObject({NameObject("/F1"): font})}
        )
        page[NameObject("/Contents")] = writer._add_object(_text(words))
    if hostile:
        _arm(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _arm(writer: PdfWriter) -> None:
    page = writer.pages[0]
    script = DictionaryObject(
        {
            NameObject("/S"): NameObject("/JavaScript"),
            NameObject("/JS"): TextStringObject(f"app.alert('{SECRET}')"),
        }
    )
    writer.root_object[NameObject("/OpenAction")] = script
    writer.add_attachment("nombres.txt", SECRET.encode())
    writer.add_metadata({"/Author": SECRET, "/Title": SECRET})
    writer.xmp_metadata = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{SECRET}</x:xmpmeta>".encode()
    page[NameObject("/AA")] = DictionaryObject({NameObject("/O"): script})
    page[NameObject("/PieceInfo")] = DictionaryObject({NameObject("/X"): TextStringObject(SECRET)})
    launch = DictionaryObject(
        {NameObject("/S"): NameObject("/Launch"), NameObject("/F"): TextStringObject(SECRET)}
    )
    page[NameObject("/Annots")] = ArrayObject(
        [
            _mark(writer, "/Link", launch),
            _mark(writer, "/Widget", script),
            _mark(writer, "/FileAttachment", None),
        ]
    )
    resources = page["/Resources"]
    photograph = StreamObject()
    photograph._data = photo()
    photograph.update(
        {
            NameObject("/Type"): NameObject("/XObject"),
            NameObject("/Subtype"): NameObject("/Image"),
            NameObject("/Width"): NumberObject(64),
            NameObject("/Height"): NumberObject(48),
            NameObject("/ColorSpace"): NameObject("/DeviceRGB"),
            NameObject("/BitsPerComponent"): NumberObject(8),
            NameObject("/Filter"): NameObject("/DCTDecode"),
        }
    )
    resources[NameObject("/XObject")] = DictionaryObject({NameObject("/Im1"): writer._add_object(photograph)})


def _mark(writer: PdfWriter, kind: str, action: DictionaryObject | None) -> DictionaryObject:
    shape = DecodedStreamObject()
    shape.set_data(b"0 0 m 10 10 l S")
    shape.update(
        {
            NameObject("/Type"): NameObject("/XObject"),
            NameObject("/Subtype"): NameObject("/Form"),
            NameObject("/BBox"): ArrayObject([FloatObject(n) for n in (0, 0, 10, 10)]),
        }
    )
    mark = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Annot"),
            NameObject("/Subtype"): NameObject(kind),
            NameObject("/Rect"): ArrayObject([FloatObject(n) for n in (10, 10, 20, 20)]),
            NameObject("/AP"): DictionaryObject({NameObject("/N"): writer._add_object(shape)}),
            NameObject("/TU"): TextStringObject(SECRET),
        }
    )
    if action is not None:
        mark[NameObject("/A")] = action
    return mark
