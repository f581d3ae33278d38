"""Routers that are looked through only for addresses that begin like one of theirs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, wraps
from inspect import iscoroutinefunction, isfunction
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from fastapi import APIRouter
from fastapi.params import Depends
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import Scope

from app.access.act import Act
from app.db import transaction
from app.edge.deps import current_act


class Branch(APIRouter):
    """The routes of a slice.

    FastAPI asks every route of every included router in turn, and once more at each level of inclusion. There
    are some hundreds; what an address begins with says already whose it can be, and mostly whose it is.
    """

    under = ""
    """What the routers that include this one put before its paths; the application includes it bare."""
    within: Branch | None = None
    """The router that includes it; one is included once."""

    def add_api_route(self, path: str, endpoint: Callable[..., Any], **more: Any) -> None:
        """Add it; what it answers is documented as its function declares it: `-> Answer[View]`."""
        super().add_api_route(path, within_transaction(endpoint), **{**more, **_said_of(endpoint)})

    def include_router(self, router: APIRouter, *, prefix: str = "", **more: Any) -> None:
        """Include it; the base is told, since a router does not learn where it is included."""
        if isinstance(router, Branch):
            self.branches.append((router, prefix))
            router.stand(self.under + self.prefix + prefix, self)
        super().include_router(router, prefix=prefix, **more)

    def stand(self, under: str, within: Branch) -> None:
        """Learn what comes before the paths of this router and of those it includes, and what includes it."""
        self.under, self.within = under, within
        for branch, prefix in self.branches:
            branch.stand(under + self.prefix + prefix, self)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """As the base says it, without looking where no route can be.

        An address that only this router can have is its own before it looks; if it has none, it says so then.
        """
        if scope["type"] != "http" or scope.get("root_path"):
            return super().matches(scope)
        addresses, alone = self.place or self._placed()
        if not addresses.hold(scope["path"]):
            return Match.NONE, {}
        return (Match.FULL, {}) if alone else super().matches(scope)

    def _placed(self) -> tuple[_Addresses, bool]:
        """Its addresses, and whether no router beside it can have one of them."""
        addresses = self.addresses()
        beside = [branch for branch, _ in self.within.branches if branch is not self] if self.within else []
        alone = bool(beside) and all(addresses.apart(branch.addresses()) for branch in beside)
        self.place = addresses, alone
        return self.place

    def addresses(self) -> _Addresses:
        """Those of its routes and of the routers that it includes."""
        paths = [self.under + route.path for route in self.routes if isinstance(route, Route)]
        within = [branch.addresses() for branch, _ in self.branches]
        return _Addresses(
            frozenset(path for path in paths if "{" not in path).union(*(one.whole for one in within)),
            tuple(
                {path.partition("{")[0] for path in paths if "{" in path}.union(
                    *(one.heads for one in within)
                )
            ),
        )

    def _mark_routes_changed(self) -> None:
        """A change here is one of every router around it, and changes whose the addresses beside it are."""
        super()._mark_routes_changed()
        for branch in (self, *(branch for branch, _ in self.branches)):
            branch.place = None
        if self.within is not None:
            self.within._mark_routes_changed()  # noqa: SLF001 - of its own kind

    def _get_routes_version(self, seen: set[int] | None = None) -> int:  # noqa: ARG002 - the base's
        """Its own: the base adds up those of all routers within, several times a request."""
        return self._routes_version

    @cached_property
    def branches(self) -> list[tuple[Branch, str]]:
        """The routers that it includes, and what it puts before their paths."""
        return []

    place: tuple[_Addresses, bool] | None = None


@dataclass(frozen=True, slots=True)
class _Addresses:
    """The addresses without a parameter, and how the others begin, up to the first one."""

    whole: frozenset[str]
    heads: tuple[str, ...]

    def hold(self, path: str) -> bool:
        """Whether an address may be one of these."""
        return path in self.whole or path.startswith(self.heads)

    def apart(self, others: _Addresses) -> bool:
        """Whether no address can be one of these and one of the others."""
        return (
            self.whole.isdisjoint(others.whole)
            and not any(path.startswith(others.heads) for path in (*self.whole, *self.heads))
            and not any(path.startswith(self.heads) for path in (*others.whole, *others.heads))
        )


def within_transaction(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    """A route's function in the transaction of the act that it is given, itself or with a page.

    The transaction begins, ends and is committed in the one trip to a thread in which the function runs.

    Raises:
        TypeError: the function would hold up the event loop while it waits for the database.
    """
    name = next((name for name, kind in _declared(endpoint).items() if _brings_act(kind)), None)
    if name is None:
        return endpoint
    if iscoroutinefunction(endpoint):
        raise TypeError(f"{endpoint.__name__} takes an act, so it cannot be asynchronous")

    @wraps(endpoint)
    def within(**values: Any) -> Any:
        brought = values[name]
        act = brought if isinstance(brought, Act) else brought.act
        with transaction(act.session):
            return endpoint(**values)

    return within


def _declared(function: Callable[..., Any]) -> dict[str, Any]:
    return get_type_hints(function, include_extras=True)


def _brings_act(kind: Any) -> bool:
    """Whether a parameter is the act of the request, or made by what is given it."""
    for said in getattr(kind, "__metadata__", ()):
        if isinstance(said, Depends):
            maker = said.dependency
            return maker is current_act or (
                isfunction(maker) and any(map(_brings_act, _declared(maker).values()))
            )
    return False


def _said_of(endpoint: Callable[..., Any]) -> dict[str, Any]:
    """How a route is documented by the return type of its function; `Answer[Any]` says no more.

    Of `Answer[One] | Answer[Other]` it is documented that it answers one or the other.
    """
    said = get_type_hints(endpoint, include_extras=True).get("return")
    either = get_args(said) if isinstance(said, UnionType) or get_origin(said) is Union else (said,)
    if not all(_is_response(one) for one in either):
        return {}
    views = tuple(get_args(one)[0] for one in either)
    return {"response_model": None if Any in views else Union[views]}  # noqa: UP007 - as many as there are


def _is_response(said: object) -> bool:
    kind = get_origin(said)
    return isinstance(kind, type) and issubclass(kind, Response)
