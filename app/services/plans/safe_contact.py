"""By which channels a person may be contacted, from what she said of it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType
from typing import Final

from app.catalogues import code_list

NOBODY: Final = "NINGUNO"
CHANNELS: Final = tuple(code for code in code_list("contact_channel").codes if code != NOBODY)
FORBIDS: Final = MappingProxyType(
    {
        "NO_TELEFONO": frozenset({"LLAMADA"}),
        "NO_MENSAJES": frozenset({"MENSAJE", "MENSAJERIA"}),
        "NO_CORREO": frozenset({"CORREO"}),
        "NO_DOMICILIO": frozenset({"VISITA_DOMICILIO"}),
        "NO_FAMILIA": frozenset({"POR_PERSONA_CONFIANZA"}),
    }
)
"""Channels each restriction rules out; the other restrictions tell how to use those that remain."""
UNKNOWN: Final = ("POR_SERVICIO",)
"""For who may not read how she can be reached: only through the service that accompanies her."""
_ONLY: Final = MappingProxyType({"PRESENCIAL": ("PRESENCIAL",), NOBODY: ()})


def possible(safe_channel: str | None, restrictions: Iterable[str]) -> tuple[str, ...]:
    """Channels that remain, in the order of the list.

    The channel she named as safe stays possible although a restriction would rule it out; "only in person"
    and "do not contact for now" leave no other.
    """
    if safe_channel is not None and safe_channel in _ONLY:
        return _ONLY[safe_channel]
    barred = frozenset[str]().union(*(FORBIDS.get(code, ()) for code in restrictions)) - {safe_channel}
    return tuple(channel for channel in CHANNELS if channel not in barred)
