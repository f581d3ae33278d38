"""Who acts in the demonstration: institutions, units and accounts, every one of them labelled SINTETICO."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.access.act import UPKEEP, Act
from app.access.actor import Actor
from app.access.passwords import Cost, hash_password
from app.catalogues import code_list
from app.models import Unit, UserAccount
from app.services.institutions.service import actor_of, create_institution, create_unit, create_user
from app.services.shelters.free_places import ShelterUnit
from app.services.shelters.registry import Entry, declare
from stories.demo.people import LABEL, Synthetic

HOME: Final = "17"
"""Department of the story: Madre de Dios."""
HUBS: Final = ("15", "08", "14", "16", HOME)
"""Departments whose offices take the cases of those around them."""
_NEAR: Final = MappingProxyType(
    {
        **dict.fromkeys(("02", "04", "07", "09", "11", "12", "15", "18", "19", "23"), "15"),
        **dict.fromkeys(("03", "05", "08", "21"), "08"),
        **dict.fromkeys(("01", "06", "13", "14", "20", "24"), "14"),
        **dict.fromkeys(("10", "16", "22", "25"), "16"),
        HOME: HOME,
    }
)

INSTITUTIONS: Final = MappingProxyType(
    {
        "PNP": "Policía Nacional del Perú",
        "MPFN": "Ministerio Público",
        "MIMP": "Ministerio de la Mujer y Poblaciones Vulnerables",
        "MINSA": "Ministerio de Salud",
        "MINEDU": "Ministerio de Educación",
        "MRE": "Ministerio de Relaciones Exteriores",
        "MINJUSDH": "Ministerio de Justicia y Derechos Humanos",
        "ONG": "Asociación de acogida",
        "REGISTRO": "Custodia del registro",
    }
)

_KINDS: Final = MappingProxyType(
    {
        "PNP": ("PNP", "Investigación de trata"),
        "FISCALIA": ("MPFN", "Fiscalía especializada en trata"),
        "UDAVIT": ("MPFN", "Asistencia a víctimas y testigos"),
        "UPE": ("MIMP", "Unidad de Protección Especial"),
        "CEM": ("MIMP", "Centro Emergencia Mujer"),
        "CAR": ("MIMP", "Centro de Acogida Residencial"),
        "ALBERGUE": ("ONG", "Albergue"),
        "SALUD": ("MINSA", "Centro de salud"),
        "EDUCACION": ("MINEDU", "Educación básica alternativa"),
        "CONSULADO": ("MRE", "Asistencia consular"),
        "DEFENSA_PUBLICA": ("MINJUSDH", "Defensa de víctimas"),
        "CENTRAL": ("REGISTRO", "Oficina central"),
    }
)
_EVERYWHERE: Final = ("PNP",)
_IN_HUBS: Final = ("UPE", "CEM", "CAR", "ALBERGUE")

ROLES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "police_investigator": ("policia", "PNP"),
        "prosecutor": ("fiscalia", "FISCALIA"),
        "udavit_officer": ("udavit", "UDAVIT"),
        "shelter_caseworker": ("albergue", "ALBERGUE"),
        "health_officer": ("salud", "SALUD"),
        "social_programme_officer": ("educacion", "EDUCACION"),
        "upe_officer": ("upe", "UPE"),
        "cem_officer": ("cem", "CEM"),
        "car_caseworker": ("car", "CAR"),
        "psychologist": ("psicologia", "ALBERGUE"),
        "consular_officer": ("consulado", "CONSULADO"),
        "public_defender": ("defensa", "DEFENSA_PUBLICA"),
        "data_protection_officer": ("datos", "PNP"),
        "registry_steward": ("custodia", "CENTRAL"),
        "analyst": ("analisis", "CENTRAL"),
        "institution_admin": ("administracion", "CENTRAL"),
    }
)
"""One account a role: its name and the kind of its unit, all in the department of the story."""

_CLERKS: Final = MappingProxyType(
    {
        "PNP": "police_investigator",
        "UPE": "upe_officer",
        "CEM": "cem_officer",
        "CAR": "car_caseworker",
        "ALBERGUE": "shelter_caseworker",
    }
)
_SHELTER_TYPES: Final = MappingProxyType({"CAR": "CAR", "ALBERGUE": "ALBERGUE_PRIVADO"})
_PLACES: Final = MappingProxyType({"GENERAL": 600})
"""Places of a synthetic shelter: enough for everybody it is to take in, and no more than that."""
_CLERK_COST: Final = Cost(memory_kib=64, passes=1, lanes=1)


@dataclass(frozen=True, slots=True)
class Office:
    """A unit of the demonstration."""

    kind: str
    department: str

    @property
    def code(self) -> str:
        """Code of the unit."""
        return f"{self.kind}-{self.department}"

    @property
    def clerk(self) -> str:
        """Account that keeps the synthetic register in this unit; nobody signs in with it."""
        return f"archivo-{self.code.lower()}"


def near(kind: str, department: str) -> Office:
    """The office of a kind that takes the cases of a department."""
    return Office(kind, department if kind in _EVERYWHERE else _NEAR[department])


def registrar(person: Synthetic) -> Office:
    """The unit that registers a synthetic person: the police, whose figures these are.

    They alone may write both who she is and the facts.
    """
    return near("PNP", person.department)


def responsible(person: Synthetic) -> Office:
    """The unit that is responsible for her care."""
    return near("UPE" if person.child else "CEM", person.department)


def shelter(person: Synthetic) -> Office:
    """The shelter that takes her in."""
    return near("CAR" if person.child else "ALBERGUE", person.department)


def unit_of(role: str) -> Office:
    """The unit of a role's account in the story."""
    return Office(ROLES[role][1], HOME)


