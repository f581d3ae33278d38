"""The files served as they are: their origin, their size and what they must never hold."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from pathlib import Path

import pytest

from app.catalogues import code_list
from app.web.kit.map import region_map

WEB = Path(__file__).resolve().parents[2] / "app" / "web"
STATIC = WEB / "static"
LISTED = re.findall(
    r"^\| `([^`]+)` \|[^|]+\| ([^|]+) \| `([0-9a-f]{64})` \|$",
    (STATIC / "VENDOR.md").read_text(encoding="utf-8"),
    re.MULTILINE,
)


@pytest.mark.parametrize(("name", "licence", "digest"), LISTED)
def test_vendored_file_is_the_one_listed(name: str, licence: str, digest: str) -> None:
    assert licence.strip()
    assert hashlib.sha256((WEB / name).read_bytes()).hexdigest() == digest


def test_every_vendored_file_is_listed() -> None:
    assert {name for name, _, _ in LISTED} == {
        "static/ruv.css",
        "static/govuk.js",
        "static/htmx.min.js",
        "regions.json",
    }


def test_lock_names_no_registry_and_pins_what_is_listed() -> None:
    lock = json.loads((WEB / "frontend" / "package-lock.json").read_text(encoding="utf-8"))
    vendor = (STATIC / "VENDOR.md").read_text(encoding="utf-8")
    assert not any("resolved" in package for package in lock["packages"].values())
    for package in ("govuk-frontend", "htmx.org", "datamaps"):
        assert f"{package} {lock['packages'][f'node_modules/{package}']['version']} " in vendor


@pytest.mark.parametrize(
    ("name", "budget"),
    [("ruv.css", 24_000), ("govuk.js", 12_000), ("htmx.min.js", 17_500), ("app.js", 8_000)],
)
def test_weight_on_the_wire(name: str, budget: int) -> None:
    assert len(gzip.compress((STATIC / name).read_bytes(), 9, mtime=0)) <= budget


def test_style_sheet_brings_no_font_and_fetches_nothing() -> None:
    css = (STATIC / "ruv.css").read_text(encoding="utf-8")
    assert not re.search(r"@font-face|@import|url\((?!\"?data:)|GDS Transport|crown", css, re.IGNORECASE)


def test_map_has_the_25_regions_by_code() -> None:
    drawing = region_map()
    names = code_list("department")
    assert [region.code for region in drawing.regions] == [f"{code:02}" for code in range(1, 26)]
    assert all(region.name == names.label(region.code) for region in drawing.regions)
    assert all(re.fullmatch(r"(M[\d ]+[hl][-\d hvz]+z?)+", region.path) for region in drawing.regions)
    assert (WEB / "regions.json").stat().st_size <= 30_000


def test_regions_stand_where_they_are() -> None:
    """Puno lies in the south-east and Lima is in one piece: the source has both wrong."""
    middle = {region.code: _middle(region.path) for region in region_map().regions}
    assert middle["21"][0] > middle["04"][0] > middle["15"][0]
    assert middle["21"][1] > middle["08"][1] > middle["16"][1]
    assert middle["07"][0] < middle["15"][0]
    lima = next(region.path for region in region_map().regions if region.code == "15")
    assert lima.count("M") == 1


def _middle(path: str) -> tuple[float, float]:
    """Mean of the corners of the first outline."""
    numbers = [int(part) for part in re.findall(r"-?\d+", path.split("z", 1)[0])]
    x, y = numbers[:2]
    corners = [(x, y)]
    for dx, dy in zip(numbers[2::2], numbers[3::2], strict=False):
        x, y = x + dx, y + dy
        corners.append((x, y))
    return sum(x for x, _ in corners) / len(corners), sum(y for _, y in corners) / len(corners)


def test_no_form_is_kept_by_the_browser() -> None:
    """Browsers write what is in a form into their session files, readable, unless the form itself says no."""
    forms = [
        (file.name, found)
        for file in (WEB / "templates").rglob("*.html")
        for found in re.findall(r"<form\b[^>]*", file.read_text(encoding="utf-8"))
    ]
    assert len(forms) > 5
    assert [name for name, found in forms if 'autocomplete="off"' not in found] == []
