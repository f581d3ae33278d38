"""Open the sealed texts of one stay for one reader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from app.access.act import Act
from app.access.opening_rows import SealedRow, open_rows
from app.access.sealing import COORDINATION, Strand
from app.models import PlacementLeave, SuitabilityCheck
from app.records.rows import partial_row
from app.services.shelters.views import (
    AdmissionTexts,
    ExitTexts,
    LeaveTexts,
    LeaveView,
    SuitabilityTexts,
    SuitabilityView,
)

EXIT_VERSION = 2
"""Row version the texts of an exit are bound to, so that they do not pass for those of the admission."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads the texts of a stay; `part`: in the partial view of the catalogue only."""

    act: Act
    strand: Strand
    part: bool

    def stay(self, row: Any) -> tuple[AdmissionTexts, ExitTexts]:
        """Texts of the admission, and of the exit."""
        sealed = [
            SealedRow(row.id, row.key_version, row.sealed),
            SealedRow(row.id, row.exit_key_version, row.sealed_exit, EXIT_VERSION),
        ]
        admission, left = self._open("placement", sealed)
        return cast("AdmissionTexts", self._reduced("placement", admission)), (
            {} if self.part else cast("ExitTexts", left)
        )

    def leaves(self, rows: Sequence[PlacementLeave]) -> list[LeaveView]:
        """Leaves, oldest first."""
        texts = self._open("placement_leave", [SealedRow(r.id, r.key_version, r.sealed) for r in rows])
        return [
            {
                "reason": row.reason, "accompanied": row.accompanied, "out_at": row.out_at,
                "due_back_at": row.due_back_at, "ended_at": row.ended_at, "returned": row.returned,
                "texts": cast("LeaveTexts", self._reduced("placement_leave", text)),
            }
            for row, text in zip(rows, texts, strict=True)
        ]  # fmt: skip

    def checks(self, rows: Sequence[SuitabilityCheck]) -> list[SuitabilityView]:
        """Suitability checks, oldest first."""
        texts = self._open("suitability_check", [SealedRow(r.id, r.key_version, r.sealed) for r in rows])
        return [
            {
                "result": row.result, "relation": row.relation, "suspected": row.suspected,
                "checked_on": row.checked_on, "at": row.at,
                "texts": cast("SuitabilityTexts", self._reduced("suitability_check", text)),
            }
            for row, text in zip(rows, texts, strict=True)
        ]  # fmt: skip

    def _open(self, table: str, rows: Sequence[SealedRow]) -> list[dict[str, Any]]:
        return open_rows(
            self.act, COORDINATION, self.strand, table, rows,
            action="placements.read",
        ) if rows else []  # fmt: skip

    def _reduced(self, table: str, data: dict[str, Any]) -> dict[str, Any]:
        return partial_row(table, data) if self.part else data
