"""Every form in which something can be typed is kept while it is written, and comes back with its page."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, urlencode

from fastapi import Request
from starlette.datastructures import FormData

from app.edge.browser import SAFE
from app.edge.deps import CurrentAct
from app.edge.unsent import PAGE
from app.services.drafts import service
from app.services.drafts.service import Opened

KIND: Final = service.PAGES
_NOISE: Final = frozenset({"hecho", "desde", "volver", "idioma", "borrador", "guardado"})
"""Parameters of an address that do not change which page it is."""
_TYPED: Final = re.compile(r'<textarea|<select|<input(?![^>]*type="(?:hidden|submit|button|file|image)")')
_SECRET: Final = 'type="password"'  # noqa: S105 - how a control is written


def typed(content: str) -> bool:
    """Whether something can be typed or chosen in a form; what holds a password is never kept."""
    return _SECRET not in content and _TYPED.search(content) is not None


def address(request: Request) -> str:
    """The page's address without what only tells how one came there."""
    pairs = [(name, value) for name, value in request.query_params.multi_items() if name not in _NOISE]
    query = urlencode(pairs, quote_via=quote)
    return quote(request.url.path) + (f"?{query}" if query else "")


def sent(draft: Opened) -> FormData:
    """The fields of a draft as if they had just been sent."""
    return FormData([(name, value) for name, values in draft.fields.items() for value in values])


@dataclass(slots=True)
class Keeper:
    """Keeps the forms of one page: whose they are, and the address at which they are opened again.

    A page that answers a form stands at the address of the page the form came from.
    """

    act: CurrentAct
    page: str
    asked: bool
    """Whether the page was asked for, not sent a form: then what was kept is shown."""
    _names: frozenset[str] | None = field(default=None)

    @classmethod
    def of(cls, request: Request, act: CurrentAct, form: FormData | None) -> Keeper:
        """The keeper of the forms of a request's page."""
        came = form.get(PAGE) if form is not None else None
        known = isinstance(came, str) and service.is_address(came)
        return cls(act, str(came) if known else address(request), request.method in SAFE)

    def name(self, action: str) -> str:
        """The draft of the page's form that is sent to `action`."""
        digest = hashlib.sha256(f"{self.page}\n{action}".encode()).hexdigest()
        return f"{KIND}:{digest[:40]}"

    def opened(self, name: str) -> FormData | None:
        """What was kept of a form, on a page that was asked for."""
        if not self.asked:
            return None
        if self._names is None:
            self._names = service.names(self.act.session)
        found = service.opened(self.act, name) if name in self._names else None
        return sent(found) if found is not None else None

    def drop(self, name: str) -> None:
        """Throw away the draft of a form that was taken."""
        if name.startswith(f"{KIND}:"):
            service.finish(self.act.session, name)
