"""A person's day through the pages: what she clicks, what she must find, and what must not be there."""

from __future__ import annotations

import io
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Error, FloatRect, Locator, Page

from tests.factories import PASSWORD
from tests.web.browser import DESKTOP, PATIENCE_MS, Watch, shot
from tests.web.conftest import OpenPage
from tests.web.scene import CAST, SECRETS, Scene

ABOUT_HER = ("nombre", "apellido", "documento", "teléfono")
"""What no address, title or console message may ever hold."""
_README = "mi-trabajo"
"""The picture that the README shows, kept beside the guides' folder with the others of the README."""
_TALLEST = 1000
_HEAVIEST = 60 * 1024


@dataclass
class Walk:
    """Somebody at a browser."""

    scene: Scene
    who: str
    page: Page
    watch: Watch
    javascript: bool = True

    def sign_in(self) -> None:
        """From the door to the first page of the role, with the rules agreed to the first time."""
        self.page.goto("/")
        assert "/ingreso" in self.page.url
        self.page.fill("[name=username]", CAST[self.who].username)
        self.page.fill("[name=password]", PASSWORD)
        self.press("Ingresar")
        if "/compromiso" in self.page.url:
            self.page.check("[name=acepto]")
            self.press("Acepto y continúo")

    def at(self, path: str) -> None:
        """The person comes to this page; `*` stands for a code."""
        shape = re.escape(path).replace(r"\*", r"[0-9A-Za-z-]+")
        self._comes(lambda: [] if re.search(rf"{shape}(\?.*)?$", self.page.url) else [path])

    def follow(self, text: str, *, near: str = "") -> None:
        """Click a link, also one that looks like a button; `near`: in the row or card that says this."""
        part = self._within(near)
        part.get_by_role("link", name=text).or_(part.get_by_role("button", name=text)).first.click()

    def press(self, text: str) -> None:
        """Click a button by what it says."""
        self.page.get_by_role("button", name=text, exact=True).first.click()

    def choose(self, text: str) -> None:
        """Click a radio or a box to tick by its label."""
        self.page.get_by_label(text, exact=True).first.check()

    def sees(self, *texts: str) -> None:
        """These come to be on the page."""

        def missing() -> list[str]:
            shown = self.page.inner_text("body").casefold()
            return [text for text in texts if text.casefold() not in shown]

        self._comes(missing)

    def lacks(self, *texts: str) -> None:
        """These are nowhere in the page, shown or not."""
        source = self.page.content()
        found = [text for text in texts if text.casefold() in source.casefold()]
        assert not found, (self.page.url, found)

    def knows(self, *secrets: str) -> None:
        """Of all there is to know of the girl, the page comes to hold these alone."""

        def wrong() -> list[str]:
            source = self.page.content().casefold()
            return sorted({name for name, word in SECRETS.items() if word.casefold() in source} ^ {*secrets})

        self._comes(wrong)

    def menu(self) -> list[str]:
        """What the menu offers."""
        return [
            text.strip() for text in self.page.locator(".govuk-service-navigation__item").all_inner_texts()
        ]

    @contextmanager
    def within(self, clicks: int) -> Iterator[None]:
        """The block takes at most so many clicks."""
        before = self.watch.clicks()
        yield
        taken = self.watch.clicks() - before
        assert 0 < taken <= clicks, f"{taken} clicks"

    def look(self, name: str, *, guide: bool = False) -> None:
        """Draw the page if asked for; `guide`: it is one of the guides' pictures."""
        shot(self.page, name)
        if guide:
            picture(self.page, name)

    def _comes(self, wrong: Callable[[], list[str]]) -> None:
        """Wait until nothing is wrong; a page may still be on its way."""
        end = time.monotonic() + PATIENCE_MS / 1000
        found = ["the page never stood still"]
        while found:
            with suppress(Error):
                found = wrong()
            assert not found or time.monotonic() < end, (
                self.page.url,
                found,
                self.page.inner_text("main")[:3000],
            )
            if found:
                self.page.wait_for_timeout(50)

    def _within(self, near: str) -> Page | Locator:
        if not near:
            return self.page
        return self.page.locator("tr, li, .govuk-summary-card").filter(has_text=near)


def begin(open_page: OpenPage, scene: Scene, who: str, *, javascript: bool = True) -> Walk:
    """A signed-in person on her first page."""
    page, watch = open_page(javascript=javascript)
    watch.never(*(SECRETS[name] for name in ABOUT_HER))
    walk = Walk(scene, who, page, watch, javascript)
    walk.sign_in()
    return walk


def picture(page: Page, name: str) -> None:
    """Draw the page for the guides into the folder `RUV_GUIDE_SHOTS`, light enough to be kept."""
    folder = os.environ.get("RUV_GUIDE_SHOTS")
    if not folder:
        return
    height = min(int(page.evaluate("document.documentElement.scrollHeight")), _TALLEST)
    clip = FloatRect(x=0, y=0, width=DESKTOP["width"], height=height)
    drawn = Image.open(io.BytesIO(page.screenshot(full_page=True, clip=clip))).convert("RGB")
    for colours in (64, 32, 16):
        packed = io.BytesIO()
        drawn.quantize(colours, dither=Image.Dither.NONE).save(packed, "PNG", optimize=True)
        if packed.tell() <= _HEAVIEST:
            break
    kept = Path(folder).parent.parent / "img" if name == _README else Path(folder)
    kept.mkdir(parents=True, exist_ok=True)
    (kept / f"{name}.png").write_bytes(packed.getvalue())
