"""Access tokens: only our own, only now, one exception for everything else."""

import subprocess
import sys
import uuid
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from hypothesis import given, settings
from hypothesis import strategies as st
from jose import jwk, jws
from jose import jwt as lax
from jose.exceptions import JOSEError
from joserfc import jwt as second
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from app.access import tokens
from app.access.tokens import Claims, TokenCodec, TokenInvalid, new_signing_key, signing_key_id
from tests.access import token_corpus as corpus
from tests.access.token_mutants import mutants

APP = Path(tokens.__file__).parents[1]
CODEC = TokenCodec(corpus.ISSUER, corpus.AUDIENCE, {corpus.KID: corpus.PEM}, clock=lambda: corpus.NOW)
SECOND_KEY = ECKey.import_key(corpus.PEM)
CHUNKS = 10
MUTANTS = 50_000
LONG_RUN = 1_000_000

# A verifier lets a token in by returning, and refuses it with `TokenInvalid`; anything else is a fault.
Verifier = Callable[[Any], object]


def _accepts(verifier: Verifier, token: Any) -> bool:
    try:
        verifier(token)
    except TokenInvalid:
        return False
    return True


def _faults(verifier: Verifier) -> tuple[set[str], set[str]]:
    """The adversarial tokens that a verifier lets in, and those that make it fall over."""
    let_in, fell = set(), set()
    for name, token in corpus.adversarial():
        try:
            if _accepts(verifier, token):
                let_in.add(name)
        except Exception:  # noqa: BLE001 - any other exception is exactly what is looked for
            fell.add(name)
    return let_in, fell


def _second(token: str) -> dict[str, Any]:
    """The second verifier: joserfc told the same rules as far as it has them."""
    registry = second.JWTClaimsRegistry(
        now=corpus.NOW,
        leeway=5,
        iss={"essential": True, "value": corpus.ISSUER},
        aud={"essential": True, "value": corpus.AUDIENCE},
        sub={"essential": True},
        sid={"essential": True},
        jti={"essential": True},
        iat={"essential": True},
        nbf={"essential": True},
        exp={"essential": True},
    )
    read = second.decode(token, SECOND_KEY, algorithms=["ES256"])
    registry.validate(read.claims)
    return read.claims


def _second_accepts(token: str) -> bool:
    try:
        _second(token)
    except (JoseError, ValueError, TypeError):
        return False
    return True


class _FixedTime(datetime):
    """The library has no clock to set; only this module's name for it is replaced."""

    @classmethod
    def now(cls, tz: Any = None) -> "_FixedTime":
        return cls.fromtimestamp(corpus.NOW, tz)


def _plain_library(key: bytes) -> Verifier:
    """What one writes without knowing better."""

    def verify(token: Any) -> object:
        try:
            return lax.decode(token, key, audience=corpus.AUDIENCE, issuer=corpus.ISSUER)
        except JOSEError:
            raise TokenInvalid from None

    return verify


def test_a_token_comes_back() -> None:
    session = uuid.uuid4()
    token = CODEC.issue(
        user_id=42, session_id=session, role="prosecutor", unit_id=3, institution_id=2, unit_wide=True
    )
    claims = CODEC.verify(token)
    assert claims == Claims(
        user_id=42,
        session_id=session,
        token_id=claims.token_id,
        role="prosecutor",
        unit_id=3,
        institution_id=2,
        unit_wide=True,
        issued_at=corpus.NOW,
        expires_at=corpus.NOW + 600,
    )
    assert _second(token)["sid"] == str(session)
    assert _accepts(CODEC.verify, corpus.sign()), "the corpus starts from a token that is good"
    assert _second_accepts(corpus.sign())


def test_no_adversarial_token_is_accepted_and_each_fails_the_same_way() -> None:
    names = [name for name, _ in corpus.adversarial()]
    assert len(names) > 300
    assert _faults(CODEC.verify) == (set(), set())


def test_the_corpus_finds_a_weak_verifier_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lax, "datetime", _FixedTime)
    let_in, fell = _faults(_plain_library(corpus.PUBLIC_PEM))
    assert {"unknown crit", "no aud", "typ 'JWT'", "repeated role", 'exp as "{}"', "larger s"} <= let_in
    assert {"lives for ever", "issued in the future", "no exp", "no jti", "unit_wide 'true'"} <= let_in
    assert {"header [ 20000 deep, unsigned", "exp 1e999"} <= fell
    assert "public DER as HMAC secret" not in let_in


def test_the_corpus_finds_key_confusion_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lax, "datetime", _FixedTime)
    assert "public DER as HMAC secret" in _faults(_plain_library(corpus.PUBLIC_DER))[0]


