"""What a PDF says and how it is tagged, read with a library that did not write it."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NumberObject


def words(pdf: bytes) -> str:
    """The text of all pages, without breaks."""
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    # A word cut at the end of a line carries a soft or a plain hyphen.
    return re.sub(r"\s+", " ", re.sub(r"[\u00ad-]\n", "", text))


def tags(pdf: bytes) -> list[str]:
    """Names of the structure elements, in reading order."""
    root = PdfReader(io.BytesIO(pdf)).trailer["/Root"]["/StructTreeRoot"]
    return [str(node["/S"])[1:] for node in _nodes(root) if "/S" in node]


def _nodes(node: Any) -> Iterator[DictionaryObject]:
    found = node.get_object() if isinstance(node, IndirectObject) else node
    if isinstance(found, ArrayObject):
        for item in found:
            yield from _nodes(item)
    elif isinstance(found, DictionaryObject):
        yield found
        if "/K" in found:
            yield from _nodes(found["/K"])


def faults(pdf: bytes) -> list[str]:
    """What of PDF/UA-1 (ISO 14289-1) the file does not keep, as far as a reader can tell."""
    reader = PdfReader(io.BytesIO(pdf))
    root = reader.trailer["/Root"]
    found = []
    if not root.get("/MarkInfo", {}).get("/Marked"):
        found.append("not marked")
    if not str(root.get("/Lang", "")).startswith("es"):
        found.append("language")
    if "/StructTreeRoot" not in root:
        return [*found, "no structure"]
    if not root.get("/ViewerPreferences", {}).get("/DisplayDocTitle"):
        found.append("title not shown")
    xmp = root["/Metadata"].get_object().get_data().decode() if "/Metadata" in root else ""
    if not re.search(r"pdfuaid:part[>=\"]+\s*1", xmp):
        found.append("no PDF/UA identifier")
    if "<dc:title>" not in xmp:
        found.append("no title")
    found += [f"page {n}: {what}" for n, page in enumerate(reader.pages) for what in _untagged(page)]
    return found + _tables(root["/StructTreeRoot"])


def _tables(root: Any) -> list[str]:
    found = []
    for node in _nodes(root):
        if node.get("/S") != "/Table":
            continue
        inside = [str(child.get("/S")) for child in _nodes(node)]
        rows = [child for child in _nodes(node) if child.get("/S") == "/TR"]
        first = [str(child.get("/S")) for child in _nodes(rows[0]) if "/S" in child]
        if "/TH" not in inside or "/TD" in first:
            found.append("a table without header cells")
    return found


def _untagged(page: Any) -> list[str]:
    """Text shown outside marked content."""
    depth = 0
    found = []
    for operands, operator in page.get_contents().operations if page.get_contents() else ():
        if operator in {b"BDC", b"BMC"}:
            depth += 1
        elif operator == b"EMC":
            depth -= 1
        elif operator in {b"Tj", b"TJ", b"Do"} and depth == 0:
            found.append(f"{operator.decode()} outside of content ({len(operands)})")
    return found


def pages(pdf: bytes) -> int:
    """How many pages there are."""
    return int(NumberObject(len(PdfReader(io.BytesIO(pdf)).pages)))
