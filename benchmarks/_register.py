"""A small register for benchmarks: an installation in a temporary directory, one officer, filled records."""

import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import _report  # noqa: F401 - puts the repository on the path
from sqlalchemy import insert

from app.access.act import CARE, Act
from app.access.actor import SETUP, SIGN_IN, Actor
from app.config import Settings
from app.models import AuthSession
from app.runtime import Runtime, open_runtime
from app.services.institutions.service import actor_of, create_institution, create_unit, create_user
from app.services.victims.registration import Registration, checked, store

BATCH = 500

RECORD: dict[str, dict[str, Any]] = {
    "identity": {
        "given_names": "Rosalía Nélida", "first_surname": "Huamán", "second_surname": "Ccori",
        "social_name": "Rosa", "aliases": ["Rosita"], "sex": "MUJER", "nationality": "PE", "age_years": 24,
        "age_estimated": "NO", "birth_date": "2000-03-17", "birth_date_precision": "EXACTA",
        "birth_place": "170101", "ethnicity": "QUECHUA", "mother_tongue": "que", "interpreter_needed": "SI",
        "interpreter_language": "que", "disability": "NO", "pregnant": "NO", "children_count": 1,
        "dependants_in_care": 1, "marital_status": "SOLTERA", "education": "SECUNDARIA",
        "occupation": "Mesera",
    },
    "contact": {
        "mobile_phone": "987654321", "residence_country": "PE", "residence_ubigeo": "170101",
        "residence_locality": "Cerro Colorado", "residence_address": "Jirón Ficticio 123",
        "safe_contact_instructions": "Llamar solo por la mañana; no dejar mensajes.",
    },
    "plan": {
        "wishes": "Terminar la secundaria y trabajar en una panadería, cerca de mi hermana.",
        "own_goals": ["Terminar la secundaria", "Abrir una cuenta de ahorros"],
        "summary": "Plan de un año con dos revisiones.", "strengths": "Red familiar materna.",
        "needs_assessment": "Vivienda, estudios y acompañamiento psicológico.",
        "cultural_considerations": "Prefiere el quechua para hablar de salud.",
    },
    "services": {
        "urgent": "NO", "availability": "Mañanas", "notes": "Acude con puntualidad.",
        "programmes": ["Programa de ejemplo"],
    },
    "outcome": {"residual_risk_notes": "Vigilar contacto con la captadora."},
}  # fmt: skip
"""A filled record of about 40 fields over the compartments an officer of a CEM writes; nobody real."""


@contextmanager
def installation(shared_buffers: str | None = None) -> Iterator[Runtime]:
    """A fresh installation on an embedded server, removed at the end.

    Args:
        shared_buffers: memory of PostgreSQL, where a large register needs more than the default.
    """
    with tempfile.TemporaryDirectory(prefix="ruv-bench-", ignore_cleanup_errors=True) as folder:
        settings = Settings(
            data_dir=Path(folder),
            argon2_memory_kib=64,
            argon2_time_cost=1,
            postgres_grace=0,
            session_hours=12,
        )
        runtime = open_runtime(settings)
        if shared_buffers is not None:
            runtime.close(wait=30)
            local = Path(folder) / "pgdata" / "local.conf"
            local.write_text(f"shared_buffers = '{shared_buffers}'\n")
            local.chmod(0o644)
            runtime = open_runtime(settings)
        try:
            yield runtime
        finally:
            runtime.close(wait=30)


def officer(runtime: Runtime, role: str = "cem_officer", kind: str = "CEM") -> Actor:
    """An account of `role` in a unit of its own."""
    with runtime.database.session(SETUP) as session:
        owner = create_institution(Act(session, CARE), "BANCO", "Institución de medición", "publico")
        create_unit(Act(session, CARE), owner, f"{kind}-1", "Unidad de medición", kind, "17")
        create_user(
            Act(session, CARE), f"{kind}-1", f"medicion-{role}", role, "nube-tranquila-de-otoño-44",
            cost=runtime.password_cost,
        )  # fmt: skip
        return actor_of(session, f"medicion-{role}")


def access_token(runtime: Runtime, actor: Actor) -> str:
    """An access token (15 minutes) of a fresh session."""
    session_id = uuid.uuid4()
    with runtime.database.session(SIGN_IN) as session:
        expires = datetime.now(UTC) + timedelta(hours=1)
        row = {"id": session_id, "user_id": actor.user_id, "expires_at": expires}
        session.execute(insert(AuthSession), [row])
    return runtime.tokens.issue(
        user_id=actor.user_id,
        session_id=session_id,
        role=actor.role,
        unit_id=actor.unit_id,
        institution_id=actor.institution_id,
        unit_wide=actor.unit_wide,
        lifetime=900,
    )


def fill(runtime: Runtime, actor: Actor, persons: int) -> list[str]:
    """Register `persons` copies of `RECORD`; returns their codes."""
    codes: list[str] = []
    registration = Registration(RECORD, date(2024, 5, 2), source="MEDICION")
    clean = checked(actor, registration)
    while len(codes) < persons:
        count = min(BATCH, persons - len(codes))
        with runtime.database.session(actor) as session:
            done = store(Act(session, CARE), [(registration, clean)] * count)
        codes += [registered.code for registered in done]
    return codes
