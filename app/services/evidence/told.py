"""The files of a person's plans and consents among all that is held of her; never their bytes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from app.access.act import Act
from app.services.evidence.papers import of_case
from app.services.evidence.views import ConsentFiles, PlanFiles
from app.services.rows.kinds import Kind
from app.services.rows.telling import Shape


def _groups(act: Act, case: str) -> Iterator[PlanFiles | ConsentFiles]:
    held = of_case(act, case)
    yield from held["plans"]
    yield from held["consents"]


_FILE: Final = Shape("evidence_file", "code of/code kind_label added_at state_label")
KINDS: Final = (Kind("archivos", "Documentos guardados", _groups, _FILE, path="files"),)
