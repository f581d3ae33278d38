"""Access tokens for API clients: ES256 JWTs of ten minutes, bound to a session that can be revoked.

The only user of python-jose, behind one strict function. Left to its defaults that library accepts an
unknown `crit`, a missing `aud`, repeated members and, without `algorithms`, a public key as HMAC secret;
and a deeply nested header, unsigned, escapes its own exceptions. So nothing reaches it before length,
alphabet and shape are settled, its keys are built once, and every claim is checked here.

Form of a token: RFC 7519 and RFC 9068 (`typ` at+jwt), with the choices of RFC 8725.
"""

import base64
import binascii
import hashlib
import json
import re
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from jose import jwk, jws
from jose.backends.cryptography_backend import CryptographyECKey
from jose.exceptions import JOSEError

__all__ = ["LIFETIME", "Claims", "TokenCodec", "TokenInvalid", "new_signing_key", "signing_key_id"]

LIFETIME: Final = 600
"""Seconds a new token lives."""

_LONGEST_LIFETIME: Final = 900
_LEEWAY: Final = 5
_LONGEST_TOKEN: Final = 4096
_MOST_KNOWN: Final = 4096
"""So many tokens are remembered as ours; then they are forgotten, all of them, and checked anew."""
_ALG: Final = "ES256"
_TYP: Final = "at+jwt"
_SHAPE: Final = re.compile(r"[A-Za-z0-9_-]{2,}\.[A-Za-z0-9_-]{2,}\.[A-Za-z0-9_-]{86}", re.ASCII)
_USER: Final = re.compile(r"[1-9][0-9]{0,18}", re.ASCII)
_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_ROLE: Final = re.compile(r"[a-z][a-z_]{1,39}", re.ASCII)
_CLAIMS: Final = frozenset(
    {"iss", "aud", "sub", "sid", "jti", "iat", "nbf", "exp", "role", "unit", "institution", "unit_wide"}
)
# Order of the P-256 group; of the two signatures (r, s) and (r, n - s) only the smaller is accepted,
# so that a token has one spelling.
_P256_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class TokenInvalid(Exception):
    """The token is not one of ours, or no longer; deliberately without a reason."""

    def __init__(self) -> None:
        super().__init__("El token de acceso no es válido o ya venció.")


@dataclass(frozen=True, slots=True)
class Claims:
    """What a verified token says. Times are whole seconds since 1970 (UTC)."""

    user_id: int
    session_id: uuid.UUID
    token_id: uuid.UUID
    role: str
    unit_id: int
    institution_id: int
    unit_wide: bool
    issued_at: int
    expires_at: int


