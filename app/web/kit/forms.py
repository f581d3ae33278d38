"""What a form sent, read field by field; what was wrong stays beside its field when it is shown again."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Protocol

from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import FormData, UploadFile

from app.errors import CHOOSE, AppError, Invalid, KeyReused, wrong
from app.records.errors import FieldError, message_es
from app.records.kinds import Text
from app.web.i18n import _

_KEY = re.compile(r"[A-Za-z0-9-]{8,64}")
_LONGEST_SECRET = 512
_ANY_TEXT: TypeAdapter[str] = TypeAdapter(Text)


class Keeper(Protocol):
    """Knows the drafts of the forms of a page."""

    @property
    def page(self) -> str:
        """The address at which the page is opened again."""

    def name(self, action: str) -> str:
        """The draft of the form that is sent to `action`."""

    def opened(self, name: str) -> FormData | None:
        """What was kept of it, if it is to be shown."""

    def drop(self, name: str) -> None:
        """Throw it away, if it is such a draft."""


class Form:
    """The fields of one form: sent ones, or the values it starts with."""

    def __init__(self, sent: FormData | None = None, initial: Mapping[str, Any] | None = None) -> None:
        self.sent = sent
        self.initial = dict(initial or {})
        self.errors: list[FieldError] = []
        self.message = ""
        self.status = 200
        self.refusal: AppError | None = None
        key = self._raw("_clave")
        self.key = key if _KEY.fullmatch(key) else str(uuid.uuid4())
        self.version: int | None = self._version()
        self.draft = ""
        self.keeper: Keeper | None = None
        self.resumed = False
        self._before: tuple[FormData | None, int | None] = (self.sent, self.version)

    def start(self, **initial: Any) -> None:
        """Values the form shows unless something was sent."""
        self.initial.update(initial)

    # What was sent

    def text(self, name: str, *, needed: str = "") -> str | None:
        """A text without surrounding blanks, or None; `needed` is the message when it is missing.

        The longest text of any field is allowed, and no signs that would show something else than is stored.
        """
        value = self._raw(name).replace("\r\n", "\n").strip()
        if not value:
            if needed:
                self.wrong(name, needed)
            return None
        try:
            _ANY_TEXT.validate_python(value)
        except ValidationError as error:
            found = error.errors(include_input=False, include_url=False)[0]
            self.wrong(name, message_es(found["type"], found.get("ctx", {})), found["type"])
        return value

    def secret(self, name: str, *, needed: str) -> str:
        """A password as it was typed, blanks and all; it is never shown again."""
        raw = self.sent.get(name) if self.sent is not None else None
        value = raw if isinstance(raw, str) else ""
        if not value:
            self.wrong(name, needed)
        elif len(value) > _LONGEST_SECRET:
            self.wrong(name, _("La contraseña es demasiado larga."))
        return value[:_LONGEST_SECRET]

    def texts(self, name: str) -> list[str]:
        """Every value of a field (checkboxes)."""
        return [v for v in (self.sent.getlist(name) if self.sent else []) if isinstance(v, str) and v]

    def lines(self, name: str) -> list[str]:
        """The lines of a text, without empty ones."""
        return [line.strip() for line in self._raw(name).splitlines() if line.strip()]

    def flag(self, name: str) -> bool:
        """Whether a checkbox is ticked."""
        return bool(self._raw(name))

    def number(self, name: str, *, needed: str = "") -> int | None:
        """A whole number."""
        value = self.text(name, needed=needed)
        if value is None:
            return None
        if not re.fullmatch(r"-?\d{1,9}", value, re.ASCII):
            self.wrong(name, _("Escriba un número entero, solo con cifras."))
            return None
        return int(value)

    def day(self, name: str, *, needed: str = "") -> date | None:
        """A whole date from its three fields."""
        value = self.partial_day(name, needed=needed)
        if value is None:
            return None
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.wrong(name, _("Escriba día, mes y año; por ejemplo, 5 3 2026."))
            return None

    def partial_day(self, name: str, *, needed: str = "") -> str | None:
        """An ISO date of which day, or day and month, may be unknown; `name.aprox` marks an estimate."""
        day, month, year = (self._raw(f"{name}.{part}").strip() for part in ("dia", "mes", "anio"))
        if not (day or month or year):
            if needed:
                self.wrong(name, needed)
            return None
        if not _plausible(day, month, year):
            self.wrong(name, _("Revise la fecha: escriba día, mes y año con cifras; por ejemplo, 5 3 2026."))
            return None
        parts = [year, *([month.zfill(2)] if month else []), *([day.zfill(2)] if month and day else [])]
        return "-".join(parts) + ("~" if self.flag(f"{name}.aprox") else "")

    def rows(self, name: str) -> int:
        """How many rows of a list of objects were sent (`name-0.field`, `name-1.field` ...)."""
        found = [
            int(m[1]) for key in self.sent or () if (m := re.match(rf"{re.escape(name)}-(\d{{1,2}})\.", key))
        ]
        return max(found, default=-1) + 1

    def upload(self, name: str) -> UploadFile | None:
        """An uploaded file, if one was chosen."""
        value = self.sent.get(name) if self.sent else None
        return value if isinstance(value, UploadFile) and value.filename else None

    # What is wrong

    def wrong(self, field: str, message: str, code: str = "invalid") -> None:
        """Note that a field is wrong and what to do about it."""
        self.errors.append(wrong(field, code, message))
        self.status = 422

    def check(self) -> None:
        """Refuse the form if a field was wrong.

        Raises:
            Invalid: with every field noted.
        """
        if self.errors:
            raise Invalid(_("Revise los campos indicados."), errors=list(self.errors))

    def refuse(self, error: AppError) -> None:
        """Keep why the service refused, to show it beside the fields it names."""
        self.refusal = error
        self.status = error.status
        self.message = error.detail
        if isinstance(error, KeyReused):  # after going back: what is sent again now is something else
            self.key = str(uuid.uuid4())
            self.message = _(
                "Este formulario ya se envió con otros datos. Si es otro, revíselo y envíelo de nuevo."
            )
        known = [(e["field"], e["message"]) for e in self.errors]
        told = [
            wrong(e["field"], e["code"], _("Elija una opción de la lista."), e.get("choices", ()))
            if e["message"] == CHOOSE
            else e
            for e in error.errors
        ]
        self.errors += [e for e in told if (e["field"], e["message"]) not in known]

    # What the form shows (used by the macros)

    def value(self, name: str, default: Any = "") -> Any:
        """What a control shows: what was sent, else what the form starts with."""
        if self.sent is not None and name in self.sent:
            return self._raw(name)
        found = self.initial.get(name, default)
        return default if found is None else found

    def values(self, name: str, default: Sequence[Any] = ()) -> list[Any]:
        """Ticked values of a list of checkboxes."""
        if self.sent is not None:
            return list(self.texts(name))
        return list(self.initial.get(name) or default)

    def error(self, name: str) -> str:
        """What is wrong with a field, or nothing."""
        return next((e["message"] for e in self.errors if e["field"] == name), "")

    def enter(self, action: str) -> str:
        """Begin the form that is sent to `action`, with what was kept of it; the name of its draft."""
        self._before = (self.sent, self.version)
        if self.draft or self.keeper is None:
            return self.draft
        name = self.keeper.name(action)
        if self.sent is None and (kept := self.keeper.opened(name)) is not None:
            self.sent, self.resumed = kept, True
            began = self._version()
            self.version = self.version if began is None else began  # or what others changed would be lost
        return name

    def leave(self) -> str:
        """End it: other forms of the page show nothing of it."""
        self.sent, self.version = self._before
        self.resumed = False
        return ""

    def _raw(self, name: str) -> str:
        value = self.sent.get(name) if self.sent is not None else None
        return value if isinstance(value, str) else ""

    def _version(self) -> int | None:
        raw = self._raw("_version")
        return int(raw) if re.fullmatch(r"\d{1,9}", raw, re.ASCII) else None


def _plausible(day: str, month: str, year: str) -> bool:
    return (
        bool(re.fullmatch(r"\d{4}", year, re.ASCII))
        and bool(re.fullmatch(r"\d{0,2}", month, re.ASCII))
        and bool(re.fullmatch(r"\d{0,2}", day, re.ASCII))
        and (bool(month) or not day)
        and (not month or 1 <= int(month) <= 12)  # noqa: PLR2004 - months of a year
        and (not day or 1 <= int(day) <= 31)  # noqa: PLR2004 - days of a month
    )
