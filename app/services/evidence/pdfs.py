"""PDF files: the pages are written anew; what acts, is hidden or tells of its author stays behind."""

from __future__ import annotations

import io
from typing import Any, Final

from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    StreamObject,
)

from app.errors import Invalid
from app.services.evidence.images import bare_jpeg

MOST_PAGES: Final = 300
MOST_OBJECTS: Final = 100_000
_AGAIN: Final = "Ábralo e imprímalo de nuevo a PDF, o envíe una foto de cada página."

PAGE_KEYS: Final = frozenset(
    {
        "/Type",
        "/Parent",
        "/Resources",
        "/Contents",
        "/MediaBox",
        "/CropBox",
        "/Rotate",
        "/Annots",
        "/UserUnit",
        "/Group",
    }
)
MARK_KEYS: Final = frozenset(
    {
        "/Type",
        "/Subtype",
        "/Rect",
        "/AP",
        "/AS",
        "/F",
        "/C",
        "/IC",
        "/BS",
        "/Border",
        "/QuadPoints",
        "/InkList",
        "/Vertices",
        "/L",
        "/LE",
        "/CA",
    }
)
MARKS: Final = frozenset(
    {
        "/Widget",
        "/FreeText",
        "/Stamp",
        "/Ink",
        "/Highlight",
        "/Underline",
        "/StrikeOut",
        "/Squiggly",
        "/Line",
        "/Square",
        "/Circle",
        "/Polygon",
        "/PolyLine",
    }
)
"""What is drawn over a page and seen: filled fields, stamps, handwriting. Links and attachments are not."""
REFUSED: Final = frozenset(
    {
        "/JS",
        "/JavaScript",
        "/OpenAction",
        "/AA",
        "/EF",
        "/EmbeddedFiles",
        "/EmbeddedFile",
        "/AF",
        "/FS",
        "/Launch",
        "/RichMedia",
        "/XFA",
        "/AcroForm",
        "/Metadata",
        "/PieceInfo",
        "/LastModified",
        "/Thumb",
        "/Names",
        "/Outlines",
        "/Dests",
        "/URI",
        "/GoToR",
        "/SubmitForm",
        "/OPI",
        "/Alternates",
        "/Ref",
        "/StructParent",
        "/StructParents",
    }
)
"""Keys taken out wherever they are."""


def clean_pdf(raw: bytes) -> bytes:
    """The pages of a PDF in a new file: no author, dates, metadata, scripts, actions, attachments or form.

    Raises:
        Invalid: broken, protected by a password, too long, or with images that cannot be cleaned.
    """
    try:
        # What follows the end is no part of the document, and keeps the parser from finding it.
        reader = PdfReader(io.BytesIO(raw[: raw.rfind(b"%%EOF") + 5]), strict=False)
        if reader.is_encrypted:
            raise Invalid("El PDF está protegido con contraseña. Quítela y envíelo otra vez.")
        if not 0 < len(reader.pages) <= MOST_PAGES:
            raise Invalid(f"El PDF debe tener de 1 a {MOST_PAGES} páginas. Divídalo.")
        return _rewritten(reader)
    except (PyPdfError, OSError, ValueError, TypeError, KeyError, IndexError, AttributeError):
        # A parser's message may repeat what is in the file.
        raise Invalid(f"El PDF está dañado o no se puede leer. {_AGAIN}") from None
    except (RecursionError, NotImplementedError, OverflowError):
        raise Invalid(f"El PDF tiene partes que no se admiten. {_AGAIN}") from None


def _rewritten(reader: PdfReader) -> bytes:
    writer = PdfWriter()
    seen: set[int] = set()
    for page in reader.pages:
        _keep(page, PAGE_KEYS)
        _keep_marks(page)
        for key, value in page.items():
            if key != "/Parent":
                _strip(value, seen)
        writer.add_page(page)
    writer.metadata = None
    out = io.BytesIO()
    writer.write(out)
    content = out.getvalue()
    if any(word in REFUSED for word in _names_in(PdfReader(io.BytesIO(content)))):
        raise Invalid(f"El PDF tiene partes que no se admiten. {_AGAIN}")
    return content


def _keep(found: DictionaryObject, keys: frozenset[str]) -> None:
    for key in [key for key in found if key not in keys]:
        del found[key]


def _keep_marks(page: DictionaryObject) -> None:
    annotations = page.get("/Annots")
    if annotations is None:
        return
    kept = ArrayObject()
    for item in annotations.get_object() or ():
        mark = item.get_object()
        if isinstance(mark, DictionaryObject) and mark.get("/Subtype") in MARKS and "/AP" in mark:
            _keep(mark, MARK_KEYS)
            kept.append(item)
    page[NameObject("/Annots")] = kept


def _strip(root: Any, seen: set[int]) -> None:
    """Take out of everything reachable what is refused; without recursion, as files nest as they like."""
    waiting = [root]
    while waiting:
        found = waiting.pop()
        if isinstance(found, IndirectObject):
            found = found.get_object()
        if id(found) in seen or not isinstance(found, DictionaryObject | ArrayObject):
            continue
        seen.add(id(found))
        if len(seen) > MOST_OBJECTS:
            raise Invalid(f"El PDF tiene demasiadas partes. {_AGAIN}")
        if isinstance(found, ArrayObject):
            waiting.extend(found)
            continue
        for key in [key for key in found if key in REFUSED]:
            del found[key]
        if isinstance(found, StreamObject):
            _bare_image(found)
        waiting.extend(found.values())


def _bare_image(stream: StreamObject) -> None:
    """A photograph inside the PDF carries its own metadata: where it was taken."""
    filters = stream.get("/Filter", ArrayObject()).get_object()
    names = [filters] if isinstance(filters, NameObject) else list(filters)
    if "/JPXDecode" in names:
        raise Invalid(f"El PDF tiene imágenes JPEG 2000, que no se admiten. {_AGAIN}")
    if names == ["/DCTDecode"]:
        stream._data = bare_jpeg(stream._data)  # noqa: SLF001 - pypdf has no setter for filtered data
    elif "/DCTDecode" in names:
        raise Invalid(f"El PDF tiene imágenes que no se pueden limpiar. {_AGAIN}")


def _names_in(reader: PdfReader) -> set[str]:
    """Every dictionary key in the objects of a file just written."""
    names: set[str] = set()
    waiting: list[Any] = [reader.trailer]
    seen: set[int] = set()
    while waiting:
        found = waiting.pop()
        if isinstance(found, IndirectObject):
            found = found.get_object()
        if id(found) in seen:
            continue
        seen.add(id(found))
        if isinstance(found, DictionaryObject):
            names.update(found)
            waiting.extend(found.values())
        elif isinstance(found, ArrayObject):
            waiting.extend(found)
    return names
