"""Who acts is who the session is bound to: nobody else, and nobody without a session."""

from __future__ import annotations

import pytest

from app.access.act import CARE, RIGHTS, Act
from app.access.actor import matching_for
from app.db import acting_as
from app.errors import Unavailable
from tests.factories import World


def test_it_is_whom_the_session_is_bound_to(world: World) -> None:
    officer, other = world.actor("cem_officer"), world.actor("prosecutor")
    with world.session(officer) as session, world.session(other) as beside:
        act = Act(session, CARE)
        assert (act.session, act.actor, act.purpose) == (session, officer, CARE)
        assert Act(beside, CARE).actor == other
        asked = act.for_purpose(RIGHTS)
        assert (asked.session, asked.actor, asked.purpose) == (session, officer, RIGHTS)
        assert act.purpose == CARE


def test_nobody_else_can_be_put_in(world: World) -> None:
    officer = world.actor("cem_officer")
    with world.session(officer) as session:
        act = Act(session, CARE)
        with pytest.raises(AttributeError):
            act.other = world.actor("prosecutor")  # type: ignore[attr-defined]
        with acting_as(session, matching_for(officer)):
            assert Act(session, CARE).actor == officer  # a proxy lends its rights, not its name


def test_nobody_acts_in_a_session_of_nobody(world: World) -> None:
    with world.session(world.actor("cem_officer")) as session:
        session.info.pop("actor")
        with pytest.raises(Unavailable):
            Act(session, CARE)
