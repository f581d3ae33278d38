"""What routes depend on: who acts, what the route needs, and one transaction a request."""

from typing import Annotated, Any

from fastapi import Depends, Header, Request
from fastapi.security import OAuth2PasswordBearer

from app.access.act import CARE, Act
from app.access.actor import Actor
from app.access.guard import require
from app.access.permissions import Permission
from app.access.tokens import TokenInvalid
from app.edge.browser import browser_actor
from app.edge.installation import get_runtime
from app.edge.parameters import refuse_parameters_unread
from app.edge.preconditions import refuse_version_unread
from app.errors import BadRequest, Unauthenticated
from app.runtime import Runtime
from app.services.access.sessions import Means
from app.services.access.tries import Source

bearer = OAuth2PasswordBearer(tokenUrl="/api/v1/auth/token", auto_error=False)

LONGEST_KEY = 200
NO_PAGES = ("/api/", "/healthz", "/readyz", "/metrics", "/openapi.json")


def is_json(request: Request) -> bool:
    """Whether the request is to the JSON interface or to the operator's routes, not to a page."""
    return request.url.path.startswith(NO_PAGES)


async def current_runtime(request: Request) -> Runtime:
    """The installation that the application serves, without a trip to a thread."""
    return get_runtime(request)


CurrentRuntime = Annotated[Runtime, Depends(current_runtime)]


async def current_actor(request: Request, token: Annotated[str | None, Depends(bearer)]) -> Actor:
    """The actor of the request: of a page the one its cookie names, of the JSON interface the token's.

    A cookie opens no route of the JSON interface, and a token no page. That the session is still open is
    checked with the first statement.

    Raises:
        Unauthenticated: nobody is signed in.
    """
    actor = _token_actor(request, token) if is_json(request) else await browser_actor(request)
    request.state.actor = actor
    return actor


def _token_actor(request: Request, token: str | None) -> Actor:
    if not token:
        raise Unauthenticated("Envíe un token de acceso (Authorization: Bearer).")
    try:
        claims = get_runtime(request).tokens.verify(token)
    except TokenInvalid as error:
        raise Unauthenticated("El token de acceso no es válido o ya venció.") from error
    return Actor(
        user_id=claims.user_id,
        username="",
        unit_id=claims.unit_id,
        institution_id=claims.institution_id,
        role=claims.role,
        unit_wide=claims.unit_wide,
        session_id=claims.session_id,
    )


CurrentActor = Annotated[Actor, Depends(current_actor)]


class RouteGuard:
    """What a route declares of itself: a permission, a sign-in only, or that it is public.

    Whom it lets in, it tells too that a version was sent which nothing here looks at.
    """

    permission: Permission | None = None
    any_of: tuple[Permission, ...] = ()


def refuse_what_is_unread(request: Request) -> None:
    """Refuse a version, or a parameter of the JSON interface, that the route does not look at.

    Raises:
        BadRequest: a version.
        Invalid: a parameter.
    """
    refuse_version_unread(request)
    if is_json(request):
        refuse_parameters_unread(request)


class _Requires(RouteGuard):
    def __init__(self, permission: Permission, *others: Permission) -> None:
        self.permission = permission
        self.any_of = (permission, *others)

    async def __call__(self, request: Request, actor: CurrentActor) -> None:
        require(actor, *self.any_of)
        refuse_what_is_unread(request)


class _SignedIn(RouteGuard):
    async def __call__(self, request: Request, actor: CurrentActor) -> None:  # noqa: ARG002 - that there is one
        """Any signed-in user."""
        refuse_what_is_unread(request)


class _Public(RouteGuard):
    async def __call__(self, request: Request) -> None:
        """Nobody needs to sign in here."""
        refuse_version_unread(request)


def Requires(permission: Permission, *others: Permission) -> Any:  # noqa: N802 - reads as the declaration it is
    """Route dependency: the actor's role must hold `permission`, or one of the others."""
    return Depends(_Requires(permission, *others))


def SignedIn() -> Any:  # noqa: N802
    """Route dependency: any signed-in user, for one's own account."""
    return Depends(_SignedIn())


def Public() -> Any:  # noqa: N802
    """Route dependency: open to everybody; every use is listed in the access tests."""
    return Depends(_Public())


async def current_act(request: Request, actor: CurrentActor) -> Act:
    """Who asks, to attend to a person unless told otherwise, in one transaction a request.

    `Branch` runs the route's function within that transaction: it is committed before the answer is sent,
    and rolled back by any exception. Nothing asks the database before.
    """
    return Act(get_runtime(request).database.open_session(actor), CARE)


CurrentAct = Annotated[Act, Depends(current_act)]


def means_of(request: Request) -> Means:
    """What signing in works with in this installation, and where the request comes from."""
    runtime = get_runtime(request)
    settings = runtime.settings
    return Means(
        runtime.database,
        runtime.tokens,
        runtime.password_cost,
        settings.session_hours,
        settings.session_idle_minutes,
        settings.sign_in_failures_per_address,
        Source(request.client.host if request.client else "", getattr(request.state, "device", "")),
    )


_OWN = "Un texto propio de cada envío: si la respuesta se pierde, se repite con el mismo y nada se duplica."


async def idempotency_key(
    idempotency_key: Annotated[str | None, Header(title="Clave del envío", description=_OWN)] = None,
) -> str | None:
    """The `Idempotency-Key` header of a creation.

    Raises:
        BadRequest: longer than 200 characters or not printable ASCII.
    """
    if idempotency_key is None:
        return None
    if not (
        0 < len(idempotency_key) <= LONGEST_KEY
        and idempotency_key.isascii()
        and idempotency_key.isprintable()
    ):
        raise BadRequest("La cabecera Idempotency-Key lleva de 1 a 200 caracteres ASCII.")
    return idempotency_key


IdempotencyKey = Annotated[str | None, Depends(idempotency_key)]


def etag(version: int) -> dict[str, str]:
    """The `ETag` header of a version."""
    return {"ETag": f'"{version}"'}
