"""Take what a device wrote without a connection, exactly once, as if its form had been posted.

An envelope opens only for the device that sealed it, and a device delivers only in a session of its own user.
What cannot be taken becomes a draft to be reviewed: nothing is overwritten and nothing is lost. The same
envelope delivered again, even at the same moment, is answered as the first time.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from app.access.act import Act
from app.access.opening_drafts import open_delivery, subject_of
from app.audit import record
from app.db import DATABASE_ERRORS, translated
from app.errors import AppError, Conflict, Forbidden, Invalid, TooLarge, TooMany, Unauthenticated, Unavailable
from app.services.drafts.service import REVIEW, Place, finish, is_page, keep_for_review
from app.services.idempotency import remember, replayed
from app.services.outbox.devices import key_of
from app.vault import ENVELOPE_VERSION, SealBroken, UnknownKey, signed_by

LARGEST: Final = 1_048_576
"""Bytes of an envelope."""
DAYS: Final = 30
OLD: Final = "too-old"
UNKNOWN: Final = "unknown-form"
_OPERATION: Final = "outbox.accept"
_FORM: Final = re.compile(r"[a-z]{1,30}")
_SUBJECT: Final = re.compile(r"(?:CA|TP)(?:-[0-9A-Z]{4}){2,3}(?=/|$)")
_LATER: Final = (Unavailable, Unauthenticated, TooMany)
"""Refusals that are about now, not about what was written: the device keeps it and comes back."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a device delivers: sealed to our key `key_id`, signed (`r | s`) by the device's own."""

    device_id: uuid.UUID
    key_id: int
    sealed: bytes
    signature: bytes

    @property
    def context(self) -> bytes:
        """What the content is bound to."""
        return f"{self.key_id}|{self.device_id}".encode()

    @property
    def signed(self) -> bytes:
        """What the signature is over."""
        return f"{ENVELOPE_VERSION}|".encode() + self.context + b"|" + self.sealed


@dataclass(frozen=True, slots=True)
class Parcel:
    """A form filled in without a connection.

    `key`: the idempotency key its page would have sent. `draft`: what the page kept on the server before.
    """

    key: str
    form: str
    path: str
    fields: dict[str, list[str]]
    written_at: datetime
    draft: str = ""


Handler = Callable[[Act, Parcel], str]
"""Does what the page of a form does when posted, under the same idempotency key; returns the code made."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What became of an envelope: the code made, or the draft to be reviewed."""

    code: str

    @property
    def to_review(self) -> bool:
        """Whether it could not be taken and waits as a draft."""
        return self.code.startswith(f"{REVIEW}:")


def accept(act: Act, envelope: Envelope, handlers: Mapping[str, Handler]) -> Delivered:
    """Open an envelope and do what it says, once.

    Args:
        handlers: by the name of the form.

    Raises:
        Forbidden: the device is not the actor's, was taken back, or did not sign this.
        Invalid: it does not open, or is not what a page of ours seals.
        TooLarge: more than 1 MiB.
        Conflict: the user's drafts are full, and this would be one more.
        Unavailable, TooMany: not now; the device keeps it.
    """
    parcel = _opened(act, envelope)
    key = f"bandeja:{parcel.key}"
    payload = {"form": parcel.form, "path": parcel.path, "fields": parcel.fields}
    try:
        made = replayed(act, key, _OPERATION, payload)
    except Conflict as reused:
        return Delivered(_review(act, parcel, reused))
    if made is None:
        made = _taken(act, parcel, handlers)
        remember(act, key, _OPERATION, payload, made)
        if parcel.draft:
            finish(act.session, parcel.draft, written_at=parcel.written_at)
    return Delivered(made)


def _opened(act: Act, envelope: Envelope) -> Parcel:
    if len(envelope.sealed) > LARGEST:
        raise TooLarge("Lo escrito sin conexión supera 1 MiB. Envíelo por partes.")
    public = key_of(act, envelope.device_id)
    if not signed_by(public, envelope.signature, envelope.signed):
        raise Forbidden("La firma del equipo no corresponde a lo que envía.")
    content: dict[str, Any] | None
    try:
        content = open_delivery(act.session, envelope.key_id, envelope.context, envelope.sealed)
    except (SealBroken, UnknownKey):
        content = None
    if content is None:
        raise Invalid(
            "No se puede abrir lo escrito sin conexión: se dañó en el equipo o es de otra instalación."
        )
    parcel = _parcel(content)
    if parcel is None:
        raise Invalid("Lo escrito sin conexión no tiene la forma esperada.")
    return parcel


def _parcel(content: Mapping[str, Any]) -> Parcel | None:
    try:
        key = str(uuid.UUID(content["uuid"]))
        written_at = datetime.fromisoformat(content["written_at"])
        form, path, fields = content["form"], content["path"], content["fields"]
        draft = content.get("draft") or ""
        plain = all(
            isinstance(name, str) and isinstance(values, list) and all(isinstance(v, str) for v in values)
            for name, values in fields.items()
        )
        fields = (
            {_whole(name): [_whole(value) for value in values] for name, values in fields.items()}
            if plain
            else {}
        )
        known = _FORM.fullmatch(form) and is_page(path)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    if not (plain and known and isinstance(draft, str) and written_at.tzinfo is not None):
        return None
    return Parcel(key, form, path, fields, written_at, draft)


def _whole(text: str) -> str:
    """A text without half signs: a browser seals one that was cut in two, and nothing can store it."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _taken(act: Act, parcel: Parcel, handlers: Mapping[str, Handler]) -> str:
    if parcel.written_at < datetime.now(UTC) - timedelta(days=DAYS):
        return _review(act, parcel, None, OLD)
    handler = handlers.get(parcel.form)
    if handler is None:
        return _review(act, parcel, None, UNKNOWN)
    outcome = _tried(act, parcel, handler)
    if isinstance(outcome, _LATER):
        raise outcome
    if isinstance(outcome, AppError):
        return _review(act, parcel, outcome)
    return outcome


def _tried(act: Act, parcel: Parcel, handler: Handler) -> str | AppError:
    """The code made, or the refusal; a refused one leaves nothing behind but the events it keeps."""
    try:
        with act.session.begin_nested():
            try:
                return handler(act, parcel)
            except AppError as error:
                if not error.keeps_trace:
                    raise
                return error
    except AppError as error:
        return error
    except DATABASE_ERRORS as error:
        known = translated(error)
        if known is None:
            raise
        return known


def _review(act: Act, parcel: Parcel, refusal: AppError | None, reason: str = "") -> str:
    reason = refusal.type if refusal is not None else reason
    named = _SUBJECT.search(parcel.path)
    subject = named.group() if named else None
    form = keep_for_review(act, parcel.form, Place("", parcel.path, subject), parcel.fields, reason)
    victim_id, case_id = subject_of(act, subject) if subject else (None, None)
    record(
        act, "outbox.review", victim_id=victim_id, case_id=case_id, outcome="denied",
        fields=sorted({error["field"] for error in refusal.errors}) if refusal is not None else (),
        detail={"form": parcel.form, "reason": reason},
    )  # fmt: skip
    return form
