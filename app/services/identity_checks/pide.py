"""Two look-ups of the PIDE behind one interface: RENIEC by DNI, Migraciones by carné de extranjería.

What is sent is the number and the credentials of the institution that asks: never why. The number travels in
the body, not in the address, which proxies write down. The contract and what is not known of it:
docs/verificacion-de-identidad.md.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import httpx

from app.config import Settings
from app.errors import BadGateway, GatewayTimeout
from app.matching import normalise_number

ATTEMPTS = 2
"""A look-up changes nothing at the other side, so it may be tried once more."""

LARGEST_ANSWER = 4_000_000
"""Bytes. RENIEC sends a photograph along, which is thrown away unread."""

_DEEPEST = 5
_LONGEST_NAME = 200
_AWAY = frozenset({502, 503, 504})


class Outcome(StrEnum):
    """What the issuer says of a number."""

    FOUND = "ENCONTRADO"
    NOT_FOUND = "NO_ENCONTRADO"
    WITHHELD = "RESERVADO"
    """It exists, and the issuer does not say whose it is (RENIEC: a minor)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the issuer says: names by field of `identity`, none unless found. Never stored."""

    outcome: Outcome
    names: dict[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Issuer:
    """An office that issues documents and its service on the platform.

    Attributes:
        number: name of the number in the request.
        code: name of the result in the answer, and what its values mean.
        names: fields of `identity` by their names in the answer.
    """

    name: str
    path: str
    number: str
    code: str
    outcomes: Mapping[str, Outcome]
    names: Mapping[str, str]


RENIEC = Issuer(
    "RENIEC",
    "RENIEC/Consultar",
    "nuDniConsulta",
    "coResultado",
    {"0000": Outcome.FOUND, "0999": Outcome.NOT_FOUND, "0001": Outcome.WITHHELD},
    {"prenombres": "given_names", "apPrimer": "first_surname", "apSegundo": "second_surname"},
)
MIGRACIONES = Issuer(
    "MIGRACIONES",
    "Migraciones/CarnetExtranjeria",
    "strNumDocumento",
    "strNumRespuesta",
    {"0000": Outcome.FOUND, "0001": Outcome.NOT_FOUND},
    {
        "strNombres": "given_names",
        "strPrimerApellido": "first_surname",
        "strSegundoApellido": "second_surname",
    },
)


class Pide:
    """The platform as this installation may use it."""

    def __init__(self, url: str, timeout: float, accounts: Mapping[str, Mapping[str, str]]) -> None:
        """Nothing is opened yet.

        Args:
            url: base address of the REST services.
            timeout: seconds one attempt may take, from first to last byte.
            accounts: what each issuer wants to know of who asks, by document type; a type left out is not
                asked about.
        """
        self._url = url.rstrip("/")
        self._timeout = timeout
        self._accounts = accounts

    def issuer_of(self, document_type: str) -> Issuer | None:
        """Who is asked about a type of document; None: nobody here."""
        issuer = {"DNI": RENIEC, "CE": MIGRACIONES}.get(document_type)
        return issuer if document_type in self._accounts else None

    def look_up(self, document_type: str, number: str) -> Answer:
        """Ask the issuer of the document type whose number this is.

        Raises:
            BadGateway: no answer, or none that can be understood.
            GatewayTimeout: it took too long.
        """
        issuer = self.issuer_of(document_type)
        if issuer is None:
            raise LookupError("no issuer is configured for this type of document")
        wanted = normalise_number(number)
        if issuer is RENIEC:
            wanted = wanted[:8]  # without the check digit
        body = {"PIDE": {**self._accounts[document_type], issuer.number: wanted}}
        return _understood(issuer, self._asked(f"{self._url}/{issuer.path}", body))

    def _asked(self, url: str, body: Mapping[str, object]) -> bytes:
        slow = False
        with httpx.Client(timeout=self._timeout) as client:
            for _ in range(ATTEMPTS):
                try:
                    return self._attempt(client, url, body)
                except httpx.TimeoutException:
                    slow = True
                except (httpx.TransportError, httpx.HTTPStatusError):
                    slow = False
        if slow:
            raise GatewayTimeout(
                "La entidad emisora no respondió a tiempo. No se cambió nada; intente luego."
            )
        raise BadGateway("No se pudo consultar a la entidad emisora. No se cambió nada; intente luego.")

    def _attempt(self, client: httpx.Client, url: str, body: Mapping[str, object]) -> bytes:
        """One request, bounded in time and size as a whole.

        Raises:
            httpx.TransportError, httpx.HTTPStatusError: worth another attempt.
            BadGateway: refused, or too large.
        """
        end = time.monotonic() + self._timeout
        received = bytearray()
        with client.stream("POST", url, params={"out": "json"}, json=body) as response:
            if response.status_code in _AWAY:
                response.raise_for_status()
            if response.status_code != httpx.codes.OK:
                raise _not_understood()
            for part in response.iter_bytes():
                received += part
                if len(received) > LARGEST_ANSWER:
                    raise _not_understood()
                if time.monotonic() > end:
                    raise httpx.ReadTimeout("the answer trickles", request=response.request)
        return bytes(received)


def pide_of(settings: Settings) -> Pide | None:
    """The platform as the settings give it; None: switched off.

    An issuer without complete credentials is not asked.
    """
    if settings.pide_url is None:
        return None
    password = settings.pide_password.get_secret_value() if settings.pide_password else ""
    accounts = {
        "DNI": {
            "nuDniUsuario": settings.pide_user,
            "nuRucUsuario": settings.pide_ruc,
            "password": password,
        },
        "CE": {
            "strCodInstitucion": settings.pide_institution,
            "strMac": settings.pide_mac,
            "strNroIp": settings.pide_ip,
            "strTipoDocumento": "CE",
        },
    }
    complete = {
        kind: {name: value or "" for name, value in account.items()}
        for kind, account in accounts.items()
        if all(account.values())
    }
    return Pide(settings.pide_url, settings.pide_timeout, complete)


def _not_understood() -> BadGateway:
    return BadGateway("La entidad emisora no dio una respuesta que se entienda. No se cambió nada.")


def _understood(issuer: Issuer, raw: bytes) -> Answer:
    try:
        result = _result(json.loads(raw), issuer.code)
    except (ValueError, RecursionError):
        result = None
    if result is None:
        raise _not_understood()
    outcome = issuer.outcomes.get(str(result[issuer.code]))
    if outcome is None:
        raise BadGateway(
            "La entidad emisora rechazó la consulta (credenciales o cupo diario). Avise a soporte."
        )
    if outcome is not Outcome.FOUND:
        return Answer(outcome)
    person = next((v for v in result.values() if isinstance(v, dict)), result)
    names = {ours: text for theirs, ours in issuer.names.items() if (text := _text(person.get(theirs)))}
    if "given_names" not in names:
        raise _not_understood()
    return Answer(outcome, names)


def _result(answer: object, code: str, depth: int = 0) -> dict[str, object] | None:
    """The object that holds the result code: the services wrap it in one or two others."""
    if not isinstance(answer, dict) or depth > _DEEPEST:
        return None
    if code in answer:
        return answer
    found = (_result(part, code, depth + 1) for part in answer.values())
    return next((part for part in found if part is not None), None)


def _text(value: object) -> str:
    return " ".join(value.split())[:_LONGEST_NAME] if isinstance(value, str) else ""
