"""What happened and when, as the component `timeline` draws it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.web.kit.templating import moment


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened: its title, the moment, by whom, more of it, and a tag (text, colour)."""

    title: str
    moment: datetime
    by: str = ""
    text: str = ""
    tag: tuple[str, str] | None = None

    @property
    def at(self) -> str:
        """The moment for people."""
        return moment(self.moment)

    @property
    def when(self) -> str:
        """The moment for machines."""
        return self.moment.isoformat()
