"""Passwords: one-way, slow on purpose, long, and not what a guesser tries first."""

import statistics
import threading
import time
import unicodedata

import pytest
from argon2.exceptions import InvalidHashError
from hypothesis import given, settings
from hypothesis import strategies as st

from app.access.passwords import (
    STANDARD,
    Cost,
    PasswordRefused,
    check_policy,
    dummy_verify,
    hash_password,
    needs_rehash,
    verify_password,
)

CHEAP = Cost(memory_kib=64, passes=1, lanes=1)
GOOD = "la llama verde canta jueves"


@settings(max_examples=40)
@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=130), st.text(min_size=1, max_size=130))
def test_only_the_password_opens(password: str, other: str) -> None:
    stored = hash_password(password, cost=CHEAP)
    assert verify_password(stored, password)
    assert not verify_password(stored, password + "x")
    assert password not in stored or len(password) < 8
    if other != password:
        assert verify_password(stored, other) is False or _same_text(other, password)


def _same_text(one: str, other: str) -> bool:
    return unicodedata.normalize("NFC", one) == unicodedata.normalize("NFC", other)


def test_hashes_are_salted_argon2id_of_the_stated_cost() -> None:
    one, other = hash_password(GOOD), hash_password(GOOD)
    assert one != other
    assert one.startswith("$argon2id$v=19$m=65536,t=3,p=1$")
    assert STANDARD.memory_kib >= 19 * 1024
    assert STANDARD.passes >= 2


def test_the_same_keys_on_two_systems_give_the_same_password() -> None:
    assert verify_password(hash_password("contrase\u00f1a", cost=CHEAP), "contrasen\u0303a")


def test_a_cheaper_hash_asks_to_be_made_again() -> None:
    stored = hash_password(GOOD, cost=CHEAP)
    assert needs_rehash(stored)
    assert not needs_rehash(stored, cost=CHEAP)
    with pytest.raises(InvalidHashError):
        needs_rehash("nada")


@pytest.mark.parametrize(
    "stored", ["", "!", "nada", "$argon2id$v=19$m=64,t=1,p=1$AAAA", "$2b$12$" + "a" * 53, "ñ"]
)
def test_a_damaged_hash_opens_to_nobody(stored: str) -> None:
    assert not verify_password(stored, GOOD)


def test_odd_passwords_are_refused_and_not_repeated() -> None:
    odd = GOOD + "\ud800"
    assert not verify_password(hash_password(GOOD, cost=CHEAP), odd)
    assert not verify_password(hash_password(GOOD, cost=CHEAP), GOOD * 1000)
    with pytest.raises(PasswordRefused) as refused:
        hash_password(odd, cost=CHEAP)
    assert refused.value.__context__ is None
    assert GOOD not in str(refused.value)


def test_an_unknown_user_answers_no_faster() -> None:
    cost = Cost(memory_kib=8192, passes=2, lanes=1)
    stored = hash_password(GOOD, cost=cost)
    dummy_verify(GOOD, cost=cost)  # the first call makes the hash it checks against

    def spent(known: bool) -> float:
        start = time.thread_time()
        if known:
            verify_password(stored, "otra")
        else:
            dummy_verify("otra", cost=cost)
        return time.thread_time() - start

    known, unknown = (statistics.median(spent(who) for _ in range(15)) for who in (True, False))
    assert 0.5 < unknown / known < 2


def test_many_at_once_take_turns() -> None:
    stored = hash_password(GOOD, cost=CHEAP)
    answers: list[bool] = []
    threads = [
        threading.Thread(target=lambda: answers.append(verify_password(stored, GOOD))) for _ in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [True] * 12


@pytest.mark.parametrize(
    "password",
    [GOOD, "correct horse battery staple", "mi tía vende papas en Puno", "x7#Lm2!vQ9$kR4z",
     "ñandú ñandú y cóndor", "夜の川を渡る小さな舟は静かに行く",
     "Perro-gato-azul 77 monte", "tres tristes tigres comen trigo", "2049 8831 7720 6614"],
)  # fmt: skip
def test_long_own_phrases_pass_whatever_their_symbols(password: str) -> None:
    check_policy(password, "rquispe")


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("", "al menos 15"),
        ("x7#Lm2!vQ9$kR4", "al menos 15"),
        ("n\u0303" * 14, "al menos 15"),
        (GOOD * 5, "máximo 128"),
        ("rquispe come papas fritas", "nombre de usuario"),
        ("RQuispe!2024!cocina", "nombre de usuario"),
        ("cocina rqu1sp3 lenta", "nombre de usuario"),
        ("aaaaaaaaaaaaaaaaaaaa", "repetición"),
        ("ababcbabcbababcbab", "repetición"),
        ("llama77llama77llama77", "repetición"),
        ("llama verdellama verde", "repetición"),
        ("12345678901234567", "secuencia"),
        ("abcdefghijklmnopq", "secuencia"),
        ("zyxwvutsrqponmlk", "secuencia"),
        ("qwertyuiopasdfghjkl", "secuencia"),
        ("111222333444555666", "secuencia"),
        ("Contraseña!2024#", "muy conocida"),
        ("P4ssw0rd-2024-10", "muy conocida"),
        ("Ministerio2024!!", "muy conocida"),
        ("victimasdetrata2025", "muy conocida"),
        ("PoliciaNacionalPeru", "muy conocida"),
        ("Noviembre.2026.Lima", "muy conocida"),
    ],
)
def test_what_a_guesser_tries_first_is_refused(password: str, reason: str) -> None:
    with pytest.raises(PasswordRefused, match=reason) as refused:
        check_policy(password, "rquispe")
    assert not password or password not in str(refused.value)


def test_parts_of_a_user_name() -> None:
    for password in ("quispe come papas fritas", "ROSA.QUISPE y su gato", "la tia de la upe-lima-07"):
        with pytest.raises(PasswordRefused, match="usuario"):
            check_policy(password, "rosa.quispe@upe-lima-07")
    check_policy("los osos andan por la selva", "ana.oso")


@given(st.text(max_size=140), st.text(max_size=30))
def test_any_text_is_either_passed_or_refused(password: str, username: str) -> None:
    try:
        check_policy(password, username)
    except PasswordRefused:
        return
    assert len(password) >= 15
