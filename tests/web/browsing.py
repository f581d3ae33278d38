"""A person's browser without a browser: cookies, forms and links over HTTP, as the pages offer them."""

from __future__ import annotations

import html
import re
from typing import Any

import httpx

from app.access.act import CARE, Act
from app.access.actor import Actor
from app.edge.browser import COOKIE
from app.services.access import browsing, preferences
from app.services.access.browsing import form_token
from app.services.access.sessions import Means
from tests.factories import LOOPBACK, PASSWORD, World


def means(world: World) -> Means:
    """What signing in works with in the world's installation."""
    runtime = world.runtime
    return Means(runtime.database, runtime.tokens, runtime.password_cost, 12, 30)


def cookie_of(world: World, actor: Actor, *, agreed: bool = True) -> str:
    """The cookie of a browser in which this person signed in (and agreed to the rules)."""
    if agreed:
        with world.session(actor) as session:
            preferences.agree(Act(session, CARE))
    return browsing.open_browser(means(world), actor.username, PASSWORD)


class Browser:
    """One signed-in person over HTTP; forms are sent with the session's token."""

    def __init__(self, world: World, actor: Actor | None = None, *, agreed: bool = True) -> None:
        self.world = world
        self.client = httpx.Client(base_url=world.base_url, timeout=120, verify=LOOPBACK)
        world.clients.append(self.client)
        self.cookie = cookie_of(world, actor, agreed=agreed) if actor else ""

    def get(self, path: str, **more: Any) -> httpx.Response:
        """Open a page."""
        return self.client.get(path, headers=self._headers(more), **more)

    def post(self, path: str, data: dict[str, Any] | None = None, **more: Any) -> httpx.Response:
        """Send a form."""
        sent = {"_csrf": form_token(self.cookie), **(data or {})} if self.cookie else (data or {})
        return self.client.post(path, data=sent, headers=self._headers(more), **more)

    def _headers(self, more: dict[str, Any]) -> dict[str, str]:
        cookie = {"Cookie": f"{COOKIE}={self.cookie}"} if self.cookie else {}
        return {**cookie, **more.pop("headers", {})}


def title(page: httpx.Response) -> str:
    """The title of a page."""
    found = re.search(r"<title>(.*?)</title>", page.text, re.DOTALL)
    return html.unescape(found.group(1)) if found else ""


def links(page: httpx.Response) -> list[str]:
    """Addresses a page links to, without those of static files."""
    found = [html.unescape(href) for href in re.findall(r'<a[^>]* href="([^"]+)"', page.text)]
    return [href for href in found if href.startswith("/") and not href.startswith("/estatico/")]


def field(page: httpx.Response, name: str) -> str:
    """The value of the first hidden field of this name."""
    found = re.search(rf'name="{re.escape(name)}" value="([^"]*)"', page.text)
    assert found, f"no field {name}"
    return html.unescape(found.group(1))
