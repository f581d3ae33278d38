"""Create institutions, units and accounts (set-up and administration)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.actor import Actor
from app.access.passwords import STANDARD, Cost, PasswordRefused, check_policy, hash_password
from app.access.policy import policy
from app.audit import record
from app.codes import new_code
from app.db import insert_rows, next_ids
from app.errors import Conflict, refusal
from app.models import Institution, Unit, UserAccount

NO_PASSWORD = "!"  # noqa: S105 - the hash of none
USERNAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{2,79}", re.ASCII)

UNIT_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "UPE": "Unidad de Protección Especial (UPE)",
        "CEM": "Centro Emergencia Mujer (CEM)",
        "CAR": "Centro de Acogida Residencial (CAR)",
        "ALBERGUE": "Albergue",
        "HRT": "Hogar de Refugio Temporal (HRT)",
        "FISCALIA": "Fiscalía",
        "UDAVIT": "UDAVIT",
        "PNP": "Policía (PNP)",
        "SALUD": "Establecimiento de salud",
        "EDUCACION": "Educación",
        "TRABAJO": "Trabajo",
        "PROGRAMA_SOCIAL": "Programa social",
        "CONSULADO": "Consulado",
        "DEFENSA_PUBLICA": "Defensa pública",
        "CENTRAL": "Oficina central",
    }
)
"""Kinds of unit and their Spanish names; CAR, ALBERGUE and HRT house people."""


def create_institution(act: Act, code: str, name: str, sector: str) -> int:
    """Create an institution and return its key; an existing code keeps its row.

    Raises:
        app.errors.Forbidden: the actor is not the set-up (row-level security).
    """
    found = act.session.scalar(select(Institution.id).where(Institution.code == code))
    if found is not None:
        return found
    key = next_ids(act.session, institution=1)["institution"][0]
    insert_rows(act.session, Institution, [{"id": key, "code": code, "name": name, "sector": sector}])
    record(act, "institutions.create", detail={"institution": code})
    return key


def create_unit(
    act: Act,
    institution_id: int,
    code: str,
    name: str,
    kind: str,
    department: str | None = None,
) -> int:
    """Create a unit and return its key; an existing code keeps its row.

    Args:
        department: 2-digit INEI code of where it serves.

    Raises:
        Invalid: unknown kind.
    """
    if kind not in UNIT_KINDS:
        message = f"Clase de unidad desconocida. Use una de: {', '.join(UNIT_KINDS)}."
        raise refusal("kind", "unknown", message)
    found = act.session.scalar(select(Unit.id).where(Unit.code == code))
    if found is not None:
        return found
    key = next_ids(act.session, unit=1)["unit"][0]
    row = {"id": key, "institution_id": institution_id, "code": code, "name": name, "kind": kind}
    insert_rows(act.session, Unit, [{**row, "department": department}])
    record(act, "units.create", detail={"unit": code})
    return key


def create_user(  # noqa: PLR0913
    act: Act,
    unit_code: str,
    username: str,
    role: str,
    password: str | None,
    *,
    supervisor: bool = False,
    service_account: bool = False,
    cost: Cost = STANDARD,
) -> int:
    """Create an account and return its key.

    Args:
        password: a lasting one; None leaves the account waiting for a second person, who adds one.

    Raises:
        Invalid: unknown unit or role, a role that does not fit the unit, or a password the policy refuses;
            the field is named.
        Conflict: the username is taken.
    """
    unit = act.session.execute(
        select(Unit.id, Unit.institution_id, Unit.kind).where(Unit.code == unit_code)
    ).first()
    if unit is None:
        raise refusal("unit", "invalid", "No existe esa unidad.")
    if not USERNAME.fullmatch(username):
        raise refusal(
            "username", "invalid", "De 3 a 80 letras, cifras, puntos, guiones o guion bajo, sin espacios."
        )
    if role not in policy().roles:
        raise refusal("role", "invalid", f"No existe esa función. Use una de: {', '.join(policy().roles)}.")
    if not service_account:
        check_fits(role, unit.kind)
    hashed = NO_PASSWORD if password is None else _hashed(password, username, cost)
    if act.session.scalar(select(UserAccount.id).where(UserAccount.username == username)) is not None:
        raise Conflict("Ese nombre de usuario ya existe.")
    key = next_ids(act.session, user_account=1)["user_account"][0]
    row = {
        "id": key,
        "unit_id": unit.id,
        "institution_id": unit.institution_id,
        "code": new_code("AU"),
        "username": username,
        "role": role,
        "supervisor": supervisor,
        "service_account": service_account,
        "password_hash": hashed,
        "failed_logins": 0,
        "approved_at": None if password is None else datetime.now(UTC),
    }
    insert_rows(act.session, UserAccount, [row])
    record(act, "accounts.create", detail={"account": key, "role": role, "unit": unit_code})
    return key


def check_fits(role: str, unit_kind: str) -> None:
    """Refuse a role that does not fit the kind of its unit.

    Raises:
        Invalid: names the field and the roles that fit.
    """
    if policy().fits(role, unit_kind):
        return
    fitting = [name for name in policy().roles if policy().fits(name, unit_kind)]
    kind = UNIT_KINDS.get(unit_kind, unit_kind)
    message = f"Esa función no corresponde a una unidad de la clase «{kind}»: elija otra."
    raise refusal("role", "does-not-fit", message, fitting)


def _hashed(password: str, username: str, cost: Cost) -> str:
    try:
        check_policy(password, username)
        return hash_password(password, cost=cost)
    except PasswordRefused as refused:
        raise refusal("password", "invalid", str(refused)) from None


def actor_of(session: Session, username: str) -> Actor:
    """The actor behind a username, for commands run on the server itself (no sign-in session).

    Raises:
        Invalid: no such account, or it is disabled.
    """
    user = session.execute(
        select(
            UserAccount.id,
            UserAccount.unit_id,
            UserAccount.institution_id,
            UserAccount.role,
            UserAccount.supervisor,
        ).where(
            UserAccount.username == username,
            UserAccount.disabled_at.is_(None),
            UserAccount.approved_at.is_not(None),
        )
    ).first()
    if user is None:
        raise refusal("username", "invalid", "No existe esa cuenta o está desactivada.")
    wide = user.supervisor or policy().unit_scoped(user.role)
    return Actor(user.id, username, user.unit_id, user.institution_id, user.role, wide)
