"""Accounts for the tests of signing in: found, altered, attempted, and what they leave in the trace."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from sqlalchemy import Connection, NullPool, create_engine, select, text, update

from app.access.act import CARE, Act
from app.access.actor import SETUP, SIGN_IN, Actor
from app.models import UserAccount
from app.services.access.tries import name_digest
from app.services.institutions.service import create_user
from tests.factories import PASSWORD, World

TOKEN = "/api/v1/auth/token"
REFRESH = "/api/v1/auth/refresh"
WRONG = "una-clave-que-no-es-la-suya"


def username_of(world: World, actor: Actor) -> str:
    with world.session(SIGN_IN) as session:
        name = session.scalar(select(UserAccount.username).where(UserAccount.id == actor.user_id))
    assert name
    return name


def code_of(world: World, actor: Actor) -> str:
    """How the actor's account is known outside."""
    with world.session(SIGN_IN) as session:
        return session.scalars(select(UserAccount.code).where(UserAccount.id == actor.user_id)).one()


def key_of(world: World, code: str) -> int:
    """The key of the account behind a code."""
    with world.session(SIGN_IN) as session:
        return session.scalars(select(UserAccount.id).where(UserAccount.code == code)).one()


def attempt(world: World, username: str, password: str = PASSWORD, **more: str) -> httpx.Response:
    return world.client().post(TOKEN, data={"username": username, "password": password, **more})


@contextmanager
def as_superuser(world: World) -> Iterator[Connection]:
    """A transaction that row-level security does not bind."""
    url = world.runtime.database.engine().url.set(username="postgres")
    with create_engine(url, poolclass=NullPool).begin() as connection:
        yield connection


def set_account(world: World, actor: Actor, **values: Any) -> None:
    """Change an account as the database's owner would: no role of the application may change all of these."""
    with as_superuser(world) as connection:
        connection.execute(update(UserAccount).where(UserAccount.id == actor.user_id).values(**values))


def let_pass(world: World, username: str, *, minutes: int) -> None:
    """Let time pass for the failures of a name, wherever they were."""
    name = name_digest(world.runtime.vault, username)
    with as_superuser(world) as connection:
        connection.execute(
            text("UPDATE sign_in_try SET failed_at = failed_at - make_interval(mins => :m) WHERE name = :n"),
            {"m": minutes, "n": name},
        )


def events(world: World, actor: Actor | None, action: str) -> list[dict[str, Any]]:
    """Events of one account (of nobody for None), oldest first."""
    with as_superuser(world) as connection:
        rows = connection.scalars(
            text(
                "SELECT event FROM audit_event"
                " WHERE user_id IS NOT DISTINCT FROM CAST(:user AS bigint) AND action = :action ORDER BY id"
            ),
            {"user": actor.user_id if actor else None, "action": action},
        )
        return [json.loads(row) for row in rows]


def service_account(world: World) -> tuple[str, str]:
    unit = world.unit("PNP")
    name, secret = f"sistema-{secrets.token_hex(4)}", secrets.token_urlsafe(32)
    with world.session(SETUP) as session:
        create_user(
            Act(session, CARE), unit, name, "police_investigator", secret,
            service_account=True, cost=world.runtime.password_cost,
        )  # fmt: skip
    return name, secret
