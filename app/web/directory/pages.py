"""Directorio de servicios: who offers what, where and to whom; kept by each institution for its own units."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from functools import partial
from typing import Annotated, Final

from fastapi import Path
from starlette.responses import Response

from app.access.permissions import Permission
from app.catalogues import code_list
from app.edge.deps import Requires
from app.edge.routing import Branch
from app.errors import NotFound
from app.services.directory import exchange, queries, service
from app.services.directory.entries import LocationEntry, ServiceEntry
from app.services.directory.views import DirectoryPlaceView, DirectoryServiceView
from app.states import LocationKind, ServiceStatus
from app.web.i18n import _, gettext
from app.web.kit.controls import Control, place_name, read
from app.web.kit.page import CurrentPage, Page
from app.web.kit.row_fields import version_of
from app.web.kit.rows import read_row

router = Branch(prefix="/directorio")

READS: Final = Requires(Permission.REFERRALS_READ, Permission.DIRECTORY_MANAGE)
KEEPS: Final = Requires(Permission.DIRECTORY_MANAGE)
SHOWN: Final = 25
_MOST_PLACES: Final = 30
"""More places than this are chosen after the service has its unit: only that one's are shown then."""
Key = Annotated[uuid.UUID, Path(title="Identificador en el directorio")]
_FILTERS: Final = {
    "servicio": ("service_type", "service_type"),
    "departamento": ("department", "department"),
    "poblacion": ("population", "served_population"),
}
"""What the list is narrowed by: the field of the service, and the list its codes are of."""


def _mark(text: str) -> str:
    """Mark a text for the catalogue of translations; it is translated when it is shown."""
    return text


STATUSES: Final[Mapping[str, str]] = {
    ServiceStatus.ACTIVE: _mark("Activo"),
    ServiceStatus.CLOSED_FOR_A_TIME: _mark("Cerrado por un tiempo"),
    ServiceStatus.INACTIVE: _mark("Ya no se da"),
    ServiceStatus.DEFUNCT: _mark("Dejó de existir"),
}
_STATUS_KINDS: Final[Mapping[str, str]] = {
    ServiceStatus.ACTIVE: "green",
    ServiceStatus.CLOSED_FOR_A_TIME: "yellow",
}
KINDS: Final[Mapping[str, str]] = {
    LocationKind.PHYSICAL: _mark("Local"),
    LocationKind.VIRTUAL: _mark("En línea o por teléfono"),
    LocationKind.POSTAL: _mark("Dirección postal"),
}
_TEXTS: Final = (
    *("unit", "name", "description", "eligibility", "schedule", "phone", "email", "url", "status"),
    "capacity_note",
)
_LISTS: Final = ("service_types", "populations", "departments", "locations")


@router.get("", dependencies=[READS])
def index(page: CurrentPage) -> Response:
    """Services by what is given, where and to whom; active ones unless told otherwise."""
    asked = _asked(page.query)
    wanted: dict[str, str | None] = {field: asked[name] or None for name, (field, _) in _FILTERS.items()}
    wanted["status"] = asked["estado"] or None
    found = queries.services(page.act, wanted, cursor=page.query("desde") or None, limit=SHOWN)
    following = found["next"]
    page.form.start(**asked)
    return page.draw(
        "directory/list.html",
        items=[_shown(item) for item in found["items"]],
        filtered=any(asked.values()),
        statuses=_words(STATUSES),
        next=f"/directorio?{_address(asked)}desde={following}" if following else "",
    )


@router.post("", dependencies=[READS])
def search(page: CurrentPage) -> Response:
    """On to the list of what was chosen: codes of lists, nothing personal."""
    asked = _asked(lambda name: page.form.text(name) or "")
    return page.go(f"/directorio?{_address(asked)}".rstrip("&?"))


@router.get("/hsds.json", dependencies=[READS])
def export(page: CurrentPage) -> Response:
    """The whole directory as a file, in the words of HSDS."""
    text = json.dumps(exchange.exported(page.act), ensure_ascii=False, indent=1, default=str)
    named = {
        "Content-Disposition": 'attachment; filename="directorio-hsds.json"',
        "Cache-Control": "no-store",
    }
    return Response(text, headers=named, media_type="application/json")


@router.get("/servicios/nuevo", dependencies=[KEEPS])
def new(page: CurrentPage) -> Response:
    """The form of a service of a unit."""
    page.form.start(status=ServiceStatus.ACTIVE)
    return _service_form(page, None)


