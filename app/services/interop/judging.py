"""Judge rows before anything is stored: map, validate, and check that the actor may write what they say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from app.access.actor import Actor
from app.errors import AppError, NotFound
from app.records import Values, document_warnings
from app.records.errors import FieldError
from app.services.interop.formats import REFERENCES, Format, Mapped, remark
from app.services.interop.outcomes import Outcome
from app.services.interop.rows import Row, RowKeys, content_of
from app.services.victims.registration import Registration, checked

PURPOSE = "importacion"
_REMEMBERED = 4096
_SHOWN_OF_KEY = 16

Clean = dict[str, Values]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A row and what it would store; `errors` refuse it."""

    line: int
    key: bytes
    registration: Registration | None
    clean: Clean
    warnings: tuple[FieldError, ...]
    errors: tuple[FieldError, ...]
    person_code: str | None = None

    def outcome(self, result: str, person: str | None = None, errors: tuple[FieldError, ...] = ()) -> Outcome:
        """What became of the row."""
        return Outcome(self.line, result, errors or self.errors, self.warnings, person)


class Judge:
    """Turns rows into candidates. Rows of the same content are judged once: only their reference differs."""

    def __init__(self, actor: Actor, form: Format, keys: RowKeys) -> None:
        self._actor = actor
        self._form = form
        self._keys = keys
        self._known: dict[bytes, Candidate] = {}

    def candidate(self, row: Row) -> Candidate:
        """The row under its key, judged."""
        content = content_of(row.cells)
        key = self._keys.key(content)
        if row.broken is not None:
            error = remark("", row.broken, "La fila no tiene las mismas columnas que el encabezado.")
            return Candidate(row.line, key, None, {}, (), (error,))
        known = self._known.get(content)
        if known is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            known = self._known[content] = self._judged(row, key)
        return replace(known, line=row.line, key=key, clean=self._referenced(known.clean, key))

    def _judged(self, row: Row, key: bytes) -> Candidate:
        mapped = self._form.convert(row.cells)
        identity = mapped.compartments["identity"]
        identity[REFERENCES] = [self._reference(key), *identity[REFERENCES]]
        registration, clean, errors = self._checked(mapped)
        odd = document_warnings(clean.get("identity", {}).get("documents", ()))
        column = self._form.column_of("identity.documents")
        warnings = (*mapped.warnings, *(remark(column, found["code"], found["message"]) for found in odd))
        return Candidate(row.line, key, registration, clean, warnings, errors, mapped.person_code)

    def _checked(self, mapped: Mapped) -> tuple[Registration | None, Clean, tuple[FieldError, ...]]:
        if mapped.first_identified_on is None:
            return None, {}, mapped.errors
        registration = Registration(
            mapped.compartments, mapped.first_identified_on, mapped.case_source, purpose=PURPOSE
        )
        try:
            return registration, checked(self._actor, registration), mapped.errors
        except AppError as refused:
            return None, {}, (*mapped.errors, *self._refusal(refused, mapped))

    def _refusal(self, refused: AppError, mapped: Mapped) -> Iterator[FieldError]:
        if isinstance(refused, NotFound):
            yield remark("", "not-writable", "Su función no puede escribir parte de los campos de esta fila.")
        elif not refused.errors:
            yield remark("", refused.type, refused.detail)
        for error in refused.errors:
            name = error["field"]
            owners = [part for part, payload in mapped.compartments.items() if name in payload]
            yield {**error, "field": self._form.column_of(f"{owners[0]}.{name}" if owners else name)}

    def _reference(self, key: bytes) -> dict[str, str]:
        return {"system": self._form.source, "reference": key.hex()[:_SHOWN_OF_KEY]}

    def _referenced(self, clean: Clean, key: bytes) -> Clean:
        """The checked record under this row's own reference, which differs in its digits alone."""
        if not clean:
            return clean
        identity = clean["identity"]
        references = [self._reference(key), *identity[REFERENCES][1:]]
        return {**clean, "identity": {**identity, REFERENCES: references}}
