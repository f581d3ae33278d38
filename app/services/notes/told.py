"""The notes of a case among all that is held of a person, without who wrote them."""

from typing import Final

from app.services.notes.queries import all_read
from app.services.rows.kinds import Kind
from app.services.rows.telling import Shape

_ADDED: Final = Shape("case_note_addendum", "written_at unit/name *")
_NOTE: Final = Shape("case_note", "written_at unit/name about_label *", inside={"addenda": _ADDED})
KINDS: Final = (Kind("notas", "Notas", all_read, _NOTE),)