def username(role: str) -> str:
    """The name of a role's account."""
    return f"{ROLES[role][0]}.sintetico"


def offices() -> list[Office]:
    """Every unit: police everywhere, others in the hubs, and one of each kind where the story happens."""
    found = [Office(kind, code) for kind in _EVERYWHERE for code in code_list("department").codes]
    found += [Office(kind, hub) for kind in _IN_HUBS for hub in HUBS]
    return [*found, *(Office(kind, HOME) for kind in _KINDS if kind not in {*_EVERYWHERE, *_IN_HUBS})]


def install(session: Session) -> None:
    """Create what is missing of the institutions, units and the accounts that keep the register."""
    act = Act(session, UPKEEP)
    units = set(session.scalars(select(Unit.code)))
    for office in offices():
        if office.code in units:
            continue
        owner, name = _KINDS[office.kind]
        institution = create_institution(act, owner, f"{INSTITUTIONS[owner]} ({LABEL})", "demo")
        place = code_list("department").label(office.department)
        key = create_unit(act, institution, office.code, f"{name}, {place} ({LABEL})", office.kind,
            office.department,
        )  # fmt: skip
        if office.kind in _SHELTER_TYPES:
            unit = ShelterUnit(key, office.code, office.kind, office.department)
            declare(act, unit, Entry(_SHELTER_TYPES[office.kind], _PLACES))
        if role := _CLERKS.get(office.kind):
            create_user(act, office.code, office.clerk, role, secrets.token_urlsafe(32),
                supervisor=True, cost=_CLERK_COST,
            )  # fmt: skip


def clerk(session: Session, office: Office) -> Actor:
    """The actor that keeps the register in a unit."""
    return actor_of(session, office.clerk)


def open_accounts(session: Session, cost: Cost) -> dict[str, str]:
    """One account for each of the 16 roles, with a new password each; returns them by role."""
    act = Act(session, UPKEEP)
    known = set(session.scalars(select(UserAccount.username)))
    passwords = {role: secrets.token_urlsafe(18) for role in ROLES}
    for role, password in passwords.items():
        name = username(role)
        if name not in known:
            create_user(act, unit_of(role).code, name, role, password, supervisor=True, cost=cost)
            continue
        session.execute(
            update(UserAccount)
            .where(UserAccount.username == name)
            .values(password_hash=hash_password(password, cost=cost), failed_logins=0, locked_until=None)
        )
    return passwords