@router.post("/servicios/nuevo", dependencies=[KEEPS])
def add(page: CurrentPage) -> Response:
    """Enters it."""
    sent = _sent_service(page)
    with page.attempt():
        page.form.check()
        entry = read_row(ServiceEntry, sent)
        payload = entry.model_dump(mode="json")
        act = partial(service.add_service, page.act, entry)
        key = page.once("directory.service", payload, act)
        return page.go(f"/directorio/servicios/{key}", done="directorio")
    return _service_form(page, None)


@router.get("/servicios/{key}", dependencies=[READS])
def one(key: Key, page: CurrentPage) -> Response:
    """A service and the places where it is given."""
    item = queries.service(page.act, key)
    return page.draw("directory/service.html", item=_shown(item), keeps=_keeps(page, item["unit"]["code"]))


@router.get("/servicios/{key}/editar", dependencies=[KEEPS])
def edit(key: Key, page: CurrentPage) -> Response:
    """Its form, with what is written."""
    item = queries.service(page.act, key)
    page.form.version = item["version"]
    return _service_form(page, item)


@router.post("/servicios/{key}/editar", dependencies=[KEEPS])
def change(key: Key, page: CurrentPage) -> Response:
    """Writes it anew, whole."""
    item = queries.service(page.act, key)
    sent = _sent_service(page, item["unit"]["code"])
    with page.attempt():
        page.form.check()
        entry = read_row(ServiceEntry, sent)
        service.change_service(page.act, key, version_of(page), entry)
        return page.go(f"/directorio/servicios/{key}", done="directorio")
    return _service_form(page, item)


@router.get("/lugares", dependencies=[KEEPS])
def places(page: CurrentPage) -> Response:
    """Places of the units one keeps the directory of."""
    units = dict(_units(page))
    found = [p for p in queries.locations(page.act) if p["unit"] in units]
    return page.draw("directory/places.html", items=[_place(p, units) for p in found], may_add=bool(units))


@router.get("/lugares/nuevo", dependencies=[KEEPS])
def new_place(page: CurrentPage) -> Response:
    """The form of a place."""
    page.form.start(kind=LocationKind.PHYSICAL)
    return _place_form(page, None)


@router.post("/lugares/nuevo", dependencies=[KEEPS])
def add_place(page: CurrentPage) -> Response:
    """Enters it."""
    sent = _sent_place(page)
    with page.attempt():
        page.form.check()
        entry = read_row(LocationEntry, sent)
        payload = entry.model_dump(mode="json")
        act = partial(service.add_location, page.act, entry)
        page.once("directory.location", payload, act)
        return page.go("/directorio/lugares", done="directorio")
    return _place_form(page, None)


@router.get("/lugares/{key}", dependencies=[KEEPS])
def edit_place(key: Key, page: CurrentPage) -> Response:
    """Its form, with what is written."""
    item = _one_place(page, key)
    page.form.version = item["version"]
    return _place_form(page, item)


@router.post("/lugares/{key}", dependencies=[KEEPS])
def change_place(key: Key, page: CurrentPage) -> Response:
    """Writes it anew, whole."""
    item = _one_place(page, key)
    sent = _sent_place(page, item["unit"])
    with page.attempt():
        page.form.check()
        entry = read_row(LocationEntry, sent)
        service.change_location(page.act, key, version_of(page), entry)
        return page.go("/directorio/lugares", done="directorio")
    return _place_form(page, item)


def _asked(told: Callable[[str], str]) -> dict[str, str]:
    """What the list is narrowed by; anything that is no code of ours is left out, also of the address."""
    asked = {name: told(name) for name in (*_FILTERS, "estado")}
    known = {name: code_list(codes) for name, (_, codes) in _FILTERS.items()}
    return {name: value if value in known.get(name, STATUSES) else "" for name, value in asked.items()}


def _address(asked: dict[str, str]) -> str:
    """The filters that were chosen, as they go into an address."""
    chosen = [(name, value) for name, value in asked.items() if value.replace("_", "").isalnum()]
    return "".join(f"{name}={value}&" for name, value in chosen)


def _words(words: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(code, gettext(text)) for code, text in words.items()]


def _district() -> Control:
    """The field of a district, written by name."""
    return Control("ubigeo", "ubigeo", "place", _("Distrito"), "")


def _units(page: Page) -> list[tuple[str, str]]:
    """Units whose entries the person at the browser keeps."""
    return [(u["code"], u["name"]) for u in queries.kept_units(page.act)]


