"""One page: what was asked, who asks, and the answer, drawn, packed and kept by no cache."""

from __future__ import annotations

import gzip
import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Annotated, Protocol, cast
from urllib.parse import quote, urlencode

from fastapi import Depends, Request
from starlette.responses import RedirectResponse, Response

from app.access.permissions import Permission
from app.access.policy import policy
from app.db import DATABASE_ERRORS, translated
from app.edge.browser import COOKIE, SAFE, browsing, sent_form
from app.edge.deps import CurrentAct
from app.edge.installation import get_runtime, settings_of
from app.edge.problems import recorded
from app.edge.unsent import NAME
from app.errors import (
    AppError,
    BadRequest,
    Conflict,
    Invalid,
    PreconditionRequired,
    StaleVersion,
    TooLarge,
    TooMany,
    Unauthenticated,
    UnsupportedMedia,
)
from app.services.access.browsing import LOCK_AFTER, WARN_AFTER, Browsing, form_token
from app.services.idempotency import once
from app.web import i18n
from app.web.kit.forms import Form
from app.web.kit.keeping import Keeper
from app.web.kit.messages import done_message
from app.web.kit.navigation import navigation
from app.web.kit.paths import local_path
from app.web.kit.templating import environment

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "manifest-src 'self'; worker-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": POLICY,
    "Vary": "HX-Request, Accept-Encoding",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
FORM_REFUSALS = (
    BadRequest, Conflict, Invalid, PreconditionRequired, StaleVersion, TooLarge, TooMany, UnsupportedMedia,
)  # fmt: skip
_WORTH_PACKING = 600
_OF_ADDRESSES = ":/%#?=@[]!$&'()*+,;"
"""Signs that an address may hold as they are; anything else would break the header it travels in."""


def draw(request: Request, template: str, *, status: int = 200, **context: object) -> Response:
    """A page, or a fragment of one for htmx; without anybody signed in if need be."""
    who = browsing(request)
    text = environment.get_template(template).render({**_frame(request, who), **context})
    body, headers = text.encode(), dict(HEADERS)
    if len(body) >= _WORTH_PACKING and "gzip" in request.headers.get("Accept-Encoding", ""):
        body, headers["Content-Encoding"] = gzip.compress(body, 6, mtime=0), "gzip"
    return Response(body, status, headers, media_type="text/html")


def _frame(request: Request, who: Browsing | None) -> dict[str, object]:
    """What every page shows around its content."""
    settings = settings_of(request)
    token = request.cookies.get(COOKIE, "")
    return {
        "who": who,
        "nav": navigation(who, request.url.path) if who else [],
        "csrf": form_token(token) if who and token else "",
        "form": Form(),
        "path": request.url.path,
        "here": request.url.path + (f"?{request.url.query}" if request.url.query else ""),
        "other_language": _other_language(request),
        "lang": i18n.language(),
        "available": i18n.available(),
        "done": done_message(request.query_params.get("hecho", "")),
        "demo": settings.demo,
        "exit_url": settings.exit_url,
        "warn_after": int(WARN_AFTER.total_seconds()),
        "lock_after": int(LOCK_AFTER.total_seconds()),
        "page_id": secrets.token_hex(4),
        "Permission": Permission,
    }


def _other_language(request: Request) -> str:
    """The same page in a language whose code is put behind, for who has no account to keep it."""
    back = request.query_params.get("volver", "")
    kept = {"volver": local_path(back)} if back else {}
    return f"{request.url.path}?{urlencode({**kept, 'idioma': ''})}"


def speak(request: Request, who: Browsing | None = None) -> None:
    """Draw the pages of this request in the language of who is there, or the one the address asks for."""
    who = who or browsing(request)
    i18n.speak(request.query_params.get("idioma") or "es" if who is None else who.language)


class _Part(Protocol):
    """A part of a transaction, kept or undone by itself."""

    def commit(self) -> None:
        """Keep it."""

    def rollback(self) -> None:
        """Undo it."""


