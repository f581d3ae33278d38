"""The menu: which pages a role has any use for. What they show is decided by the policy, not here."""

from __future__ import annotations

from dataclasses import dataclass

from app.access.permissions import Permission
from app.access.policy import policy
from app.services.access.browsing import Browsing
from app.web.i18n import gettext

MOST = 6


def _(text: str) -> str:
    """Mark a text for the catalogue of translations; it is translated when it is shown."""
    return text


@dataclass(frozen=True, slots=True)
class Entry:
    """One place to go: shown to who holds any of the permissions (and, if so marked, supervises)."""

    text: str
    href: str
    permissions: tuple[Permission, ...]
    supervisor: bool = False
    hint: str = ""
    also: tuple[str, ...] = ()
    """Other places that belong to it."""

    def holds(self, path: str) -> bool:
        """Whether the page at this path is one of its own."""
        return any(path == start or path.startswith(f"{start}/") for start in (self.href, *self.also))


ENTRIES: tuple[Entry, ...] = (
    Entry(
        _("Mi trabajo"),
        "/trabajo",
        (Permission.CASES_READ,),
        hint=_("Lo que vence, lo que espera y sus borradores"),
        also=("/borradores",),
    ),
    Entry(
        _("Supervisión"),
        "/supervision",
        (Permission.CASES_READ,),
        supervisor=True,
        hint=_("Cómo está su unidad, qué debe revisar y a quién pasan los casos"),
    ),
    Entry(
        _("Mis víctimas"),
        "/fiscalia",
        (Permission.CASES_IDENTIFY,),
        hint=_("Sus casos por carpeta fiscal, audiencias y protección"),
    ),
    Entry(
        _("Casos"),
        "/casos",
        (Permission.CASES_READ,),
        hint=_("Los casos a su cargo, por código"),
        also=("/planes",),
    ),
    Entry(
        _("Registrar"),
        "/registrar",
        (Permission.VICTIMS_REGISTER,),
        hint=_("Buscar a una persona y, si no está, registrarla"),
        also=("/registro", "/ficha-policial"),
    ),
    Entry(
        _("Derivaciones"),
        "/derivaciones",
        (Permission.REFERRALS_READ,),
        hint=_("Las que su unidad recibió y envió, y las que esperan respuesta"),
    ),
    Entry(
        _("Centros"),
        "/centros",
        (Permission.SHELTERS_READ,),
        hint=_("Cupos de acogida, reservas y quién vive en su centro"),
    ),
    Entry(
        _("Coincidencias"),
        "/coincidencias",
        (Permission.MATCHING_REVIEW,),
        hint=_("Registros que pueden ser de una misma persona"),
    ),
    Entry(
        _("Solicitudes"),
        "/solicitudes",
        (Permission.COMMANDS_REQUEST, Permission.COMMANDS_APPROVE),
        hint=_("Lo que toma dos personas: unir, separar, descartar"),
    ),
    Entry(
        _("Administración"),
        "/administracion",
        (Permission.ACCOUNTS_MANAGE, Permission.ACCOUNTS_APPROVE),
        hint=_("Cuentas y unidades, y lo que sobre ellas deciden dos personas"),
    ),
    Entry(
        _("Directorio"),
        "/directorio",
        (Permission.REFERRALS_READ, Permission.DIRECTORY_MANAGE),
        hint=_("Qué unidades dan cada servicio, dónde y a quién"),
    ),
    Entry(
        _("Solicitudes de datos"),
        "/solicitudes-de-datos",
        (Permission.DATA_REQUESTS_READ,),
        hint=_("Pedidos de las personas sobre sus datos y sus plazos"),
    ),
    Entry(
        _("Encuesta"),
        "/satisfaccion",
        (Permission.SATISFACTION_COLLECT,),
        hint=_("Entregar el equipo para que la persona responda cómo la atendieron"),
    ),
    Entry(
        _("Calidad de datos"),
        "/calidad",
        (Permission.CASES_READ,),
        hint=_("Qué falta o se contradice en los casos, y dónde corregirlo"),
    ),
    Entry(
        _("Plazos"),
        "/plazos",
        (Permission.CASES_READ,),
        hint=_("Lo que vence en su unidad y en qué norma está"),
    ),
    Entry(
        _("Indicadores"),
        "/indicadores",
        (Permission.INDICATORS_READ,),
        hint=_("Los del plan nacional, por año y departamento"),
    ),
    Entry(
        _("Liberaciones"),
        "/liberaciones",
        (Permission.RELEASES_READ,),
        hint=_("Cifras que se pueden publicar, con sus archivos"),
    ),
)
"""In the order of the menu; what does not fit is under "Más"."""

MORE = Entry(_("Más"), "/mas", ())


def entries(who: Browsing) -> list[Entry]:
    """Every place the person may go to, in order."""
    held = policy().roles[who.actor.role].permissions
    return [
        entry
        for entry in ENTRIES
        if (not entry.permissions or any(p in held for p in entry.permissions))
        and (who.supervisor or not entry.supervisor)
    ]


def navigation(who: Browsing, path: str) -> list[dict[str, object]]:
    """The menu of a person: at most `MOST` items, with the present one marked."""
    known = entries(who)
    shown = known if len(known) <= MOST else [*known[: MOST - 1], MORE]
    here = next((entry for entry in known if entry.holds(path)), MORE if MORE.holds(path) else None)
    if here and here not in shown:
        here = MORE
    return [{"text": gettext(e.text), "href": e.href, "active": e is here} for e in shown]


def first_page(who: Browsing) -> str:
    """Where a person lands after signing in."""
    known = entries(who)
    return known[0].href if known else "/cuenta"
