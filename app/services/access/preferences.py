"""What a person chose for her own pages (language, size of the text), and the rules she agreed to."""

from __future__ import annotations

from typing import Final

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert

from app.access.act import Act
from app.audit import record
from app.errors import refusal
from app.models import UserPreference
from app.states import Language, TextSize

LANGUAGES: Final = tuple(Language)
TEXT_SIZES: Final = tuple(TextSize)
AGREEMENT: Final = "2026-11"
"""Version of the rules of confidentiality; a new one is agreed to at the next sign-in."""


def choose_language(act: Act, language: str) -> None:
    """Set the language of one's own pages.

    Raises:
        Invalid: not one of `LANGUAGES`.
    """
    if language not in LANGUAGES:
        message = "Elija uno de los idiomas de la lista."
        raise refusal("language", "unknown", message)
    _put(act, language=language)


def choose_text_size(act: Act, size: str) -> None:
    """Set the size of the text of one's own pages.

    Raises:
        Invalid: not one of `TEXT_SIZES`.
    """
    if size not in TEXT_SIZES:
        message = "Elija uno de los tamaños de la lista."
        raise refusal("text_size", "unknown", message)
    _put(act, text_size=size)


def agree(act: Act) -> None:
    """Record that the person agreed to the rules of confidentiality in force."""
    _put(act, agreed_version=AGREEMENT, agreed_at=func.now())
    record(act, "auth.agree", detail={"version": AGREEMENT})


def _put(act: Act, **values: object) -> None:
    statement = insert(UserPreference).values(user_id=act.actor.user_id, **values)
    act.session.execute(statement.on_conflict_do_update(index_elements=["user_id"], set_=values))
