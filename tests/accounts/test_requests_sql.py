"""The second lock on requests about accounts: what SQL as the application's role is refused."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from app.codes import new_code
from tests.access.sql_checks import refused
from tests.accounts.office import Institution, ask, institution, signed
from tests.factories import World

REQUEST = (
    "INSERT INTO account_request (code, kind, account_id, unit_id, role, supervisor, requested_by,"
    " requested_unit_id, requested_institution_id, state, version)"
    " VALUES (%(code)s, %(kind)s, %(account)s, %(to)s, %(role)s, %(oversees)s, %(by)s, %(unit)s,"
    " %(institution)s, %(state)s, 1)"
)
DECIDE = (
    "UPDATE account_request SET state = %(state)s, version = version + 1, decided_at = now(),"
    " decided_by = %(by)s, decided_unit_id = %(unit)s, decided_institution_id = %(institution)s,"
    " refusal_reason = CASE WHEN %(state)s = 'RECHAZADA' THEN 'NO_CORRESPONDE' END WHERE code = %(code)s"
)
SETTLE = "SELECT ruv.settle_account(id, 'x') FROM account_request WHERE code = %(code)s"


@pytest.fixture
def place(world: World) -> Institution:
    return institution(world)


@pytest.mark.parametrize(
    "forged",
    [
        {"by": 1},
        {"unit": 1},
        {"institution": 1},
        {"state": "EJECUTADA"},
        {"kind": "ALTA"},
        {"role": "registry_steward"},
        {"role": "cem_officer"},
        {"role": "nadie"},
        {"to": 1},
    ],
    ids=str,
)
def test_a_request_is_in_ones_own_name_and_about_what_may_be_asked(
    world: World, place: Institution, forged: dict[str, Any]
) -> None:
    member, admin = place.member(), place.admin
    proper = signed(
        admin, code=new_code("CT"), kind="CAMBIO", account=member.user_id, to=member.unit_id,
        role="data_protection_officer", oversees=True, state="PENDIENTE",
    )  # fmt: skip
    with world.session(admin) as session:
        assert not refused(session, REQUEST, **proper)
        assert refused(session, REQUEST, **{**proper, **forged})
        for account in (admin.user_id, institution(world).member().user_id):
            assert refused(session, REQUEST, **{**proper, "account": account})
    with world.session(member) as session:
        assert refused(session, REQUEST, **{**proper, **signed(member)})


def test_no_hand_alone_settles_a_request(world: World, place: Institution) -> None:
    asked = ask(place)
    code = asked["request"]
    officer = world.actor("data_protection_officer")
    done = "EJECUTADA"
    with world.session(place.admin) as session:
        assert refused(session, SETTLE, code=code)
        assert refused(session, DECIDE, **signed(place.admin, code=code, state=done))
        assert refused(session, DECIDE, **signed(place.second, code=code, state=done))  # in another's name
        assert (
            session.scalar(
                text("SELECT ruv.secret_mark_of(id) FROM account_request WHERE code = :c"), {"c": code}
            )
            is None
        )
    stranger = institution(world).admin
    with world.session(stranger) as session:
        assert session.connection().exec_driver_sql("SELECT 1 FROM account_request").rowcount == 0
        changed = session.connection().exec_driver_sql(DECIDE, signed(stranger, code=code, state=done))
        assert changed.rowcount == 0
    for column in ("secret_mark", "requested_by", "decided_by"):
        with world.session(officer) as session:
            assert refused(session, f"SELECT {column} FROM account_request")  # noqa: S608
    for approver in (place.second, officer):  # an approval that did nothing is none
        with pytest.raises(Exception, match="not permitted"), world.session(approver) as session:
            session.connection().exec_driver_sql(DECIDE, signed(approver, code=code, state=done))
    with world.session(officer) as session:
        session.connection().exec_driver_sql(DECIDE, signed(officer, code=code, state=done))
        assert session.connection().exec_driver_sql(SETTLE, {"code": code}).scalar_one() == "DONE"
        assert refused(session, SETTLE, code=code)
