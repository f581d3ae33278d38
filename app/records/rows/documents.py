"""Rows of evidence files and printed documents."""

from typing import Annotated, ClassVar

from app.records.base import Row
from app.records.kinds import Code
from app.records.spec import Partial, Spec


class EvidenceFile(Row):
    """What is said of a file when it is added; the file itself is sealed in pieces."""

    title_es: ClassVar[str] = "Archivo de evidencia"
    table: ClassVar[str] = "evidence_file"
    compartment: ClassVar[str] = "plan"
    clear: ClassVar[frozenset[str]] = frozenset({"kind", "withdrawal_reason"})

    kind: Annotated[
        Code | None,
        Spec("Qué prueba", "Guía del PRI (DS 009-2019-MIMP)", Partial.SHOW, codes="evidence_kind"),
    ] = None
    withdrawal_reason: Annotated[
        Code | None, Spec("Motivo del retiro", "Propio", Partial.SHOW, codes="evidence_withdrawal")
    ] = None


ROWS: tuple[type[Row], ...] = (EvidenceFile,)
