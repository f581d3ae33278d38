"""What the interface refuses with, as a page for who writes a client: from the code, never by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from app.errors import AppError
from app.records.errors import FALLBACK, MESSAGES
from app.services.victims.single_interview import SingleInterview

PATH = "docs/errores.md"
"""Where the page is kept, from the root of the repository."""

WAYS: dict[str, str] = {
    "bad-request": "Corrija la solicitud: el detalle dice qué parte no se pudo leer.",
    "unauthenticated": "Pida un token nuevo con su usuario y contraseña.",
    "session-locked": "Escriba de nuevo su contraseña en la página.",
    "agreement-pending": "Lea y acepte el compromiso de confidencialidad en la página.",
    "forbidden": "Su función no lo permite; pídalo a quien sí puede. Repetir no sirve.",
    "password-change-required": "Cambie la contraseña inicial con `POST /api/v1/auth/password`.",
    "not-found": "Revise el código. La respuesta es la misma si no existe que si su unidad no participa.",
    "broken-seal": "No escriba encima; avise al Oficial de Datos Personales.",
    "conflict": "El detalle dice con qué se contradice; léalo de nuevo y decida.",
    "contradiction": "Revise en `contradictions` qué clases de datos no pueden ser de una persona.",
    "key-reused": "Use otra `Idempotency-Key`: esta ya sirvió para otros datos.",
    "possible-duplicate": "Consulte a la unidad que se nombra; si es otra, repita con `not_duplicate`.",
    "single-interview": "Diga el motivo de otra entrevista y quién la ordenó.",
    "stale-version": "Lea otra vez, compare y repita el cambio con la nueva `ETag`.",
    "too-large": "Reduzca lo que envía o divídalo.",
    "unsupported-media": "Envíe el tipo de contenido que dice el detalle.",
    "invalid": "Corrija los campos de `errors`; cada uno dice cómo.",
    "precondition-required": "Envíe en `If-Match` la `ETag` de su última lectura.",
    "too-many": "Espere los segundos de `Retry-After`.",
    "bad-gateway": "La otra institución respondió mal; siga sin su dato y repita más tarde.",
    "unavailable": "No se hizo nada; repita en un momento, con la misma `Idempotency-Key`.",
    "gateway-timeout": "La otra institución tardó; siga sin su dato y repita más tarde.",
}
"""The way out of each, for who writes a client."""
_ADDRESS = "Revise la dirección y el método; `Allow` dice cuáles hay."
_INTERNAL = "No se guardó nada; avise a quien opera el servicio."


def kinds() -> list[type[AppError]]:
    """Every kind of error that is answered, by status and type."""
    found = {*_below(AppError), SingleInterview}
    return sorted(found, key=lambda kind: (kind.status, kind.type))


def _below(kind: type[AppError]) -> Iterator[type[AppError]]:
    for narrower in kind.__subclasses__():
        if "type" in vars(narrower):  # else it is told of as what it is a case of
            yield narrower
        yield from _below(narrower)


class Way(NamedTuple):
    """A kind of problem, and what to do about it."""

    type: str
    status: str
    title: str
    way: str


def ways() -> list[Way]:
    """Every kind of problem, those that come from no error of ours too."""
    return [
        *(Way(f"urn:ruv:problem:{k.type}", str(k.status), k.title, WAYS[k.type]) for k in kinds()),
        Way("urn:ruv:problem:http-…", "404, 405, 406", "según el estado", _ADDRESS),
        Way("urn:ruv:problem:internal", "500", "Error interno", _INTERNAL),
    ]


def render() -> str:
    """The page."""
    rows = [f"| {one.status} | `{one.type}` | {one.title} | {one.way} |" for one in ways()]
    codes = [f"| `{code}` | {message} |" for code, message in MESSAGES.items()]
    return "\n".join(
        [
            "# Errores de la interfaz",
            "",
            "Se genera del código con `ruv docs`; no se edita a mano.",
            "",
            "Toda respuesta de error es `application/problem+json` (RFC 9457): `type`, `title`, `status`,",
            "`detail` en español y, si hay campos por corregir, `errors` con `field`, `code` y `message`.",
            "Nunca repite un dato de la persona.",
            "",
            "| Estado | `type` | Título | Qué hacer |",
            "|---:|---|---|---|",
            *rows,
            "",
            "## Códigos de campos",
            "",
            "Los de formato y de catálogo; cada parte del registro agrega los de sus reglas, con su frase.",
            "",
            "| `code` | `message` |",
            "|---|---|",
            *codes,
            f"| otro | la frase de la regla, o: {FALLBACK} |",
            "",
        ]
    )
