"""Whom which notices are told to, by queries that are asked among made-up rows."""

from __future__ import annotations

import pytest

from app.access import told
from app.access.actor import Actor
from tests.access.evaluating import Asked, Row
from tests.access.made_up import AWAY, HELD, OVER, WAITING, WHO, WORLDS, Told, expected, ids, made_up


@pytest.fixture(params=WHO, ids=lambda who: f"{who.role}-{'unit' if who.unit_wide else 'own'}")
def who(request: pytest.FixtureRequest) -> Actor:
    actor: Actor = request.param
    return actor


def test_the_roles_differ_in_what_decides() -> None:
    found = [told.told(who) for who in WHO]
    for name in told.Told._fields:
        assert {getattr(one, name) for one in found} == {True, False}


def reasons(truth: Told, notice: Row) -> bool:
    """Whether somebody of the unit is told of it: her case, or one of the things told without one."""
    kind, heads = notice["kind"], truth.who.unit_wide
    asked = any(
        truth.asked(one, notice["victim_id"])
        and (one["case_id"], one["code"]) == (notice["case_id"], notice["subject_code"])
        and (one["state"] in WAITING or kind in OVER)
        for one in truth.rows["referral"]
    )
    upe = any((unit["id"], unit["kind"]) == (1, "UPE") for unit in truth.rows["unit"])
    oversees = truth.permits("audit:read")
    mandate = kind == "INCORPORACION_POR_MANDATO" and notice["user_id"] == 7
    return (heads or not notice["supervisors"]) and (
        truth.in_case(notice)
        or (kind in HELD and keeps(notice["subject_code"], notice["victim_id"]))
        or kind == "TRASLADO"
        or (kind in AWAY and upe)
        or (truth.permits("referrals:read") and asked)
        or (oversees and (kind == "SELLO_ROTO" or mandate))
    )


def keeps(code: str, victim: int) -> bool:
    return (code, victim) in {("DE-1", 1), ("DE-2", 2)}


def test_notices(who: Actor) -> None:
    for seed in WORLDS:
        rows = made_up(seed)
        truth = Told(rows, who)
        assert ids(Asked(rows, keeps_hold=keeps).all(told.visible_notices(who))) == expected(
            row for row in rows["notice"]
            if row["unit_id"] == 1 and row["user_id"] in {None, 7} and reasons(truth, row)
        )  # fmt: skip


def test_what_is_told_of_accounts(who: Actor) -> None:
    for seed in WORLDS:
        rows = made_up(seed)
        heard = {"JEFATURA": who.unit_wide, "DATOS": Told(rows, who).permits("audit:read")}
        assert ids(Asked(rows).all(told.visible_account_notices(who))) == expected(
            row for row in rows["account_notice"] if row["unit_id"] == 1 and heard[row["audience"]]
        )
