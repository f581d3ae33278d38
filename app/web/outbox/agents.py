"""In what words a person knows a browser again; coarse on purpose."""

from __future__ import annotations

from app.web.i18n import gettext

_BROWSERS = (
    ("Edg", "Edge"), ("SamsungBrowser", "Samsung Internet"), ("OPR", "Opera"), ("Firefox", "Firefox"),
    ("Chrom", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "Mac"),
    ("CrOS", "Chromebook"), ("Linux", "Linux"),
)  # fmt: skip


def agent_words(agent: str) -> str:
    """Browser and system of a `User-Agent`, such as `Firefox en Android`."""
    browser = next((words for mark, words in _BROWSERS if mark in agent), gettext("Navegador"))
    system = next((words for mark, words in _SYSTEMS if mark in agent), "")
    return (
        gettext("%(browser)s en %(system)s") % {"browser": browser, "system": system} if system else browser
    )