def _keeps(page: Page, unit: str) -> bool:
    return page.may(Permission.DIRECTORY_MANAGE) and any(code == unit for code, _name in _units(page))


def _shown(item: DirectoryServiceView) -> dict[str, object]:
    status = gettext(STATUSES[item["status"]])
    return {
        **item,
        "tag": (status, _STATUS_KINDS.get(item["status"], "grey")),
        "places": [_where(place) for place in item["locations"]],
    }


def _where(place: DirectoryPlaceView) -> str:
    district = place_name(place["ubigeo"]) if place["ubigeo"] else place["city"]
    parts = (place["name"], place["address"], district, place["url"])
    return ", ".join(part for part in parts if part)


def _place(place: DirectoryPlaceView, units: dict[str, str]) -> dict[str, object]:
    return {**place, "where": _where(place), "kind_label": gettext(KINDS[place["kind"]]),
            "unit_name": units[place["unit"]]}  # fmt: skip


def _sent_service(page: Page, unit: str = "") -> dict[str, object]:
    form = page.form
    sent: dict[str, object] = {name: form.text(name) for name in _TEXTS}
    sent |= {name: form.texts(name) or None for name in _LISTS}
    day = form.day("assured_on")
    sent["assured_on"] = day.isoformat() if day else None
    sent["status"] = sent["status"] or ServiceStatus.ACTIVE
    if not sent["name"]:
        form.wrong("name", _("Escriba el nombre del servicio."))
    if not sent["service_types"]:
        form.wrong("service_types", _("Elija al menos un servicio."))
    return _of_a_unit(page, sent, unit)


def _sent_place(page: Page, unit: str = "") -> dict[str, object]:
    form = page.form
    sent: dict[str, object] = {
        name: form.text(name) for name in ("unit", "name", "kind", "address", "city", "url")
    }
    sent["kind"] = sent["kind"] or LocationKind.PHYSICAL
    sent |= {"ubigeo": None, **read(form, [_district()])}
    if not sent["name"]:
        form.wrong("name", _("Escriba el nombre del lugar."))
    return _of_a_unit(page, sent, unit)


def _of_a_unit(page: Page, sent: dict[str, object], unit: str) -> dict[str, object]:
    """What was sent with its unit: the chosen one, or that of an entry, which does not change."""
    sent["unit"] = unit or sent["unit"]
    if not sent["unit"]:
        page.form.wrong("unit", _("Elija la unidad."))
    return sent


def _service_form(page: Page, item: DirectoryServiceView | None) -> Response:
    stale = _renewed(page, item)
    if item is not None:
        held: Mapping[str, object] = item
        known = {name: held[name] for name in (*_TEXTS, *_LISTS, "assured_on") if name != "locations"}
        page.form.start(**{**known, "unit": item["unit"]["code"]})
        page.form.start(locations=[place["id"] for place in item["locations"]])
    units = _units(page)
    kept = {code for code, _name in units}
    if item is not None:
        kept = {item["unit"]["code"]}
    found = [(p["id"], _where(p)) for p in queries.locations(page.act) if p["unit"] in kept]
    many = item is None and len(found) > _MOST_PLACES
    return page.draw(
        "directory/edit.html",
        item=_shown(item) if item else None,
        units=units,
        spots=[] if many else found,
        many=many,
        statuses=_words(STATUSES),
        stale=stale,
    )


def _one_place(page: Page, key: uuid.UUID) -> DirectoryPlaceView:
    """A place of the directory.

    Raises:
        NotFound: there is none.
    """
    for place in queries.locations(page.act):
        if place["id"] == str(key):
            return place
    raise NotFound


def _place_form(page: Page, item: DirectoryPlaceView | None) -> Response:
    stale = _renewed(page, item)
    if item is not None:
        page.form.start(**{**item, "ubigeo": place_name(item["ubigeo"]) if item["ubigeo"] else None})
    return page.draw(
        "directory/place.html",
        item=item,
        where=_where(item) if item else "",
        units=_units(page),
        kinds=_words(KINDS),
        district=_district(),
        stale=stale,
    )


def _renewed(page: Page, item: DirectoryServiceView | DirectoryPlaceView | None) -> bool:
    """Whether somebody changed it meanwhile; the form then goes on from the newer version."""
    stale = item is not None and page.form.status == 412  # noqa: PLR2004 - changed meanwhile
    if item is not None and stale:
        page.form.version = item["version"]
    return stale
