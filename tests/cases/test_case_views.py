"""What is told of the exploitation is its statistical face, field for field."""

from __future__ import annotations

from typing import get_type_hints

from app.records import face_fields
from app.services.cases.views import ExploitationView


def test_the_exploitation_is_told_as_it_is_catalogued() -> None:
    assert get_type_hints(ExploitationView) == {
        field.name: list[str] if field.many else str for field in face_fields("exploitation")
    }
