"""By which channel a person may be contacted: the one she named as safe, and no other. Pure.

What she did not forbid is not therefore safe: whoever controls her may answer her telephone or open her door.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

NOBODY: Final = "NINGUNO"
SERVICE: Final = "POR_SERVICIO"
FORBIDS: Final = MappingProxyType(
    {
        "NO_TELEFONO": frozenset({"LLAMADA"}),
        "NO_MENSAJES": frozenset({"MENSAJE", "MENSAJERIA"}),
        "NO_CORREO": frozenset({"CORREO"}),
        "NO_DOMICILIO": frozenset({"VISITA_DOMICILIO"}),
    }
)
"""Channels that a restriction contradicts; the others tell how to use the one she named."""
NAMED, UNSAID, CONTRADICTED, NOT_NOW, RESERVED = (
    "INDICADO",
    "NO_DIJO",
    "SE_CONTRADICE",
    "NO_CONTACTAR",
    "RESERVADO",
)
BROKEN: Final = "NO_SE_ABRE"
_ASK_HER: Final = "Hágalo a través del servicio que la acompaña"
TEXTS: Final = MappingProxyType(
    {
        NAMED: "Es el único medio que la persona indicó como seguro.",
        UNSAID: f"La persona no dijo por dónde es seguro contactarla. {_ASK_HER}, pregúntele por dónde y "
        "anótelo en su registro.",
        CONTRADICTED: "El medio indicado como seguro está entre los que la persona pidió no usar: no lo use. "
        f"{_ASK_HER} y aclárelo con ella.",
        NOT_NOW: "La persona pidió que no se la contacte por ahora.",
        RESERVED: "A su unidad no se le compartió cómo contactarla sin riesgo. "
        "Hágalo a través del servicio que la acompaña.",
        BROKEN: "No se puede abrir lo que dijo de cómo contactarla: su sello está roto. "
        "Hágalo a través del servicio que la acompaña.",
    }
)


@dataclass(frozen=True, slots=True)
class Advice:
    """What is known of how to reach her: the channels she named, why there is none, and what to mind."""

    said: str
    channels: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The advice in words."""
        return TEXTS[self.said]

    @property
    def possible(self) -> tuple[str, ...]:
        """What may be used: what she named, else who accompanies her; nothing if she wants none."""
        return () if self.said == NOT_NOW else self.channels or (SERVICE,)


def advice(safe_channel: str | None, restrictions: Iterable[str]) -> Advice:
    """What her record says of how to reach her; what contradicts itself names no channel."""
    minded = tuple(dict.fromkeys(restrictions))
    if safe_channel is None:
        return Advice(UNSAID, (), minded)
    if safe_channel == NOBODY:
        return Advice(NOT_NOW, (), minded)
    if any(safe_channel in FORBIDS.get(code, ()) for code in minded):
        return Advice(CONTRADICTED, (), minded)
    return Advice(NAMED, (safe_channel,), minded)
