"""What is kept of a file: what is seen, and nothing of where, when, by whom or with what it was made."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageFile
from pypdf import PdfReader, PdfWriter

from app.errors import AppError, BadRequest, Invalid, TooLarge, Unavailable, UnsupportedMedia
from app.services.evidence import cleaning
from app.services.evidence.cleaning import MOST_BYTES, clean
from app.services.evidence.images import bare_jpeg
from app.services.evidence.pdfs import REFUSED, _names_in
from tests.evidence import samples
from tests.evidence.samples import DEVICE, SECRET

TRACES = (SECRET.encode(), DEVICE.encode(), b"Exif", b"2024:05:02", b"ICC_PROFILE", b"iCCP", b"eXIf", b"EXIF")


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_photograph_keeps_its_pixels_and_loses_its_place(form: str) -> None:
    raw = samples.photo(form)
    assert DEVICE.encode() in raw
    kept = clean(raw)
    assert kept.media_type == f"image/{form.lower()}"
    assert [trace for trace in TRACES if trace in kept.content] == []
    with Image.open(io.BytesIO(kept.content)) as image:
        assert image.size == (64, 48)
        assert len(image.getexif()) == 0
        assert "comment" not in image.info
        red, _, blue = image.convert("RGB").getpixel((5, 5))  # type: ignore[misc]
        assert blue > 200 > red


def test_a_photograph_taken_sideways_is_kept_upright() -> None:
    image = Image.new("RGB", (40, 20))
    exif = Image.Exif()
    exif[0x0112] = 6
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif)
    with Image.open(io.BytesIO(clean(out.getvalue()).content)) as kept:
        assert kept.size == (20, 40)


def test_transparency_and_grey_survive() -> None:
    for mode, wanted in (("RGBA", "RGBA"), ("L", "L"), ("1", "L"), ("P", "RGB"), ("CMYK", "RGB")):
        out = io.BytesIO()
        Image.new(mode, (8, 8)).save(out, "JPEG" if mode == "CMYK" else "PNG")
        with Image.open(io.BytesIO(clean(out.getvalue()).content)) as kept:
            assert kept.mode == wanted


def test_what_hides_behind_a_photograph_goes() -> None:
    archive = b"PK\x03\x04" + SECRET.encode()
    kept = clean(samples.photo() + archive)
    assert SECRET.encode() not in kept.content
    assert b"PK\x03\x04" not in kept.content


def test_a_document_keeps_its_pages_and_loses_what_acts_or_hides() -> None:
    raw = samples.pdf(hostile=True, pages=2)
    before = _names_in(PdfReader(io.BytesIO(raw)))
    assert {"/JS", "/EF", "/Metadata", "/AA", "/PieceInfo"} <= before
    kept = clean(raw)
    assert kept.media_type == "application/pdf"
    assert [trace for trace in TRACES if trace in kept.content] == []
    reader = PdfReader(io.BytesIO(kept.content))
    assert [page.extract_text() for page in reader.pages] == ["Constancia de matricula"] * 2
    names = _names_in(reader)
    assert names & REFUSED == set()
    assert "/A" not in names
    assert "/Info" not in reader.trailer
    # The filled field stays as it looks; the link and the attachment go.
    (mark,) = reader.pages[0]["/Annots"]
    assert mark.get_object()["/Subtype"] == "/Widget"
    (picture,) = reader.pages[0].images
    assert picture.image is not None
    assert picture.image.size == (64, 48)


def test_what_stands_before_or_after_the_pages_goes() -> None:
    raw = samples.pdf() + b"\nPK\x03\x04" + SECRET.encode()
    assert SECRET.encode() not in clean(raw).content


def _encrypted() -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(samples.pdf())))
    writer.encrypt("clave", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _animated() -> bytes:
    out = io.BytesIO()
    frames = [Image.new("RGB", (8, 8), (n, 0, 0)) for n in (0, 200)]
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:])
    return out.getvalue()


@pytest.mark.parametrize(
    ("raw", "kind", "words"),
    [
        (b"", BadRequest, "Envíe"),
        (b"x" * (MOST_BYTES + 1), TooLarge, "15 MB"),
        (b"MZ\x90\x00" + b"0" * 400, UnsupportedMedia, "JPEG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", UnsupportedMedia, "JPEG"),
        (b"GIF89a" + b"0" * 100, UnsupportedMedia, "JPEG"),
        (b"PK\x03\x04%PDF-1.7", UnsupportedMedia, "JPEG"),
        (b"%PDF-1.7 nada", Invalid, "imprímalo"),
        (samples.pdf()[:200], Invalid, "imprímalo"),
        (_encrypted(), Invalid, "contraseña"),
        (samples.photo()[:300], Invalid, "guárdela"),
        (samples.photo("PNG")[:-300], Invalid, "guárdela"),
        (samples.bomb(), Invalid, "millones"),
        (_animated(), Invalid, "fija"),
    ],
    ids=range(13),
)  # fmt: skip
def test_what_is_refused_says_the_way_out(raw: bytes, kind: type[AppError], words: str) -> None:
    with pytest.raises(kind) as caught:
        clean(raw)
    assert words in caught.value.detail


def test_a_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    unpacked: list[object] = []
    load = ImageFile.ImageFile.load

    def noted(image: ImageFile.ImageFile) -> object:
        unpacked.append(image)
        return load(image)

    monkeypatch.setattr(ImageFile.ImageFile, "load", noted)
    with pytest.raises(Invalid):
        clean(samples.bomb())
    assert unpacked == []
    clean(samples.photo())
    assert unpacked, "what is taken is unpacked: the watch sees it"


def test_who_waits_too_long_for_others_is_sent_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cleaning, "_LONGEST_WAIT", 0.05)
    with cleaning._AT_ONCE, cleaning._AT_ONCE, pytest.raises(Unavailable):
        clean(samples.photo())
    assert clean(samples.photo()).media_type == "image/jpeg"


def test_a_bare_jpeg_stream_has_the_same_pixels() -> None:
    raw = samples.photo()
    bare = bare_jpeg(raw)
    assert SECRET.encode() not in bare
    with Image.open(io.BytesIO(raw)) as before, Image.open(io.BytesIO(bare)) as after:
        assert before.tobytes() == after.tobytes()
    for broken in (b"", b"\xff\xd8", b"\xff\xd8\x00\x00\x00\x00", raw[:20]):
        with pytest.raises(ValueError, match=r"JPEG"):
            bare_jpeg(broken)
