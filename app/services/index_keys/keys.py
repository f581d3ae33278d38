"""The index keys in force: two while they rotate, and then every token is written and looked up by both."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import vault_of
from app.models import Kek
from app.vault import WrappedKey

_IN_FORCE = "SELECT id, version FROM ruv.index_keys()"


class IndexKey(NamedTuple):
    """A key for look-up tokens; `version` stands beside each token it made."""

    version: int
    secret: bytes

    def __repr__(self) -> str:
        return f"<IndexKey v{self.version}>"


def index_keys(session: Session) -> list[IndexKey]:
    """The index keys in force, oldest first; none comes or goes until the session's transaction ends.

    So whoever writes tokens by these keys is waited for before a rebuild begins, and before an old key's
    tokens are dropped. A key made by another process since this one started is opened here.

    Raises:
        KeyBroken, UnknownKey: a key does not open under the root key.
    """
    rows = session.connection().exec_driver_sql(_IN_FORCE).all()
    vault = vault_of(session)
    unknown = [row.id for row in rows if not vault.holds(row.id)]
    if unknown:
        stored = session.execute(
            select(Kek.id, Kek.purpose, Kek.version, Kek.root_key_id, Kek.wrapped).where(Kek.id.in_(unknown))
        )
        vault.adopt(WrappedKey(*row) for row in stored)
    return [IndexKey(row.version, vault.secret("index", row.id)) for row in rows]
