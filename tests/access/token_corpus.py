"""Adversarial access tokens: each is wrong in one named way, most of them properly signed.

Signing is done here with `cryptography` alone, over raw bytes, so that any form can be made.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from app.access.tokens import new_signing_key

ISSUER = "https://ruv.example/emisor"
AUDIENCE = "ruv-api"
NOW = 1_800_000_000
SESSION = "0b6a7c1e-93f1-4c44-9d5a-0d6f0f3c1a77"
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

KID, PEM = new_signing_key()
_KEY = serialization.load_pem_private_key(PEM, None)
PUBLIC_PEM = _KEY.public_key().public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
)
PUBLIC_DER = _KEY.public_key().public_bytes(
    serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
)
HEADER: dict[str, Any] = {"alg": "ES256", "kid": KID, "typ": "at+jwt"}
CLAIMS: dict[str, Any] = {
    "iss": ISSUER,
    "aud": AUDIENCE,
    "sub": "42",
    "sid": SESSION,
    "jti": "5f0e9d0c-1b1e-4a52-8f0c-3f6f2b6f9a10",
    "iat": NOW - 60,
    "nbf": NOW - 60,
    "exp": NOW + 540,
    "role": "prosecutor",
    "unit": 3,
    "institution": 2,
    "unit_wide": False,
}


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def compact(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def signature(signed: bytes, pem: bytes = PEM) -> bytes:
    """ES256 with the smaller s, as 64 raw bytes."""
    key = serialization.load_pem_private_key(pem, None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    r, s = decode_dss_signature(key.sign(signed, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + min(s, ORDER - s).to_bytes(32, "big")


def sign(header: object = HEADER, claims: object = CLAIMS, pem: bytes = PEM) -> str:
    """A token over any header and payload; bytes are taken as they are, the rest as JSON."""
    return sign_parts(_part(header), _part(claims), pem)


def _part(value: object) -> str:
    return b64(value if isinstance(value, bytes) else compact(value))


def sign_parts(header: str, claims: str, pem: bytes = PEM) -> str:
    """A token over the two parts as they are spelled."""
    signed = f"{header}.{claims}"
    return f"{signed}.{b64(signature(signed.encode(), pem))}"


def changed(**claims: Any) -> str:
    return sign(claims={**CLAIMS, **claims})


def without(name: str) -> str:
    return sign(claims={key: value for key, value in CLAIMS.items() if key != name})


def headed(**members: Any) -> str:
    return sign(header={**HEADER, **members})


def raw(name: str, text: str) -> str:
    """A properly signed token in which the JSON text of one claim is replaced."""
    body = compact(CLAIMS).decode().replace(f'"{name}":{json.dumps(CLAIMS[name])}', f'"{name}":{text}')
    assert body != compact(CLAIMS).decode() or text == json.dumps(CLAIMS[name])
    return sign(claims=body.encode())


def _hmac(secret: bytes) -> str:
    signed = f"{b64(compact({**HEADER, 'alg': 'HS256'}))}.{b64(compact(CLAIMS))}"
    return f"{signed}.{b64(hmac.digest(secret, signed.encode(), hashlib.sha256))}"


def _resigned(change: Callable[[bytes], bytes]) -> str:
    signed, _, part = sign().rpartition(".")
    return f"{signed}.{b64(change(unb64(part)))}"


def _larger_s(raw_signature: bytes) -> bytes:
    return raw_signature[:32] + (ORDER - int.from_bytes(raw_signature[32:], "big")).to_bytes(32, "big")


def _other_spelling(part: str) -> str:
    """The same bytes to a lax decoder: an unused low bit of the last character is set."""
    return part[:-1] + ALPHABET[ALPHABET.index(part[-1]) | 1]


def _spare(text: bytes) -> bytes:
    """JSON with spaces behind it until its last character has unused bits."""
    return text + b" " * ((1 - len(text)) % 3)


def header_tokens() -> Iterator[tuple[str, Any]]:
    """Wrong headers."""
    unsigned = b64(compact(CLAIMS))
    yield "alg none, no signature", f"{b64(compact({**HEADER, 'alg': 'none'}))}.{unsigned}."
    for alg in ("none", "None", "es256", "ES384", "RS256", "HS256", "", None, 1, True):
        yield f"alg {alg!r}", headed(alg=alg)
    yield "public PEM as HMAC secret", _hmac(PUBLIC_PEM)
    yield "public DER as HMAC secret", _hmac(PUBLIC_DER)
    yield "empty HMAC secret", _hmac(b"")
    stranger_kid, stranger = new_signing_key()
    yield "another key under our kid", sign(pem=stranger)
    yield "unknown kid", sign({**HEADER, "kid": stranger_kid}, pem=stranger)
    for kid in (None, 1, "", "../../dev/null", "' OR 1=1", KID.lower() + "x"):
        yield f"kid {kid!r}", headed(kid=kid)
    for missing in HEADER:
        yield f"no {missing}", sign({name: value for name, value in HEADER.items() if name != missing})
    for typ in ("JWT", "jwt", "AT+JWT", "application/at+jwt", "dpop+jwt", None):
        yield f"typ {typ!r}", headed(typ=typ)
    yield "kid list", headed(kid=[KID])
    yield "unknown crit", headed(crit=["exp2"], exp2=1)
    yield "empty crit", headed(crit=[])
    yield "crit text", headed(crit="b64")
    yield "b64 false", headed(b64=False)
    yield "embedded key", headed(jwk={"kty": "EC"})
    for extra in ("jku", "x5u", "x5c", "x5t", "cty", "zip", "enc"):
        yield f"{extra} in header", headed(**{extra: "https://example.org"})
    yield "repeated alg", sign(f'{{"alg":"none","alg":"ES256","kid":"{KID}","typ":"at+jwt"}}'.encode())
    yield "repeated kid", sign(f'{{"alg":"ES256","kid":"x","kid":"{KID}","typ":"at+jwt"}}'.encode())
    for text in (b"[]", b"null", b"7", b'"ES256"', b"{}", b"{", b"\xff\xfe", b"\xef\xbb\xbf{}", b"{}{}"):
        yield f"header {text!r}", sign(text)


WRONG_JSON = ("null", "[]", "{}", '""', "[7]", "-1", "1e999", "NaN", "Infinity", "9" * 400, '"\\ud800"')


def any_claim_tokens() -> Iterator[tuple[str, Any]]:
    """Properly signed, with a claim that is missing, repeated, or of no form that any claim has."""
    for name, right in CLAIMS.items():
        yield f"no {name}", without(name)
        for value in WRONG_JSON:
            yield f"{name} {value[:9]}", raw(name, value)
        yield f"repeated {name}", raw(name, f'{json.dumps(right)},"{name}":{json.dumps(right)}')
    for name in ("iat", "nbf", "exp", "unit", "institution"):
        for form in ('"{}"', "{}.0", "{}e0", "true", "0"):
            yield f"{name} as {form}", raw(name, form.format(CLAIMS[name]))
    for name in ("iss", "aud"):
        for text in (CLAIMS[name].upper(), CLAIMS[name] + "/", " " + CLAIMS[name], CLAIMS[name][:-1]):
            yield f"{name} {text!r}", raw(name, json.dumps(text))
        yield f"{name} list", raw(name, json.dumps([CLAIMS[name]]))


def own_claim_tokens() -> Iterator[tuple[str, Any]]:
    """Properly signed, with a value that this claim never has."""
    wrong: dict[str, tuple[Any, ...]] = {
        "sub": ("042", "0", "-1", "4 2", "42\n", "٤٢", "4" * 20, 42, 4.2, "admin"),
        "sid": (SESSION.upper(), SESSION.replace("-", ""), f"{{{SESSION}}}", SESSION + "\n", "1", 1),
        "jti": (SESSION.upper(), SESSION.replace("-", ""), f"urn:uuid:{SESSION}", SESSION + "\n", "1", 1),
        "role": ("Prosecutor", "prosecutor\n", "prosecutor admin", "a" * 41, "x", 1, True, {"a": {"b": 1}}),
        "unit_wide": (0, 1, "false", "true"),
        "scope": ("everything", None),
    }
    for name, values in wrong.items():
        for value in values:
            yield f"{name} {value!r}", changed(**{name: value})


def time_tokens() -> Iterator[tuple[str, Any]]:
    """Properly signed, at the wrong time."""
    yield "expired", changed(iat=NOW - 700, nbf=NOW - 700, exp=NOW - 100)
    yield "expires now", changed(exp=NOW)
    yield "from the future", changed(iat=NOW + 60, nbf=NOW + 60, exp=NOW + 600)
    yield "issued in the future", changed(iat=NOW + 60)
    yield "not yet", changed(nbf=NOW + 60)
    yield "lives too long", changed(exp=NOW + 841)
    yield "lives for ever", changed(exp=2**53)
    yield "ends before it begins", changed(iat=NOW + 2, exp=NOW + 1)
    yield "valid before it was issued", changed(nbf=NOW - 61)
    yield "valid only after its end", changed(nbf=NOW + 541)
    yield "milliseconds", changed(iat=NOW * 1000, nbf=NOW * 1000, exp=NOW * 1000 + 600_000)


def shape_tokens() -> Iterator[tuple[str, Any]]:
    """Wrong as a text, before anything in it is read."""
    good = sign()
    header, claims, part = good.split(".")
    for value in (None, 7, good.encode(), [good], {"token": good}):
        yield f"not a text: {type(value).__name__}", value
    for text in ("", ".", "..", "...", header, f"{header}.{claims}", f"{header}.{claims}.",
                 f".{claims}.{part}", f"{header}..{part}", f"{good}.", f".{good}", f"{good}.{part}",
                 f"{good}.{header}.{claims}",
                 f" {good}", f"{good}\n", f"Bearer {good}", f"{good}\0", f"{header}.{claims}\n.{part}",
                 good.replace("-", "+").replace("_", "/") + "+", f"{good}=", f"{good}==",
                 f"{header}=.{claims}.{part}", f"{header}.{claims}=.{part}", f"{header}.{claims}.{part}*",
                 f"{header}.{claims}.{part[:-1]}", f"{header}.{claims}.{part}A", good * 20,
                 "é" + good[1:]):  # fmt: skip
        yield f"text {text[:6]!r}... of {len(text)}", text
    yield "signature spelled otherwise", f"{header}.{claims}.{_other_spelling(part)}"
    spare_header, spare_claims = b64(_spare(compact(HEADER))), b64(_spare(compact(CLAIMS)))
    yield "header spelled otherwise, signed", sign_parts(_other_spelling(spare_header), claims)
    yield "claims spelled otherwise, signed", sign_parts(header, _other_spelling(spare_claims))
    yield "larger s", _resigned(_larger_s)
    yield "all zero signature", _resigned(lambda _: bytes(64))
    yield "r zero", _resigned(lambda one: bytes(32) + one[32:])
    yield "r of the order", _resigned(lambda one: ORDER.to_bytes(32, "big") + one[32:])
    yield "halves swapped", _resigned(lambda one: one[32:] + one[:32])
    yield "DER signature", f"{header}.{claims}.{b64(_der(f'{header}.{claims}'.encode()))}"
    yield "signature of another token", f"{header}.{claims}.{changed(sub='1').rpartition('.')[2]}"
    yield "claims of another token", f"{header}.{changed(sub='1').split('.')[1]}.{part}"


def payload_tokens() -> Iterator[tuple[str, Any]]:
    """Payloads and headers that are not one flat object of ASCII JSON."""
    _, claims, part = sign().split(".")
    for depth in (2, 500, 1400, 20_000):
        for opening in ("[", '{"a":'):
            deep = (opening * depth).encode()
            yield f"header {opening} {depth} deep, unsigned", f"{b64(deep)}.{claims}.{part}"
            yield f"claims {opening} {depth} deep, signed", sign(claims=deep)
    good = compact(CLAIMS)
    accented = json.dumps({**CLAIMS, "role": "prosecutorá"}, ensure_ascii=False).encode()
    for text in (
        b"[]",
        b"null",
        b"7",
        b'"x"',
        b"{}",
        b"\xff",
        good + b" {}",
        b"\xef\xbb\xbf" + good,
        accented,
    ):
        yield f"claims {text[:9]!r} of {len(text)}", sign(claims=text)
    yield "claims in UTF-16", sign(claims=good.decode().encode("utf-16"))


def _der(signed: bytes) -> bytes:
    assert isinstance(_KEY, ec.EllipticCurvePrivateKey)
    return _KEY.sign(signed, ec.ECDSA(hashes.SHA256()))


def adversarial() -> list[tuple[str, Any]]:
    """Every adversarial token with its name."""
    return [
        *header_tokens(),
        *any_claim_tokens(),
        *own_claim_tokens(),
        *time_tokens(),
        *shape_tokens(),
        *payload_tokens(),
    ]
