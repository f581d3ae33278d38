"""How long who mistypes waits, and what passwords and refresh tokens are tied to: without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.services.access import rules


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [(0, 0), (4, 0), (5, 60), (6, 120), (7, 240), (8, 480), (9, 960), (10, 1920), (11, 3600), (500, 3600)],
)
def test_a_place_waits_longer_each_time_up_to_an_hour(failures: int, seconds: int) -> None:
    assert rules.wait_after(failures) == seconds


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, 0), (9, 0), (10, 60), (11, 120), (13, 480), (14, 900), (99, 900)]
)
def test_an_address_waits_up_to_a_quarter_of_an_hour(failures: int, seconds: int) -> None:
    assert rules.wait_of_address(failures, 10) == seconds


def test_a_name_much_tried_counts_as_such_for_an_hour() -> None:
    assert rules.tried_until(19) is None
    until = rules.tried_until(20)
    assert until is not None
    assert timedelta(minutes=59) < until - datetime.now(UTC) <= timedelta(hours=1)


def test_halves_of_a_password_can_be_dictated_and_are_not_repeated() -> None:
    halves = {rules.half_of_password() for _ in range(200)}
    assert len(halves) == 200
    assert {len(half) for half in halves} == {11}
    assert {half[5] for half in halves} == {"-"}
    assert set("".join(halves)) - {"-"} == set("abcdefghjkmnpqrstuvwxyz346789")


def test_the_whole_is_what_both_halves_make_however_typed() -> None:
    first, second = rules.half_of_password(), rules.half_of_password()
    mark = rules.mark_of_half(first)
    assert len(mark) == 32
    wanted = rules.with_second_half(mark, second)
    for typed in (f"{first}{second}", f" {first.upper()} {second} ", f"{first}-{second}".replace("-", "")):
        assert rules.whole_of(typed) == wanted
    assert rules.whole_of(f"{second}{first}") != wanted
    assert wanted.startswith(f"{mark.hex()}.")
    assert rules.mark_of_half("\ud800") == rules.mark_of_half("\ud800 ") != mark


def test_a_refresh_token_fits_what_the_account_was() -> None:
    token = rules.new_refresh_token(3, "cem_officer", supervisor=False)
    assert rules.fits(token, 3, "cem_officer", supervisor=False)
    assert not rules.fits(token, 4, "cem_officer", supervisor=False)
    assert not rules.fits(token, 3, "prosecutor", supervisor=False)
    assert not rules.fits(token, 3, "cem_officer", supervisor=True)
    assert not rules.fits("", 3, "cem_officer", supervisor=False)
    secret, _, mark = token.partition(".")
    assert (len(secret), len(mark)) == (43, 22)
    assert token != rules.new_refresh_token(3, "cem_officer", supervisor=False)
    assert len(rules.token_hash(token)) == 32
    assert rules.token_hash("\ud800") != rules.token_hash(token)
