"""What is told of one's own account, its tokens and its sessions."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from app.services.views import NamedView


class TokenView(TypedDict):
    """Tokens, as OAuth 2 answers them (RFC 6749, section 5.1); a system gets none to renew with."""

    access_token: str
    token_type: Literal["Bearer"]
    expires_in: int
    refresh_token: NotRequired[str]
    refresh_expires_in: NotRequired[int]


class MeView(TypedDict):
    """Who is signed in, and what the role may do."""

    username: str
    role: Annotated[str, Field(description="Función de la cuenta (código)", examples=["prosecutor"])]
    role_label: str
    supervisor: bool
    service_account: bool
    unit: NamedView
    institution: NamedView
    permissions: list[str]


class SessionView(TypedDict):
    """A session that is open."""

    session: str
    since: datetime
    ends: datetime


class OwnSessionView(SessionView):
    """A session of one's own that is open."""

    current: bool


class SignedOutView(TypedDict):
    """That one's session is over."""

    signed_out: bool


class PasswordChangedView(TypedDict):
    """That one's password is another."""

    changed: bool


class SessionsEndedView(TypedDict):
    """That sessions are over."""

    ended: bool
