"""Routers that are looked through only for addresses that begin like one of theirs."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from fastapi import APIRouter
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import Scope


class Branch(APIRouter):
    """The routes of a slice.

    FastAPI asks every route of every included router in turn, and once more at each level of inclusion. There
    are some hundreds; what an address begins with says already whose it can be.
    """

    under = ""
    """What the routers that include this one put before its paths; the application includes it bare."""

    def add_api_route(self, path: str, endpoint: Callable[..., Any], **more: Any) -> None:
        """Add it; what it answers is documented as its function declares it: `-> Answer[View]`."""
        super().add_api_route(path, endpoint, **{**more, **_said_of(endpoint)})

    def include_router(self, router: APIRouter, *, prefix: str = "", **more: Any) -> None:
        """Include it; the base is told, since a router does not learn where it is included."""
        if isinstance(router, Branch):
            self._branches.append((router, prefix))
            router.stand(self.under + self.prefix + prefix)
        super().include_router(router, prefix=prefix, **more)

    def stand(self, under: str) -> None:
        """Learn what comes before the paths of this router and of those it includes."""
        self.under, self._known = under, (0, ())
        for branch, prefix in self._branches:
            branch.stand(under + self.prefix + prefix)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """As the base says it, without looking where no route can be."""
        if (
            scope["type"] == "http"
            and not scope.get("root_path")
            and not scope["path"].startswith(self._heads())
        ):
            return Match.NONE, {}
        return super().matches(scope)

    def _heads(self) -> tuple[str, ...]:
        """What is the same in every address of each route, up to its first parameter."""
        count, heads = self._known
        if count != len(self.routes):
            paths = [getattr(route, "path", self.prefix) for route in self.routes]
            heads = tuple({self.under + path.partition("{")[0] for path in paths})
            self._known = len(self.routes), heads
        return heads

    @cached_property
    def _branches(self) -> list[tuple[Branch, str]]:
        return []

    _known: tuple[int, tuple[str, ...]] = (0, ())
    """So many routes, and how their addresses begin."""


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
