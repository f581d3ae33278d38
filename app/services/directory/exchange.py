"""The directory out and in as HSDS JSON. An import is all or nothing, and repeating it changes nothing."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Final, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from sqlalchemy import select

from app.access.act import Act
from app.access.actor import SETUP
from app.access.guard import require
from app.access.permissions import Permission
from app.audit import record
from app.errors import AppError, Forbidden, Invalid, wrong
from app.models import DirectoryLocation, DirectoryService
from app.records.errors import FieldError, message_es
from app.services.directory import hsds, service
from app.services.directory.entries import LocationEntry, ServiceEntry
from app.services.directory.queries import may_read, place, shown, with_units
from app.services.directory.views import DirectoryServiceView

LARGEST: Final = 20_000_000
"""Bytes of a file to import."""
_MOST_ERRORS: Final = 50
CREATED, CHANGED, SAME = "created", "changed", "same"


def exported(act: Act) -> dict[str, object]:
    """Every service of the directory, whatever its state, with its locations: one page of HSDS services.

    Raises:
        Forbidden: the role neither refers nor keeps the directory.
    """
    may_read(act.actor)
    rows = act.session.execute(with_units(select(DirectoryService)).order_by(DirectoryService.key)).all()
    record(act, "directory.export", detail={"services": len(rows)})
    return hsds.page(shown(act.session, rows))


def imported(act: Act, text: bytes) -> Counter[str]:
    """Enter or change the services and locations of a file; those it does not name stay as they are.

    Returns:
        How many entries were created, changed, and the same already.

    Raises:
        Forbidden: the role keeps no directory, or an entry is another institution's.
        Invalid: the file is no such JSON (line and column), or holds what the directory does not (a JSON
            pointer to each). Nothing of it is kept: the caller's transaction ends with the error.
    """
    if act.actor != SETUP:
        require(act.actor, Permission.DIRECTORY_MANAGE)
    if len(text) > LARGEST:
        raise Invalid(f"El archivo supera {LARGEST // 1_000_000} MB: divídalo por institución.")
    try:
        read = hsds.HsdsPage.model_validate_json(text)
    except ValidationError as error:
        raise _unreadable(error) from None
    run = _Run(act)
    for number, found in enumerate(read.contents):
        for spot, at in enumerate(found.service_at_locations):
            run.location(f"/contents/{number}/service_at_locations/{spot}/location", at.location)
        run.service(f"/contents/{number}", found)
    if run.errors:
        raise Invalid("El archivo no se importó: nada cambió. Corrija lo indicado.", errors=run.errors)
    record(act, "directory.import", detail=dict(run.done))
    return run.done


E = TypeVar("E", LocationEntry, ServiceEntry)


class _Run:
    """One import: what is stored already, what was done, what is wrong."""

    def __init__(self, act: Act) -> None:
        self.act = act
        self.done: Counter[str] = Counter()
        self.errors: list[FieldError] = []
        self.seen: dict[uuid.UUID, dict[str, object]] = {}
        services = act.session.execute(with_units(select(DirectoryService))).all()
        self.services = {found["id"]: found for found in shown(act.session, services)}
        locations = act.session.execute(with_units(select(DirectoryLocation)))
        self.locations = {found["id"]: found for found in map(place, locations)}

    def location(self, pointer: str, found: hsds.HsdsLocation) -> None:
        """Enter or change a location; one that several services name is the same each time."""
        raw = hsds.location_of(found)
        if (before := self.seen.setdefault(found.id, raw)) is not raw:
            if before != raw:
                self._wrong(pointer, "contradiction", "El mismo lugar está escrito de dos formas.")
            return
        entry = self._entry(pointer, LocationEntry, raw)
        if entry is not None:
            stored = self.locations.get(str(found.id))
            if stored is not None and stored == {**stored, **entry.model_dump()}:
                self.done[SAME] += 1
            elif stored is None:
                self._do(pointer, CREATED, service.add_location, entry, found.id)
            else:
                self._do(pointer, CHANGED, service.change_location, found.id, stored["version"], entry)

    def service(self, pointer: str, found: hsds.HsdsService) -> None:
        """Enter or change a service."""
        if found.id in self.seen:
            self._wrong(f"{pointer}/id", "twice", "El identificador está dos veces en el archivo.")
            return
        self.seen[found.id] = {}
        entry = self._entry(pointer, ServiceEntry, hsds.service_of(found))
        if entry is not None:
            stored = self.services.get(str(found.id))
            if stored is not None and _plain(stored) == entry:
                self.done[SAME] += 1
            elif stored is None:
                self._do(pointer, CREATED, service.add_service, entry, found.id)
            else:
                self._do(pointer, CHANGED, service.change_service, found.id, stored["version"], entry)

    def _entry(self, pointer: str, model: type[E], raw: Mapping[str, object]) -> E | None:
        try:
            return model.model_validate(raw)
        except ValidationError as error:
            for one in error.errors(include_input=False, include_url=False):
                self._wrong(
                    _pointer(pointer, one["loc"]), one["type"], message_es(one["type"], one.get("ctx", {}))
                )
        return None

    def _do(self, pointer: str, result: str, write: Callable[..., object], *parts: object) -> None:
        """Write one entry; what refuses it is told with its place in the file."""
        if self.errors:  # nothing will be kept
            return
        try:
            write(self.act, *parts)
        except Forbidden as error:
            raise Forbidden(f"{pointer}: {error.detail}") from None
        except AppError as error:
            self._wrong(pointer, "refused", error.detail)
        else:
            self.done[result] += 1

    def _wrong(self, pointer: str, code: str, message: str) -> None:
        if len(self.errors) < _MOST_ERRORS:
            self.errors.append(wrong(pointer, code, message))


def _plain(stored: DirectoryServiceView) -> ServiceEntry:
    """A stored service as the entry it was written from."""
    held: Mapping[str, object] = stored
    kept = {name: held[name] for name in ServiceEntry.model_fields if name not in {"unit", "locations"}}
    places = [uuid.UUID(found["id"]) for found in stored["locations"]]
    return ServiceEntry.model_validate({"unit": stored["unit"]["code"], **kept, "locations": places})


def _unreadable(error: ValidationError) -> Invalid:
    errors: list[FieldError] = []
    for one in error.errors(include_input=False, include_url=False)[:_MOST_ERRORS]:
        if one["type"] == "json_invalid":
            where = str(one.get("ctx", {}).get("error", "")).rpartition(" at ")[2]
            where = where.replace("line", "línea").replace("column", "columna")
            return Invalid(f"El archivo no es JSON válido: revise la {where}.")
        errors.append(
            wrong(_pointer("", one["loc"]), one["type"], message_es(one["type"], one.get("ctx", {})))
        )
    return Invalid("El archivo no es una página de servicios de HSDS 3. Nada cambió.", errors=errors)


def _told(base: str, error: ErrorDetails) -> FieldError:
    message = message_es(error["type"], error.get("ctx", {}))
    return wrong(_pointer(base, error["loc"]), error["type"], message)


def _pointer(base: str, loc: Iterable[int | str]) -> str:
    """JSON pointer (RFC 6901)."""
    steps = (str(step).replace("~", "~0").replace("/", "~1") for step in loc)
    return base + "".join(f"/{step}" for step in steps)
