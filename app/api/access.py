"""Signing in and out: `/auth`, and one's own account: `/me`."""

import base64
import binascii
import uuid
from typing import Annotated, Literal
from urllib.parse import unquote_plus

from fastapi import Depends, Form, Header, Request
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from app.api.answers import Answer, listing
from app.edge.deps import CurrentAct, CurrentActor, Public, SignedIn, means_of
from app.edge.routing import Branch
from app.edge.turns import ChecksPassword
from app.errors import Unauthenticated, UnsupportedMedia, refusal
from app.services.access.first_password import exchange_password
from app.services.access.own import change_password, who_am_i
from app.services.access.own_sessions import end_own_other_sessions, end_own_session, own_sessions
from app.services.access.sessions import LONGEST_REFRESH, Issued, end_session, open_session, refresh
from app.services.access.sign_in import REFUSED, sign_in
from app.services.access.views import (
    MeView,
    OwnSessionView,
    PasswordChangedView,
    SessionsEndedView,
    SignedOutView,
    TokenView,
)
from app.services.views import Listing

router = Branch(tags=["auth"])

LONGEST_SECRET = 512
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
Secret = Annotated[SecretStr, Field(min_length=1, max_length=LONGEST_SECRET)]


class TokenForm(BaseModel):
    """The OAuth 2 form. `otp` and `scope` are accepted without effect: what one may do follows the role."""

    model_config = ConfigDict(title="Inicio de sesión", hide_input_in_errors=True)

    grant_type: Annotated[Literal["password", "client_credentials"], Field(title="Tipo de inicio")] = (
        "password"
    )
    username: Annotated[str | None, Field(title="Usuario", min_length=1, max_length=150)] = None
    password: Annotated[Secret | None, Field(title="Contraseña")] = None
    otp: Annotated[SecretStr | None, Field(title="Código de un solo uso", max_length=16)] = None
    client_id: Annotated[str | None, Field(title="Sistema", max_length=150)] = None
    client_secret: Annotated[Secret | None, Field(title="Secreto del sistema")] = None
    scope: Annotated[str | None, Field(title="Alcance", max_length=500)] = None


class RefreshForm(BaseModel):
    """The OAuth 2 form of a refresh."""

    model_config = ConfigDict(title="Renovación", hide_input_in_errors=True)

    refresh_token: Annotated[
        SecretStr, Field(title="Token de renovación", min_length=1, max_length=LONGEST_REFRESH)
    ]
    grant_type: Annotated[Literal["refresh_token"], Field(title="Tipo")] = "refresh_token"


class PasswordIn(BaseModel):
    """A new password, with the present one."""

    model_config = ConfigDict(extra="forbid", title="Cambio de contraseña", hide_input_in_errors=True)

    old_password: Annotated[Secret, Field(title="Contraseña actual")]
    new_password: Annotated[Secret, Field(title="Contraseña nueva")]


class FirstPasswordIn(BaseModel):
    """The initial password that somebody else set, and one's own."""

    model_config = ConfigDict(extra="forbid", title="Primera contraseña", hide_input_in_errors=True)

    username: Annotated[str, Field(title="Usuario", min_length=1, max_length=150)]
    initial_password: Annotated[Secret, Field(title="Contraseña inicial")]
    new_password: Annotated[Secret, Field(title="Contraseña nueva")]


class SessionIn(BaseModel):
    """Which session of mine ends."""

    model_config = ConfigDict(extra="forbid", title="Cierre de una sesión mía")

    session: Annotated[uuid.UUID | Literal["others"], Field(title="Sesión, o `others`: todas menos esta")]


async def _form_sent(content_type: Annotated[str, Header(include_in_schema=False)] = FORMS[0]) -> None:
    """A form whose fields may all be absent reads any other body as an empty one."""
    if not content_type.lower().startswith(FORMS):
        raise UnsupportedMedia(f"Envíe el cuerpo como {FORMS[0]} (cabecera Content-Type).")


FormSent = Depends(_form_sent)


