"""How institutions and accounts are known outside, for rows that hold their keys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import ARRAY, BigInteger, bindparam, func, select
from sqlalchemy.orm import Session

from app.models import Institution


def institution_codes(session: Session, keys: Iterable[int]) -> Mapping[int, str]:
    """Codes of institutions by their keys."""
    query = select(Institution.id, Institution.code).where(Institution.id.in_(set(keys)))
    return {key: code for key, code in session.execute(query)}  # noqa: C416 - of a row, a pair


def account_codes(session: Session, keys: Iterable[int]) -> Mapping[int, str]:
    """Codes of accounts by their keys, whether the bound actor sees the accounts or not."""
    key = func.unnest(bindparam("keys", sorted(set(keys)), ARRAY(BigInteger))).column_valued("key")
    rows = session.execute(select(key, func.ruv.account_code(key)))
    return {key: code for key, code in rows}  # noqa: C416 - of a row, a pair
