"""Plain ASGI middleware: a limit on bodies, HEAD, and the headers every answer carries."""

from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.edge.problems import too_large

_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
]


class SafeHeaders:
    """Add the security headers to every answer; a page has a policy of its own, which stays."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; extend the start of the answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name for name, _ in message["headers"]}
                more = [header for header in _HEADERS if header[0] not in given]
                message["headers"] = [*message["headers"], *more]
            await send(message)

        await self.app(scope, receive, with_headers)


class Heads:
    """Answer HEAD as GET without the body: whoever asks whether something is there is told, and recorded."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on as GET; keep the start of the answer and its headers."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self.app({**scope, "method": "GET"}, receive, without_body)


class BodyLimit:
    """Answer 413 to bodies over `limit` bytes, whether announced or not.

    `exempt`: endings of paths whose routes take longer bodies and count them themselves.
    """

    def __init__(self, app: ASGIApp, limit: int, exempt: tuple[str, ...] = ()) -> None:
        self.app = app
        self.limit = limit
        self.exempt = exempt

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count what is received; past the limit the rest is not read and the answer becomes 413."""
        if (
            scope["type"] != "http"
            or not _carries(scope)
            or (self.exempt and scope["path"].endswith(self.exempt))
        ):
            await self.app(scope, receive, send)
            return
        if _announced(scope) > self.limit:
            await too_large(Request(scope))(scope, receive, send)
            return
        received, started, refused = 0, False, False

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self.limit:
                return {"type": "http.disconnect"}
            return message

        async def watched(message: Message) -> None:
            nonlocal started, refused
            if received > self.limit and not started:
                refused = True
                return
            started = True
            await send(message)

        try:
            await self.app(scope, counted, watched)
        except ClientDisconnect:
            refused = refused or received > self.limit
        if refused or (received > self.limit and not started):
            await too_large(Request(scope))(scope, receive, send)


def _carries(scope: Scope) -> bool:
    """Whether a body comes with the request: HTTP 1 says so before it (RFC 9112, 6)."""
    return scope.get("http_version") not in {"1.0", "1.1"} or any(
        name in {b"content-length", b"transfer-encoding"} for name, _ in scope["headers"]
    )


def _announced(scope: Scope) -> int:
    """Bytes that a request says it carries; 0 where it does not say."""
    told = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
    return int(told) if told.isdigit() else 0