def test_the_refusal_says_and_carries_nothing() -> None:
    for _, token in corpus.adversarial():
        with pytest.raises(TokenInvalid) as refused:
            CODEC.verify(token)
        assert refused.value.__context__ is None
        assert str(refused.value) == "El token de acceso no es válido o ya venció."


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_no_mutant_is_accepted(chunk: int) -> None:
    assert _accepted(chunk, MUTANTS // CHUNKS) == []


@pytest.mark.soak
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_no_mutant_is_accepted_for_long(chunk: int) -> None:
    assert _accepted(CHUNKS + chunk, LONG_RUN // CHUNKS) == []


def _accepted(seed: int, count: int) -> list[Any]:
    return [mutant for mutant in mutants(seed, count) if _accepts(CODEC.verify, mutant)]


def test_mutants_would_find_a_missing_signature_check(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jws, "verify", lambda token, *_, **__: corpus.unb64(token.split(".")[1]))
    assert sum(_accepts(CODEC.verify, mutant) for mutant in mutants(0, 1000)) > 50


def test_the_second_verifier_agrees_onmutants() -> None:
    assert not [mutant for mutant in mutants(99, 2000) if mutant.isascii() and _second_accepts(mutant)]


claim_values = (
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.integers(corpus.NOW - 900, corpus.NOW + 900)
    | st.text(max_size=8) | st.sampled_from([*corpus.CLAIMS.values()]) | st.lists(st.integers(), max_size=2)
)  # fmt: skip


@settings(max_examples=400)
@given(st.dictionaries(st.sampled_from([*corpus.CLAIMS, "scope"]), claim_values, max_size=3), st.booleans())
def test_what_we_accept_the_second_verifier_accepts(changes: dict[str, Any], drop: bool) -> None:
    claims = {**corpus.CLAIMS, **changes}
    if drop and changes:
        del claims[next(iter(changes))]
    token = corpus.sign(claims=claims)
    if _accepts(CODEC.verify, token):
        assert _second(token) == claims
        assert claims.keys() == corpus.CLAIMS.keys()


@settings(max_examples=200)
@given(st.integers(-1000, 1000), st.integers(-10, 10), st.integers(-10, 1000))
def test_times(issued: int, wait: int, lifetime: int) -> None:
    start = corpus.NOW + issued
    token = corpus.changed(iat=start, nbf=start + wait, exp=start + lifetime)
    good = issued <= 5 and issued + wait <= 5 and 0 <= wait < lifetime <= 900 and issued + lifetime > 0
    assert _accepts(CODEC.verify, token) == good


@given(st.text() | st.text(corpus.ALPHABET + ".=", max_size=200) | st.binary())
def test_any_text_is_refused(token: Any) -> None:
    assert not _accepts(CODEC.verify, token)


def test_keys() -> None:
    kid, pem = new_signing_key()
    assert signing_key_id(pem) == kid == ECKey.import_key(pem).thumbprint()
    public = ECKey.import_key(pem).as_pem(private=False)
    assert signing_key_id(public) == kid
    old = corpus.sign()
    both = TokenCodec(
        corpus.ISSUER, corpus.AUDIENCE, {kid: pem, corpus.KID: corpus.PUBLIC_PEM}, clock=lambda: corpus.NOW
    )
    assert _accepts(both.verify, old), "a key that only verifies still verifies after rotation"
    new = both.issue(
        user_id=1, session_id=uuid.uuid4(), role="analyst", unit_id=1, institution_id=1, unit_wide=False
    )
    assert _accepts(both.verify, new)
    assert not _accepts(CODEC.verify, new)
    verifier = TokenCodec(corpus.ISSUER, corpus.AUDIENCE, {kid: public}, clock=lambda: corpus.NOW)
    assert _accepts(verifier.verify, new)
    with pytest.raises(ValueError, match="signing key"):
        verifier.issue(
            user_id=1, session_id=uuid.uuid4(), role="analyst", unit_id=1, institution_id=1, unit_wide=False
        )
    for signing in (corpus.KID, "none"):
        with pytest.raises(ValueError, match="signing key"):
            TokenCodec("a", "b", {corpus.KID: corpus.PUBLIC_PEM}, signing_kid=signing)
    assert pem.decode()[40:80] not in repr(both)


@pytest.mark.parametrize("lifetime", [-1, 0, 901])
def test_lifetimes_out_of_range(lifetime: int) -> None:
    with pytest.raises(ValueError, match="lifetime"):
        CODEC.issue(
            user_id=1, session_id=uuid.uuid4(), role="analyst", unit_id=1, institution_id=1, unit_wide=False,
            lifetime=lifetime,
        )  # fmt: skip


@pytest.mark.parametrize("pem", [b"", b"secret", corpus.PEM[:-40], ECKey.generate_key("P-384").as_pem()])
def test_only_p256_keys(pem: bytes) -> None:
    with pytest.raises(ValueError, match="P-256"):
        TokenCodec("a", "b", {"k": pem})


def test_only_keys_of_the_cryptography_backend(monkeypatch: pytest.MonkeyPatch) -> None:
    class Other:
        prepared_key = serialization.load_pem_private_key(corpus.PEM, None)

    monkeypatch.setattr(jwk, "construct", lambda *_: Other())
    with pytest.raises(ValueError, match="cryptography"):
        TokenCodec("a", "b", {"k": corpus.PEM})


def test_the_pure_python_backends_are_never_loaded() -> None:
    code = (
        "import sys, uuid; from app.access.tokens import TokenCodec, new_signing_key\n"
        "kid, pem = new_signing_key(); codec = TokenCodec('i', 'a', {kid: pem})\n"
        "codec.verify(codec.issue(user_id=1, session_id=uuid.uuid4(), role='analyst', unit_id=1,"
        " institution_id=1, unit_wide=False))\n"
        "assert not {'ecdsa', 'rsa', 'pyasn1', 'jose.jwe', 'jose.jwt'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, cwd=APP.parent)


@pytest.mark.parametrize("lifetime", [1, 900])
def test_lifetimes_at_the_edge(lifetime: int) -> None:
    token = CODEC.issue(
        user_id=1, session_id=uuid.uuid4(), role="analyst", unit_id=2**53, institution_id=1, unit_wide=False,
        lifetime=lifetime,
    )  # fmt: skip
    assert _accepts(CODEC.verify, token)


@pytest.mark.parametrize(
    ("iat", "nbf", "exp", "accepted"),
    [
        (0, 0, 900, True),
        (0, 0, 901, False),
        (0, 0, 1, True),
        (0, 0, 0, False),
        (tokens._LEEWAY, tokens._LEEWAY, 300, True),
        (tokens._LEEWAY + 1, tokens._LEEWAY + 1, 300, False),
        (-5, 300, 300, False),
        (-5, -6, 300, False),
    ],
)
def test_times_at_the_edge(iat: int, nbf: int, exp: int, accepted: bool) -> None:
    times = {"iat": corpus.NOW + iat, "nbf": corpus.NOW + nbf, "exp": corpus.NOW + exp}
    assert _accepts(CODEC.verify, corpus.changed(**times)) is accepted


@pytest.mark.parametrize(("unit", "accepted"), [(1, True), (2**53, True), (2**53 + 1, False), (0, False)])
def test_numbers_at_the_edge(unit: int, accepted: bool) -> None:
    assert _accepts(CODEC.verify, corpus.changed(unit=unit)) is accepted


def _ticking() -> tuple[list[float], TokenCodec, str]:
    """A clock that can be set, a codec that goes by it, and a token of a minute."""
    now = [float(corpus.NOW)]
    codec = TokenCodec(corpus.ISSUER, corpus.AUDIENCE, {corpus.KID: corpus.PEM}, clock=lambda: now[0])
    parts = {"role": "cem_officer", "unit_id": 3, "institution_id": 2, "unit_wide": False, "lifetime": 60}
    return now, codec, codec.issue(user_id=7, session_id=uuid.uuid4(), **parts)


def test_a_known_token_ends_with_its_time() -> None:
    now, codec, token = _ticking()
    first = codec.verify(token)
    now[0] += 59
    assert codec.verify(token) is first  # not checked anew
    now[0] += 1
    assert not _accepts(codec.verify, token)
    now[0] -= 120  # the clock was set back to before it was issued
    assert not _accepts(codec.verify, token)


def test_only_what_was_accepted_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    _, codec, token = _ticking()
    for broken in (token[:-2] + "AA", token + "A", "?" + token[1:], "\ud800" + token[1:]):
        assert not _accepts(codec.verify, broken)
        assert not _accepts(codec.verify, broken)
    assert not codec._known
    monkeypatch.setattr(tokens, "_MOST_KNOWN", 3)
    for _ in range(5):
        codec.verify(codec.issue(user_id=7, session_id=uuid.uuid4(), role="cem_officer", unit_id=3,
                                 institution_id=2, unit_wide=False))  # fmt: skip
    assert len(codec._known) == 2  # forgotten once
    assert all(type(mark) is bytes and token not in repr(mark) for mark in codec._known)
