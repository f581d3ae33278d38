"""`/healthz`, `/readyz`, `/metrics`: for the operator, never about a person."""

import hmac
import ipaddress
from typing import Annotated, Literal

from fastapi import Header, Request
from pydantic import Field
from starlette.responses import PlainTextResponse, Response
from typing_extensions import TypedDict

from app.api.answers import Answer
from app.edge.deps import CurrentRuntime, Public
from app.edge.routing import Branch
from app.errors import NotFound, Unavailable

router = Branch(tags=["operation"])


class HealthView(TypedDict):
    """That it answers."""

    status: Annotated[Literal["ok"], Field(description="Que atiende")]


@router.get("/healthz", dependencies=[Public()], summary="El proceso vive")
async def healthz() -> Answer[HealthView]:
    """The process answers."""
    return Answer({"status": "ok"})


@router.get("/readyz", dependencies=[Public()], summary="Listo para atender")
def readyz(runtime: CurrentRuntime) -> Answer[HealthView]:
    """The database answers too."""
    if not runtime.database.ready():
        raise Unavailable
    return Answer({"status": "ok"})


@router.get("/metrics", dependencies=[Public()], summary="Métricas", response_class=PlainTextResponse)
def metrics(
    request: Request,
    runtime: CurrentRuntime,
    authorization: Annotated[str | None, Header(title="Token de métricas")] = None,
) -> Response:
    """Pool figures and broken seals in the Prometheus text format, on loopback or with the metrics token."""
    if not _may_measure(request, runtime.settings.metrics_token, authorization):
        raise NotFound
    checked_out, size = runtime.database.pool_usage()
    text = (
        "# TYPE ruv_db_connections_in_use gauge\n"
        f"ruv_db_connections_in_use {checked_out}\n"
        "# TYPE ruv_db_pool_size gauge\n"
        f"ruv_db_pool_size {size}\n"
        "# TYPE ruv_broken_seals_total counter\n"
        f"ruv_broken_seals_total {runtime.database.broken_seals}\n"
    )
    return PlainTextResponse(text)


def _may_measure(request: Request, token: object, authorization: str | None) -> bool:
    secret = token.get_secret_value() if token is not None and hasattr(token, "get_secret_value") else None
    if secret is not None:
        return authorization is not None and hmac.compare_digest(
            authorization.encode(), f"Bearer {secret}".encode()
        )
    host = request.client.host if request.client else ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
