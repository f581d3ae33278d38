"""Static files: read once, compressed once, served under an address that changes with their content."""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from fastapi import Request
from starlette.responses import Response

from app.edge.deps import Public
from app.edge.routing import Branch
from app.errors import NotFound

router = Branch()

_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".json": "application/json"}
_FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    """One static file."""

    body: bytes
    packed: bytes
    media_type: str


@cache
def assets() -> dict[str, Asset]:
    """Every static file by name."""
    found = {}
    for file in files("app.web").joinpath("static").iterdir():
        if file.is_file() and not file.name.endswith(".md"):
            body = file.read_bytes()
            suffix = file.name[file.name.rfind(".") :]
            kind = _TYPES.get(suffix) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
            found[file.name] = Asset(body, gzip.compress(body, 9, mtime=0), kind)
    return found


@cache
def version() -> str:
    """A short digest of all static files: modules that import each other change address together."""
    digest = hashlib.sha256()
    for name, asset in sorted(assets().items()):
        digest.update(name.encode() + b"\0" + hashlib.sha256(asset.body).digest())
    return digest.hexdigest()[:12]


def static(name: str) -> str:
    """The address of a static file.

    Raises:
        KeyError: there is no such file (a mistake in a template).
    """
    if name not in assets():
        raise KeyError(name)
    return f"/estatico/{version()}/{name}"


@router.get("/estatico/{edition}/{name}", dependencies=[Public()])
def serve(edition: str, name: str, request: Request) -> Response:
    """A static file; of another edition the present one, which nobody keeps."""
    asset = assets().get(name)
    if asset is None:
        raise NotFound("No existe ese archivo.")
    headers = {"Cache-Control": _FOREVER if edition == version() else "no-cache", "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        return Response(
            asset.packed, headers={**headers, "Content-Encoding": "gzip"}, media_type=asset.media_type
        )
    return Response(asset.body, headers=headers, media_type=asset.media_type)
