"""Passwords: Argon2id, and the few rules that NIST SP 800-63B-4 asks of a password used alone.

Length counts, composition does not: at least 15 characters and nothing that a guesser tries first.
"""

import re
import secrets
import threading
import unicodedata
from functools import cache
from itertools import pairwise
from typing import Final, NamedTuple

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

__all__ = [
    "LONGEST",
    "SHORTEST",
    "STANDARD",
    "Cost",
    "PasswordRefused",
    "check_policy",
    "dummy_verify",
    "hash_password",
    "needs_rehash",
    "verify_password",
]

SHORTEST: Final = 15
LONGEST: Final = 128


class Cost(NamedTuple):
    """Work of one hash."""

    memory_kib: int
    passes: int
    lanes: int


STANDARD: Final = Cost(memory_kib=64 * 1024, passes=3, lanes=1)
"""RFC 9106's second recommended option (64 MiB, 3 passes) with one lane in place of four, since the
cores are the requests'; over three times the memory of OWASP's minimum (19 MiB, 2 passes)."""

# Each hash holds its whole memory: a burst of sign-ins must queue here and not exhaust the machine.
_AT_ONCE: Final = threading.BoundedSemaphore(4)

_MOST_DISTINCT_REPEATED: Final = 5
_LEAST_OWN_CHARACTERS: Final = 8
_SHORTEST_NAME_PART: Final = 4
_ROWS: Final = ("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm")
_LOOKALIKES: Final = str.maketrans("01345789@$!|", "oieastbgasil")
# Folded (no accents, lower case); words around which people build a password when made to.
_COMMON_WORDS: Final = """
    contrasena contrasenia password passw0rd clave acceso secreto secreta ingreso usuario usuaria admin
    administrador administradora administrator root sistema sistemas temporal cambiar cambiame changeme
    welcome bienvenido bienvenida letmein default invitado prueba pruebas test demo hola adios computadora
    internet windows facebook google whatsapp qwerty qwertyuiop asdfgh asdfghjkl zxcvbnm abc iloveyou
    teamo teamomucho amor corazon princesa estrella jesus jesuscristo dios diosesamor virgen maria
    familia mama papa hijos chocolate mariposa dragon monkey superman batman pokemon football futbol
    peru peruano peruana vivaperu arriba alianza alianzalima universitario cristal seleccion lima
    callao cusco arequipa trujillo piura loreto ucayali madrededios tumbes tacna puno
    ministerio mimp mininter minsa minjus policia nacional pnp fiscalia fiscal poderjudicial gobierno
    registro registrounico nacionalde victima victimas trata tratadepersonas personas ruv trata2024
    enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre noviembre diciembre
    lunes martes miercoles jueves viernes sabado domingo verano invierno primavera otono
    january february march april june july august september october november december summer winter
"""
_COMMON: Final = tuple(sorted(_COMMON_WORDS.split(), key=len, reverse=True))


class PasswordRefused(ValueError):
    """A new password breaks the policy. The message says why, in Spanish, and repeats none of it."""


def hash_password(password: str, *, cost: Cost = STANDARD) -> str:
    """Hash a password (Argon2id, 16 bytes of salt, 32 of hash) in the PHC string format.

    Raises:
        PasswordRefused: it has characters that are not text (lone surrogates).
    """
    try:
        encoded = _normal(password).encode()
    except UnicodeEncodeError:
        encoded = None
    if encoded is None:  # raised outside the handler: the codec's error carries the password
        raise PasswordRefused("La contraseña tiene caracteres que no son texto.")
    with _AT_ONCE:
        return _hasher(cost).hash(encoded)


def verify_password(stored: str, password: str) -> bool:
    """Whether the password is the one of the stored hash; a damaged hash or password is simply no."""
    if len(password) > LONGEST * 4:
        return False
    try:
        with _AT_ONCE:
            return _hasher(STANDARD).verify(stored, _normal(password).encode())
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False


def needs_rehash(stored: str, *, cost: Cost = STANDARD) -> bool:
    """Whether a hash was made with another cost; rehash it at the next successful sign-in.

    Raises:
        argon2.exceptions.InvalidHashError: not an Argon2 hash.
    """
    return _hasher(cost).check_needs_rehash(stored)


def dummy_verify(password: str, *, cost: Cost = STANDARD) -> None:
    """Spend the time of a real check, so that an unknown user answers no faster than a known one."""
    verify_password(_nobodys_hash(cost), password)


def check_policy(password: str, username: str) -> None:
    """Refuse a new password that is too short, too long, or among the first that a guesser tries.

    Raises:
        PasswordRefused: with the reason in Spanish.
    """
    text = _normal(password)
    if len(text) < SHORTEST:
        raise PasswordRefused(f"La contraseña debe tener al menos {SHORTEST} caracteres.")
    if len(text) > LONGEST:
        raise PasswordRefused(f"La contraseña puede tener como máximo {LONGEST} caracteres.")
    folded = _folded(text)
    if _names(username, folded):
        raise PasswordRefused("La contraseña no puede contener el nombre de usuario.")
    if _repeats(folded):
        raise PasswordRefused("La contraseña no puede ser una repetición.")
    if _mostly_sequence(folded):
        raise PasswordRefused("La contraseña no puede ser una secuencia de letras, números o teclas.")
    if _common(folded):
        raise PasswordRefused("La contraseña es muy conocida; use varias palabras propias.")


@cache
def _hasher(cost: Cost) -> PasswordHasher:
    return PasswordHasher(
        time_cost=cost.passes, memory_cost=cost.memory_kib, parallelism=cost.lanes, hash_len=32, salt_len=16
    )


@cache
def _nobodys_hash(cost: Cost) -> str:
    return hash_password(secrets.token_urlsafe(32), cost=cost)


def _normal(password: str) -> str:
    """NFC, as SP 800-63B-4 asks: the same key strokes on two systems give the same password."""
    return unicodedata.normalize("NFC", password)


def _folded(text: str) -> str:
    """Lower case without accents: how a guesser's rules see it."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def _names(username: str, folded: str) -> bool:
    name = _folded(username)
    parts = {name, *re.split(r"[^a-z0-9]+", name)}
    plain = folded.translate(_LOOKALIKES)
    return any(part in folded or part in plain for part in parts if len(part) >= _SHORTEST_NAME_PART)


def _repeats(folded: str) -> bool:
    if len(set(folded)) <= _MOST_DISTINCT_REPEATED:
        return True
    # A text made of one unit again and again, perhaps cut at the end, is its own shift by that unit.
    return any(folded[unit:] == folded[:-unit] for unit in range(1, len(folded) // 2 + 1))


def _mostly_sequence(folded: str) -> bool:
    return sum(_neighbours(one, other) for one, other in pairwise(folded)) * 2 >= len(folded)


def _neighbours(one: str, other: str) -> bool:
    if abs(ord(one) - ord(other)) <= 1:
        return True
    return any(one + other in row or other + one in row for row in _ROWS)


def _common(folded: str) -> bool:
    """Whether little of its own is left once the usual words and the signs between them are taken out."""
    return any(_own(text) < _LEAST_OWN_CHARACTERS for text in (folded, folded.translate(_LOOKALIKES)))


def _own(text: str) -> int:
    for word in _COMMON:
        text = text.replace(word, " ")
    return sum(letter.isalnum() for letter in text)
