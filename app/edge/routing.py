"""Routers that are looked through only for addresses that begin like one of theirs."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from fastapi import APIRouter
from starlette.routing import Match
from starlette.types import Scope


class Branch(APIRouter):
    """The routes of a slice.

    FastAPI asks every route of every included router in turn, and once more at each level of inclusion. There
    are some hundreds; what an address begins with says already whose it can be.
    """

    under = ""
    """What the routers that include this one put before its paths; the application includes it bare."""

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
