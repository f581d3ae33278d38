"""Routers that are looked through only for addresses that begin like one of theirs."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from fastapi import APIRouter
from starlette.routing import Match, Route
from starlette.types import Scope


class Branch(APIRouter):
    """The routes of a slice.

    FastAPI asks every route of every included router in turn, and once more at each level of inclusion. There
    are some hundreds; what an address begins with says already whose it can be.
    """

    under = ""
    """What the routers that include this one put before its paths."""

    def include_router(self, router: APIRouter, *, prefix: str = "", **more: Any) -> None:
        """Include it; the base is told, since a router does not learn where it is included."""
        if isinstance(router, Branch):
            router.under = self.under + self.prefix + prefix
        super().include_router(router, prefix=prefix, **more)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """As the base says it, without looking where no route can be."""
        if not scope.get("root_path") and not scope["path"].startswith(self._heads):
            return Match.NONE, {}
        return super().matches(scope)

    @cached_property
    def _heads(self) -> tuple[str, ...]:
        """What is the same in every address of each route, up to its first parameter."""
        paths = [route.path if isinstance(route, Route) else self.prefix for route in self.routes]
        return tuple({self.under + path.partition("{")[0] for path in paths})
