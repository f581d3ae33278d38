"""Errors the service answers with (RFC 9457). Texts are Spanish and never hold a personal value."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from app.records.errors import FieldError

REVIEW: Final = "Revise los campos indicados."
CHOOSE: Final = "Elija una opción de la lista."
_MOST_CHOICES: Final = 60
"""Of a longer list, what a field takes is in its catalogue."""


def wrong(field: str, code: str, message: str, choices: Iterable[str] = ()) -> FieldError:
    """What is wrong with a field; the sentence is for a person, the choices are for programs."""
    error: FieldError = {"field": field, "code": code, "message": message}
    if (known := list(choices)) and len(known) <= _MOST_CHOICES:
        error["choices"] = known
    return error


def unknown_code(field: str, choices: Iterable[str], code: str = "unknown_code") -> FieldError:
    """What is wrong with a field whose code is not of its list."""
    return wrong(field, code, CHOOSE, choices)


def refuse_if(errors: list[FieldError]) -> None:
    """Refuse what was sent if any of its fields is wrong, all of them at once.

    Raises:
        Invalid: `errors` is not empty.
    """
    if errors:
        raise Invalid(REVIEW, errors=errors)


def refusal(field: str, code: str, message: str, choices: Iterable[str] = ()) -> Invalid:
    """The refusal of one field, in its words."""
    return Invalid(message, errors=[wrong(field, code, message, choices)])


class AppError(Exception):
    """Base of every error with an HTTP status; raised to roll the transaction back."""

    status: ClassVar[int] = 500
    type: ClassVar[str] = "error"
    title: ClassVar[str] = "Error"
    action: ClassVar[str] = "denied"
    """What the trace calls it, where it is recorded."""
    keeps_trace: ClassVar[bool] = False
    """Raised before anything but events was written: they are kept, as what they tell of did happen."""

    def __init__(self, detail: str, *, errors: list[FieldError] | None = None, **extra: object) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = errors or []
        self.extra = extra

    def problem(self) -> dict[str, object]:
        """The problem document."""
        body: dict[str, object] = {
            "type": f"urn:ruv:problem:{self.type}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
        }
        if self.errors:
            body["errors"] = self.errors
        body.update(self.extra)
        return body


class BadRequest(AppError):
    """The request cannot be read at all."""

    status = 400
    type = "bad-request"
    title = "Solicitud incorrecta"


class Unauthenticated(AppError):
    """Nobody is signed in, or no longer."""

    status = 401
    type = "unauthenticated"
    title = "Inicie sesión"


class SessionLocked(Unauthenticated):
    """The browser's session waits for its owner's password."""

    type = "session-locked"
    title = "Sesión bloqueada"


class AgreementPending(Unauthenticated):
    """The rules of confidentiality in force have not been agreed to yet."""

    type = "agreement-pending"
    title = "Falta aceptar el compromiso de confidencialidad"


class Forbidden(AppError):
    """In scope, but not permitted."""

    status = 403
    type = "forbidden"
    title = "No permitido"


class PasswordChangeRequired(Forbidden):
    """The password is right, but somebody else set it: its owner exchanges it for her own first."""

    type = "password-change-required"
    title = "Cambie su contraseña inicial"

    def __init__(
        self, detail: str = "Su contraseña es inicial. Cámbiela por una propia para poder ingresar."
    ) -> None:
        super().__init__(detail)


class NotFound(AppError):
    """It does not exist, or the actor has no part in it: the answer is the same."""

    status = 404
    type = "not-found"
    title = "No encontrado"

    def __init__(self, detail: str = "No existe o su unidad no participa en él.") -> None:
        super().__init__(detail)


class Conflict(AppError):
    """It contradicts what is there already."""

    status = 409
    type = "conflict"
    title = "Conflicto"


class KeyReused(Conflict):
    """The idempotency key of a creation was used before, with other data."""

    type = "key-reused"
    title = "Ya se envió"

    def __init__(self) -> None:
        super().__init__("Esa Idempotency-Key ya se usó con otros datos. Use una nueva.")


class PossibleDuplicate(Conflict):
    """The person seems to be registered; says which unit to ask. Raised before anything is written."""

    type = "possible-duplicate"
    title = "Persona posiblemente ya registrada"
    keeps_trace = True


class BrokenSeal(Conflict):
    """What is asked for, or would be written over, was sealed and does not open: lost, or altered."""

    type = "broken-seal"
    title = "Sello roto"

    def __init__(
        self,
        detail: str = "Este dato no se puede abrir: el sello está roto. Avise al Oficial de Datos "
        "Personales. No escriba encima.",
    ) -> None:
        super().__init__(detail)


class Contradicted(Conflict):
    """Two records that cannot be one person; `contradictions` says of which kind, never what they say."""

    type = "contradiction"
    title = "Los dos registros se contradicen"


class StaleVersion(AppError):
    """Somebody changed it in the meantime (lost race on If-Match)."""

    status = 412
    type = "stale-version"
    title = "Otra persona lo modificó"

    def __init__(
        self,
        detail: str = "El registro cambió desde que lo abrió. Vuelva a leerlo y repita su cambio.",
        **extra: object,
    ) -> None:
        super().__init__(detail, errors=None, **extra)


class TooLarge(AppError):
    """More bytes than are taken."""

    status = 413
    type = "too-large"
    title = "Demasiado grande"


class UnsupportedMedia(AppError):
    """A file of a kind that is not taken."""

    status = 415
    type = "unsupported-media"
    title = "Formato no admitido"


class Invalid(AppError):
    """Fields that are wrong; `errors` names each and the way out."""

    status = 422
    type = "invalid"
    title = "Datos no válidos"


class PreconditionRequired(AppError):
    """A change that does not say which version it changes."""

    status = 428
    type = "precondition-required"
    title = "Falta If-Match"

    def __init__(
        self, detail: str = "Envíe la cabecera If-Match con la etiqueta ETag de la última lectura."
    ) -> None:
        super().__init__(detail)


class TooMany(AppError):
    """Too many attempts in too short a time."""

    status = 429
    type = "too-many"
    title = "Demasiados intentos"


class BadGateway(AppError):
    """Another institution's service gave no answer, or none that can be used."""

    status = 502
    type = "bad-gateway"
    title = "La otra institución no responde"


class GatewayTimeout(AppError):
    """Another institution's service took too long."""

    status = 504
    type = "gateway-timeout"
    title = "La otra institución tarda demasiado"


class Unavailable(AppError):
    """The trace cannot be written or the database is away: no answer without a trace."""

    status = 503
    type = "unavailable"
    title = "Servicio no disponible"

    def __init__(
        self, detail: str = "El servicio no está disponible. Intente de nuevo en un momento."
    ) -> None:
        super().__init__(detail)
