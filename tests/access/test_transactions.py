"""A route's function runs in one transaction and one trip to a thread, and nothing else makes another."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from inspect import isasyncgenfunction, iscoroutinefunction
from typing import Annotated, Any

import pytest
from fastapi import Depends, FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts

from app.config import Settings
from app.edge.deps import CurrentAct, current_act
from app.edge.routing import Branch
from app.main import create_app


def _trees(app: FastAPI) -> list[Dependant]:
    contexts = iter_route_contexts(app.routes)
    found = [getattr(one, "dependant", None) or getattr(one.route, "dependant", None) for one in contexts]
    return [one for one in found if isinstance(one, Dependant)]


def _below(tree: Dependant) -> Iterator[Callable[..., Any]]:
    for one in tree.dependencies:
        assert one.call is not None
        yield one.call
        yield from _below(one)


def slow(app: FastAPI) -> set[str]:
    """What requests wait for a thread for, beside the function of their route."""
    calls = {call for tree in _trees(app) for call in _below(tree)}
    return {repr(call) for call in calls if not _waits_for_nothing(call)}


def _waits_for_nothing(call: Callable[..., Any]) -> bool:
    called = call if hasattr(call, "__name__") else type(call).__call__
    return iscoroutinefunction(called) or isasyncgenfunction(called)


def unbound(app: FastAPI) -> set[str]:
    """The routes that are given an act, and run outside its transaction."""
    return {
        tree.call.__name__
        for tree in _trees(app)
        if current_act in set(_below(tree))
        and tree.call is not None
        and not hasattr(tree.call, "__wrapped__")
    }


def test_every_route_that_acts_runs_in_its_transaction_in_one_trip(settings: Settings) -> None:
    app = create_app(settings)
    acting = [tree for tree in _trees(app) if current_act in set(_below(tree))]
    assert len(acting) > 300
    assert not slow(app)
    assert not unbound(app)


def _sideways() -> int:
    return 1


def _outside(act: CurrentAct, number: Annotated[int, Depends(_sideways)]) -> None: ...


def test_a_second_trip_and_a_route_outside_its_transaction_are_found() -> None:
    app = FastAPI()
    app.get("/")(_outside)
    assert slow(app) == {repr(_sideways)}
    assert unbound(app) == {"_outside"}


async def _page(act: CurrentAct) -> AsyncIterator[str]:
    yield "made of the act"


async def _hurried(made: Annotated[str, Depends(_page)]) -> None: ...


def test_a_route_that_would_hold_up_all_others_is_refused() -> None:
    with pytest.raises(TypeError, match="_hurried"):
        Branch().get("/")(_hurried)