@router.post("/auth/token", dependencies=[Public(), FormSent, ChecksPassword()], summary="Iniciar sesión")
def token(
    form: Annotated[TokenForm, Form()],
    request: Request,
    authorization: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> Answer[TokenView]:
    """Gives an access token of ten minutes; to persons also a refresh token of one use.

    An initial password is answered 403 `password-change-required`: exchange it first (`/auth/password`).
    """
    service = form.grant_type == "client_credentials"
    name, secret = _system(form, authorization) if service else _person(form)
    return _answer(sign_in(means_of(request), name, secret, service=service))


@router.post(
    "/auth/password",
    dependencies=[Public(), ChecksPassword()],
    summary="Cambiar la contraseña inicial e ingresar",
)
def first_password(body: FirstPasswordIn, request: Request) -> Answer[TokenView]:
    """Exchanges the password that somebody else set for one's own, and gives tokens."""
    initial, new = body.initial_password.get_secret_value(), body.new_password.get_secret_value()
    return _answer(exchange_password(means_of(request), body.username, initial, new, open_session))


@router.post("/auth/refresh", dependencies=[Public()], summary="Renovar la sesión")
def renew(form: Annotated[RefreshForm, Form()], request: Request) -> Answer[TokenView]:
    """Exchanges a refresh token for new tokens. A token that was used before ends the session."""
    return _answer(refresh(means_of(request), form.refresh_token.get_secret_value()))


@router.post("/auth/logout", dependencies=[SignedIn()], summary="Cerrar la sesión")
def logout(act: CurrentAct) -> Answer[SignedOutView]:
    """Ends the session: its tokens are void at once."""
    end_session(act)
    return Answer({"signed_out": True})


@router.get("/me", dependencies=[SignedIn()], summary="Mi cuenta")
def me(act: CurrentAct) -> Answer[MeView]:
    """Who is signed in, in which unit, and what the role may do."""
    return Answer(who_am_i(act))


@router.post("/me/password", dependencies=[SignedIn(), ChecksPassword()], summary="Cambiar mi contraseña")
def password(body: PasswordIn, actor: CurrentActor, request: Request) -> Answer[PasswordChangedView]:
    """Sets a new password; the account's other sessions end at once."""
    change_password(
        means_of(request), actor, body.old_password.get_secret_value(), body.new_password.get_secret_value()
    )
    return Answer({"changed": True})


@router.get("/me/sessions", dependencies=[SignedIn()], summary="Mis sesiones abiertas")
def sessions(act: CurrentAct) -> Answer[Listing[OwnSessionView]]:
    """Newest first, with their beginning and their end at the latest."""
    return listing(own_sessions(act))


@router.post("/me/sessions/end", dependencies=[SignedIn()], summary="Cerrar sesiones mías")
def end_sessions(body: SessionIn, act: CurrentAct) -> Answer[SessionsEndedView]:
    """Ends one session, or all but the present one, at once."""
    if body.session == "others":
        end_own_other_sessions(act)
    else:
        end_own_session(act, body.session)
    return Answer({"ended": True})


def _answer(issued: Issued) -> Answer[TokenView]:
    body: TokenView = {
        "access_token": issued.access_token,
        "token_type": "Bearer",
        "expires_in": issued.expires_in,
    }
    if issued.refresh_token is not None and issued.refresh_expires_in is not None:
        body["refresh_token"] = issued.refresh_token
        body["refresh_expires_in"] = issued.refresh_expires_in
    return Answer(body, headers={"Pragma": "no-cache"})


def _person(form: TokenForm) -> tuple[str, str]:
    return _given("username", form.username), _given("password", form.password)


def _system(form: TokenForm, authorization: str | None) -> tuple[str, str]:
    """Id and secret of a system, from the header (RFC 6749, section 2.3.1) or the form, never from both."""
    if authorization is None:
        return _given("client_id", form.client_id), _given("client_secret", form.client_secret)
    if form.client_secret is not None:
        raise refusal(
            "client_secret",
            "missing",
            "Envíe las credenciales en la cabecera o en el formulario, no en ambos.",
        )
    return _basic(authorization)


def _basic(authorization: str) -> tuple[str, str]:
    scheme, _, encoded = authorization.partition(" ")
    try:
        text = base64.b64decode(encoded.strip(), validate=True).decode() if scheme.lower() == "basic" else ""
    except (binascii.Error, UnicodeDecodeError, ValueError):
        text = ""
    name, colon, secret = text.partition(":")
    if not colon or len(text) > LONGEST_SECRET * 2:
        raise Unauthenticated(REFUSED)
    return unquote_plus(name), unquote_plus(secret)


def _given(field: str, value: str | SecretStr | None) -> str:
    text = value.get_secret_value() if isinstance(value, SecretStr) else value
    if not text:
        raise refusal(field, "missing", "Falta este dato.")
    return text