class TokenCodec:
    """Issues and verifies the access tokens of one issuer and audience."""

    def __init__(
        self,
        issuer: str,
        audience: str,
        keys: Mapping[str, bytes],
        *,
        signing_kid: str | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Build every key once.

        Args:
            issuer: exact `iss`.
            audience: exact `aud`.
            keys: PEM of P-256 keys by key id; private ones may sign, public ones only verify.
            signing_kid: the key that signs; by default the first private one, if there is any.
            clock: seconds since 1970.

        Raises:
            ValueError: a key is not on P-256, or the signing key is not a private one of `keys`.
        """
        self._issuer = issuer
        self._audience = audience
        self._clock = clock
        self._known: dict[bytes, Claims] = {}
        built = {kid: _built_key(pem) for kid, pem in keys.items()}
        self._verifying = {kid: key.public_key() for kid, key in built.items()}
        private = {kid: key for kid, key in built.items() if not key.is_public()}
        self._signing_kid = next(iter(private), None) if signing_kid is None else signing_kid
        if self._signing_kid is not None and self._signing_kid not in private:
            raise ValueError("the signing key is not a private key of the set")
        self._signing_key = private[self._signing_kid] if self._signing_kid is not None else None

    def __repr__(self) -> str:
        return f"<TokenCodec {len(self._verifying)} keys>"

    def issue(
        self,
        *,
        user_id: int,
        session_id: uuid.UUID,
        role: str,
        unit_id: int,
        institution_id: int,
        unit_wide: bool,
        lifetime: int = LIFETIME,
    ) -> str:
        """Sign a token for a session, to live `lifetime` seconds (from 1 to 900).

        Raises:
            ValueError: no private key, or a lifetime out of range.
        """
        if self._signing_key is None or not 0 < lifetime <= _LONGEST_LIFETIME:
            raise ValueError("no signing key, or a lifetime out of range")
        now = int(self._clock())
        claims = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": str(user_id),
            "sid": str(session_id),
            "jti": str(uuid.uuid4()),
            "iat": now,
            "nbf": now,
            "exp": now + lifetime,
            "role": role,
            "unit": unit_id,
            "institution": institution_id,
            "unit_wide": unit_wide,
        }
        headers = {"typ": _TYP, "kid": self._signing_kid}
        return _smaller_signature(jws.sign(claims, self._signing_key, headers=headers, algorithm=_ALG))

    def verify(self, token: str) -> Claims:
        """Check everything about a token and return what it says; of one that is known, only its time.

        A client sends the same token many times within its ten minutes; its hash is kept, not the token. The
        session may have been revoked since: that is the caller's to look up, by `session_id`.

        Raises:
            TokenInvalid: whatever is wrong; no other exception.
        """
        mark = hashlib.sha256(token.encode("utf-8", "replace")).digest() if type(token) is str else b""
        claims = self._known.get(mark)
        if claims is not None and claims.expires_at > self._clock() >= claims.issued_at - _LEEWAY:
            return claims
        try:
            claims = self._checked(_strict_json(self._verified_payload(token)))
        except (ValueError, JOSEError):
            claims = None
        if claims is None:  # raised here so that no parser's error, holding the token, is chained
            raise TokenInvalid
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        self._known[mark] = claims
        return claims

    def _verified_payload(self, token: object) -> bytes:
        """The signed bytes, once the shape, the header and the signature hold."""
        if type(token) is not str or len(token) > _LONGEST_TOKEN or not _SHAPE.fullmatch(token):
            raise ValueError("shape")
        header_part, payload_part, signature_part = token.split(".")
        header = _strict_json(_decoded(header_part))
        payload = _decoded(payload_part)
        if int.from_bytes(_decoded(signature_part)[32:], "big") > _P256_ORDER // 2:
            raise ValueError("signature form")
        kid = header.pop("kid", None)
        if type(kid) is not str or header != {"alg": _ALG, "typ": _TYP} or kid not in self._verifying:
            raise ValueError("header")
        if jws.verify(token, self._verifying[kid], algorithms=[_ALG]) != payload:
            raise ValueError("payload")
        return payload

    def _checked(self, claims: dict[str, object]) -> Claims:
        """The claims as fields; each has exactly the type and range that `issue` gives it."""
        if claims.keys() != _CLAIMS or claims["iss"] != self._issuer or claims["aud"] != self._audience:
            raise ValueError("claims")
        issued, not_before, expires = (_whole(claims[name]) for name in ("iat", "nbf", "exp"))
        now = self._clock()
        if max(issued, not_before) > now + _LEEWAY or expires <= now:
            raise ValueError("time")
        if not 0 < expires - issued <= _LONGEST_LIFETIME or not issued <= not_before < expires:
            raise ValueError("lifetime")
        if type(claims["unit_wide"]) is not bool:
            raise ValueError("unit_wide")
        return Claims(
            user_id=int(_text(claims["sub"], _USER)),
            session_id=uuid.UUID(_text(claims["sid"], _UUID)),
            token_id=uuid.UUID(_text(claims["jti"], _UUID)),
            role=_text(claims["role"], _ROLE),
            unit_id=_whole(claims["unit"]),
            institution_id=_whole(claims["institution"]),
            unit_wide=claims["unit_wide"],
            issued_at=issued,
            expires_at=expires,
        )


def new_signing_key() -> tuple[str, bytes]:
    """Make a P-256 key. Returns its key id and its private PEM (PKCS #8, unencrypted: seal it)."""
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return signing_key_id(pem), pem


def signing_key_id(pem: bytes) -> str:
    """The key id of a P-256 key, private or public: its RFC 7638 thumbprint (43 characters).

    Raises:
        ValueError: not a P-256 key.
    """
    public = _built_key(pem).public_key().to_dict()
    canonical = json.dumps({name: public[name] for name in ("crv", "kty", "x", "y")}, separators=(",", ":"))
    return _encoded(hashlib.sha256(canonical.encode()).digest())


def _built_key(pem: bytes) -> Any:
    """A key of the `cryptography` backend: the pure Python one leaks timing (CVE-2024-23342)."""
    try:
        key = jwk.construct(pem, _ALG)
    except JOSEError:
        key = None
    curve = getattr(getattr(key, "prepared_key", None), "curve", None)
    if type(key) is not CryptographyECKey or not isinstance(curve, ec.SECP256R1):
        raise ValueError("not a P-256 key of the cryptography backend")
    return key


def _smaller_signature(token: str) -> str:
    signed, _, part = token.rpartition(".")
    raw = _decoded(part)
    s = int.from_bytes(raw[32:], "big")
    if s > _P256_ORDER // 2:
        raw = raw[:32] + (_P256_ORDER - s).to_bytes(32, "big")
    return f"{signed}.{_encoded(raw)}"


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decoded(part: str) -> bytes:
    """Decode base64url, refusing every spelling but the canonical one. Raises: ValueError."""
    try:
        raw = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except binascii.Error:
        raise ValueError("base64url") from None
    if _encoded(raw) != part:
        raise ValueError("base64url")
    return raw


def _strict_json(raw: bytes) -> dict[str, object]:
    """Parse one flat object, refusing what parsers read in different ways. Raises: ValueError."""
    # No list and no second object can start: depth is one before any parser sees the text.
    if raw.count(b"{") != 1 or b"[" in raw or not raw.isascii():
        raise ValueError("not a flat object")
    value: object = json.loads(
        raw.decode("ascii"), object_pairs_hook=_unrepeated, parse_float=_refused, parse_constant=_refused
    )
    if not isinstance(value, dict):
        raise ValueError("not an object")  # noqa: TRY004 - one kind of failure for the caller
    return value


def _unrepeated(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("repeated member")
    return members


def _refused(_: str) -> NoReturn:
    raise ValueError("number form")


def _whole(value: object) -> int:
    """A count or id that every parser reads alike (0 to 2^53; true is no number). Raises: ValueError."""
    if type(value) is not int or not 0 < value <= 2**53:
        raise ValueError("number")
    return value


def _text(value: object, form: re.Pattern[str]) -> str:
    if type(value) is not str or not form.fullmatch(value):
        raise ValueError("text")
    return value