class Page:
    """A signed-in person's request for a page, with the form it carried."""

    def __init__(self, request: Request, act: CurrentAct, form: Form) -> None:
        self.request = request
        self.act = act
        self.session = act.session
        self.actor = act.actor
        self.form = form
        self.runtime = get_runtime(request)
        self.keeper = Keeper.of(request, act, form.sent)

    @property
    def who(self) -> Browsing:
        """The person at the browser."""
        found = browsing(self.request)
        assert found is not None  # noqa: S101 - a page has an actor, and the actor came from the browser
        return found

    @property
    def fragment(self) -> bool:
        """Whether htmx asks for a part of the page."""
        return self.request.headers.get("HX-Request") == "true"

    def query(self, name: str) -> str:
        """A parameter of the address; never a personal value."""
        return self.request.query_params.get(name, "")[:200]

    def may(self, *permissions: Permission) -> bool:
        """Whether the role holds one of these permissions."""
        held = policy().roles[self.actor.role].permissions
        return any(permission in held for permission in permissions)

    def draw(
        self,
        template: str,
        *,
        fragment: str = "",
        status: int = 0,
        form: Form | None = None,
        **context: object,
    ) -> Response:
        """The answer: the page, or its part `fragment` if htmx asks; with what the form was refused for."""
        shown = fragment if fragment and self.fragment else template
        form = self.form if form is None else form
        form.keeper = self.keeper
        context = {"may": self.may, **context, "form": form}
        return draw(self.request, shown, status=status or self.form.status, **context)

    def go(self, address: str, done: str = "") -> Response:
        """Send the browser on after a form was taken; `done` names a sentence of `messages`.

        Raises:
            Invalid: a field was noted as wrong, so nothing was taken: inside an attempt it is undone.
        """
        self.form.check()
        self._taken()
        if done:
            address += ("&" if "?" in address else "?") + f"hecho={done}"
        if self.fragment:
            headers = {"HX-Redirect": quote(address, safe=_OF_ADDRESSES), "Cache-Control": "no-store"}
            return Response(status_code=204, headers=headers)
        return RedirectResponse(address, 303, {"Cache-Control": "no-store"})

    def once(self, operation: str, payload: object, create: Callable[[], str]) -> str:
        """The code that `create` made under the key of the page's form, now or the first time.

        Raises:
            KeyReused: the form was sent before with other data.
            AppError: whatever `create` raises.
        """
        return once(self.act, self.form.key, operation, payload, create)

    def attempt(self) -> AbstractContextManager[None, bool]:
        """Do something that may be refused; a refusal undoes it whole and stays in the form to be shown.

        What was read before stays recorded. Return inside the block after success; what comes after the
        block shows the form again.

        Raises:
            AppError: what no form can mend (not found, not permitted, not available).
        """
        return cast("AbstractContextManager[None, bool]", self._attempt())  # it may swallow what was raised

    @contextmanager
    def _attempt(self) -> Iterator[None]:
        part = self.session.begin_nested()
        try:
            yield
            self._taken()
            part.commit()
        except FORM_REFUSALS as error:
            self._refused(part, error)
        except DATABASE_ERRORS as error:
            known = translated(error)
            if not isinstance(known, FORM_REFUSALS):
                raise
            self._refused(part, known)

    def _taken(self) -> None:
        """Throw away what was kept of the form that was sent: it was taken."""
        sent = self.form.sent.get(NAME) if self.form.sent is not None else None
        if isinstance(sent, str) and self.request.method not in SAFE:
            self.keeper.drop(sent)

    def _refused(self, part: _Part, error: AppError) -> None:
        if error.keeps_trace:
            part.commit()  # nothing but events was written, and what they tell of did happen
        else:
            part.rollback()
        told = recorded(self.request, error)
        if isinstance(told, Unauthenticated):
            raise told
        self.form.refuse(told)


async def open_page(request: Request, act: CurrentAct) -> AsyncIterator[Page]:
    """What a page of a signed-in person starts from; files it brought are let go of in the end."""
    speak(request)
    form = Form() if request.method in SAFE else Form(await sent_form(request))
    try:
        yield Page(request, act, form)
    finally:
        await request.close()


CurrentPage = Annotated[Page, Depends(open_page, scope="function")]
