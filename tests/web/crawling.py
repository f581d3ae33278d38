"""Walk the pages as a role: every link and every route, each answer held against the policy."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from app.web.kit.controls import place_name
from tests.access.matrix import Canary, leaks
from tests.web.browsing import Browser, links, title

CODE = re.compile(r"[A-Z]{2}-[0-9A-Z]{4}-[0-9A-Z]{4}(-[0-9A-Z]{4})?")
DIGITS = re.compile(r"/\d+|[0-9a-f]{8}-[0-9a-f-]{27}|=[^&]*")
ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
MOST = 160


def spellings(canaries: list[Canary]) -> list[Canary]:
    """The values as pages write them too: dd/mm/yyyy, names of districts."""
    found = list(canaries)
    for canary in canaries:
        if match := ISO.fullmatch(canary.value):
            shown = "/".join(reversed(match.groups()))
        elif canary.value.isdigit() and place_name(canary.value) != canary.value:
            shown = html.escape(place_name(canary.value))
        else:
            continue
        found.append(Canary(canary.compartment, canary.path, shown, canary.shown, canary.authored))
    return found


@dataclass
class Walk:
    """What one person met on the way."""

    browser: Browser
    canaries: list[Canary]
    levels: Mapping[str, str]
    author: bool = False
    seen: set[str] = field(default_factory=set)
    patterns: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)
    pages: int = 0

    def follow(self, start: str) -> None:
        """Open the page and every page it leads to, one of each pattern: the rest would say the same."""
        waiting = [(start, "")]
        while waiting and self.pages < MOST:
            path, source = waiting.pop(0)
            path = path.partition("#")[0]
            pattern = pattern_of(path)
            if not path or pattern in self.patterns:
                continue
            self.seen.add(path)
            self.patterns.add(pattern)
            answer = self.open(path)
            if answer.status_code not in {200, 303}:
                self.wrong.append(f"{pattern}: {answer.status_code}, linked from {pattern_of(source)}")
            if answer.status_code == 303:
                waiting.append((answer.headers["location"], path))
            elif "text/html" in answer.headers.get("content-type", ""):
                waiting += [(link, path) for link in links(answer)]

    def open(self, path: str, data: dict[str, Any] | None = None) -> httpx.Response:
        """Open one page (or send a form) and hold it against the policy."""
        self.pages += 1
        answer = self.browser.get(path) if data is None else self.browser.post(path, data)
        pattern = pattern_of(path)
        self.wrong += [f"{pattern}: {what}" for what in self._held(answer, path)]
        return answer

    def _held(self, answer: httpx.Response, path: str) -> Iterator[str]:
        if answer.status_code >= 500:
            yield f"answers {answer.status_code}"
        if "text/html" not in answer.headers.get("content-type", ""):
            return
        if "unsafe" in answer.headers.get("content-security-policy", "unsafe"):
            yield "has no strict policy"
        if answer.headers.get("cache-control") != "no-store":
            yield "may be kept"
        yield from leaks(answer.text, self.canaries, self.levels, author=self.author)
        hidden: dict[str, str] = {}
        yield from (f"in the title: {what}" for what in leaks(title(answer), self.canaries, hidden))
        yield from (
            f"in an address: {what}" for what in leaks("".join(links(answer)) + path, self.canaries, hidden)
        )
        if raw := re.search(
            r"\b(None|Undefined|&lt;[A-Za-z]+ object)\b", re.sub(r"<[^>]+>", " ", answer.text)
        ):
            yield f"shows {raw.group()}"


def pattern_of(path: str) -> str:
    """An address without what changes from one case to the next."""
    return DIGITS.sub("*", CODE.sub("*", path))
