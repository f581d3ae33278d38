"""Turns at checking a password: that work holds 64 MiB and a core, so few at once and a short line.

Who waits for a turn waits on the event loop and holds no thread of the requests: however many try to sign
in at once, everybody else is answered. Who finds the line full, or waits too long, is told to come back;
then nothing was looked at, neither name nor password. Each process has a line of its own.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import Depends, Request

from app.errors import TooMany

_COME_BACK = 5  # seconds
FULL = "Muchas personas ingresan en este momento. Espere unos segundos e intente de nuevo."


class Turns:
    """A few places, and a line of bounded length and patience in front of them."""

    def __init__(self, at_once: int, line: int, patience: float) -> None:
        self._places = asyncio.Semaphore(at_once)
        self._line = line
        self._patience = patience
        self._waiting = 0

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """Hold a place.

        Raises:
            TooMany: the line is full, or no place came free in time.
        """
        if self._places.locked() and self._waiting >= self._line:
            raise TooMany(FULL, retry_after=_COME_BACK)
        self._waiting += 1
        try:
            await asyncio.wait_for(self._places.acquire(), self._patience)
        except TimeoutError:
            raise TooMany(FULL, retry_after=_COME_BACK) from None
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._places.release()


async def _turn(request: Request) -> AsyncIterator[None]:
    turns: Turns = request.app.state.turns
    async with turns.one():
        yield


def ChecksPassword() -> Any:  # noqa: N802 - reads as the declaration it is
    """Route dependency: the route checks or sets a password, which it does in its turn."""
    return Depends(_turn, scope="function")
