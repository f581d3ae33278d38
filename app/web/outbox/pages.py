"""What keeps what people write: drafts, and the outbox for when there is no connection."""

from __future__ import annotations

import base64
import binascii
import json
import uuid
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData
from starlette.responses import JSONResponse, Response
from typing_extensions import TypedDict

from app.access.actor import Actor
from app.edge.browser import COOKIE
from app.edge.deps import CurrentAct, CurrentRuntime, Public, SignedIn
from app.edge.problems import recorded
from app.edge.routing import Branch
from app.edge.unsent import place_of, written
from app.errors import AppError, BadRequest, NotFound, TooLarge, UnsupportedMedia
from app.records import all_fields, fields
from app.records.placement import OFFLINE
from app.services.access.browsing import form_token
from app.services.drafts import service as drafts
from app.services.drafts.service import REVIEW, Opened
from app.services.limits import PerMinute
from app.services.outbox import devices
from app.services.outbox.delivery import LARGEST, Envelope, accept
from app.web import i18n
from app.web.kit.controls import controls
from app.web.kit.keeping import sent
from app.web.kit.page import HEADERS, CurrentPage, draw
from app.web.kit.static import assets, static, version
from app.web.kit.templating import label
from app.web.outbox.agents import agent_words
from app.web.outbox.delivering import handlers

router = Branch()
DELIVERIES = PerMinute(60)


def _(text: str) -> str:
    """Mark a text for the catalogue of translations; it is translated when it is shown."""
    return text


_KEPT = ("ruv.css", "app.js", "govuk.js", "icon.svg")
KINDS = {
    "nota": _("Nota del caso"),
    "actividad": _("Avance de una actividad"),
    "registro": _("Datos de una persona"),
    "datos": _("Corrección de datos"),
    "plan": _("Plan de reintegración"),
    "objetivo": _("Objetivo del plan"),
    "avance": _("Avance de un objetivo"),
    "encargo": _("Actividad del plan"),
    "pagina": _("Formulario sin enviar"),
}
FIELDS = {
    "kind": _("Tipo"),
    "text": _("Texto"),
    "note": _("Nota"),
    "about": _("Tema"),
    "state": _("Estado"),
    "happened_on": _("Cuándo ocurrió"),
}
LISTS = {"kind": "note_kind", "state": "activity_state"}
"""Code lists of fields that are not of the catalogue."""
REASONS = {
    "conflict": _("Mientras tanto algo cambió, o ya existe. Compare antes de guardar."),
    "key-reused": _("Ya se envió antes con otros datos. Compare antes de guardar."),
    "possible-duplicate": _("Puede que la persona ya esté registrada. Búsquela antes de registrar."),
    "stale-version": _("Otra persona lo modificó mientras tanto. Compare antes de guardar."),
    "invalid": _("Falta algún dato o hay alguno por corregir."),
    "not-found": _("El código no existe o su unidad ya no participa en el caso."),
    "forbidden": _("Su función o su participación no permiten guardarlo."),
    "too-old": _("Se escribió hace más de 30 días. Confirme que sigue siendo cierto."),
    "other": _("No se pudo guardar como estaba."),
}
"""Why something written without a connection waits to be reviewed."""
_NEVER = {"Cache-Control": "no-store"}
_TOO_FAST = _("Se enviaron demasiados textos en un minuto. Se seguirá en un momento.")


@router.post("/borradores", dependencies=[SignedIn()])
def keep(page: CurrentPage) -> Response:
    """Keeps a form while it is being written; asked by the page's script."""
    form = page.form.sent or FormData()
    drafts.save(page.act, place_of(form), written(form))
    return Response(status_code=204, headers=_NEVER)


@router.get("/borradores", dependencies=[SignedIn()])
def my_drafts(page: CurrentPage) -> Response:
    """One's own drafts, those that have to be reviewed first."""
    return page.draw("outbox/drafts.html", drafts=drafts.mine(page.session), **_words())


@router.get("/borradores/{draft}", dependencies=[SignedIn()])
def review(page: CurrentPage, draft: uuid.UUID) -> Response:
    """Something written without a connection that could not be taken."""
    found = drafts.opened(page.act, f"{REVIEW}:{draft}")
    if found is None:
        raise NotFound("Ese borrador ya no existe.")
    return page.draw("outbox/review.html", draft=found, written=_written(found), id=draft, **_words())


@router.post("/borradores/descartar", dependencies=[SignedIn()])
def discard(page: CurrentPage) -> Response:
    """Throws a draft away."""
    drafts.discard(page.session, page.form.text("form") or "")
    return page.go("/borradores", done="borrador")


@router.get("/bandeja/llave.json", dependencies=[SignedIn()])
def key(request: Request, act: CurrentAct) -> Response:
    """What a page's script needs to seal: the key, whose device this is, and what shows that it is ours."""
    found = devices.server_key(act.session)
    told = {
        "quien": devices.owner_mark(act),
        "ficha": form_token(request.cookies.get(COOKIE, "")),
        "llave": {"id": found.id, "publica": base64.b64encode(found.public).decode()},
    }
    return JSONResponse(told, headers=_NEVER)


@router.post("/dispositivos", dependencies=[SignedIn()])
def enrol(page: CurrentPage) -> Response:
    """Takes on this browser, so that it may deliver what is written without a connection."""
    public = _bytes(page.form.text("llave") or "")
    words = agent_words(page.request.headers.get("User-Agent", ""))
    made = devices.enrol(page.act, public, words)
    return JSONResponse({"id": str(made)}, headers=_NEVER)


_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


async def _sealed(request: Request) -> bytes:
    if request.headers.get("Content-Type", "").lower().startswith(_FORMS):
        raise UnsupportedMedia("Envíe el sobre sellado, no un formulario.")
    body = await request.body()
    if len(body) > LARGEST:
        raise TooLarge("Lo escrito sin conexión supera 1 MiB. Envíelo por partes.")
    return body


@router.post("/bandeja", dependencies=[SignedIn()])
def deliver(request: Request, act: CurrentAct, sealed: Annotated[bytes, Depends(_sealed)]) -> Response:
    """Takes one envelope from a device of the person who is signed in; a script reads the answer."""
    part = act.session.begin_nested()
    try:
        made = accept(act, _envelope(request, act.actor, sealed), handlers(request))
        part.commit()
    except AppError as error:
        part.rollback()
        told = recorded(request, error)
        return JSONResponse({"estado": "rechazado", "motivo": told.type}, told.status, headers=_NEVER)
    state = "revisar" if made.to_review else "entregado"
    return JSONResponse({"estado": state, "codigo": made.code}, headers=_NEVER)


def _envelope(request: Request, actor: Actor, sealed: bytes) -> Envelope:
    DELIVERIES.check(str(actor.user_id), i18n.gettext(_TOO_FAST))
    try:
        device, key_id = uuid.UUID(request.headers["X-Equipo"]), int(request.headers["X-Llave"])
    except (KeyError, ValueError):
        raise BadRequest("Falta decir qué equipo envía, o con qué llave se selló.") from None
    return Envelope(device, key_id, sealed, _bytes(request.headers.get("X-Firma", "")))


@router.get("/sin-conexion", dependencies=[Public()])
def offline(request: Request) -> Response:
    """The page a browser keeps for when there is no connection: blank forms, and what waits to be sent."""
    i18n.speak("es")
    asked = [name.partition(".") for name in OFFLINE.fields]
    intake = [one for part, _dot, name in asked for one in controls(fields(part), f"{part}.", only=[name])]
    return draw(request, "outbox/offline.html", scripts=False, intake=intake)


@router.get("/sw.js", dependencies=[Public()])
def worker(runtime: CurrentRuntime) -> Response:
    """The worker that keeps static files and the blank page; or the one that takes it away."""
    if not runtime.settings.offline:
        return _script(assets()["sw-off.js"].body)
    known = {"FILES": [static(name) for name in _KEPT], "EDITION": version()}
    head = "".join(f"const {name} = {json.dumps(value)}\n" for name, value in known.items())
    return _script(head.encode() + assets()["sw.js"].body)


def _script(body: bytes) -> Response:
    return Response(body, headers={**HEADERS, "Cache-Control": "no-cache"}, media_type="text/javascript")


@router.get("/manifest.webmanifest", dependencies=[Public()])
def manifest() -> Response:
    """How the service looks on a home screen: a name that says nothing."""
    told = {
        "name": "RUV",
        "short_name": "RUV",
        "lang": "es-PE",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#ffffff",
        "icons": [{"src": static("icon.svg"), "sizes": "any", "type": "image/svg+xml"}],
    }
    text = json.dumps(told, ensure_ascii=False)
    return Response(text, headers={"Cache-Control": "no-cache"}, media_type="application/manifest+json")


class _Words(TypedDict):
    """Kinds of drafts, and why one waits to be reviewed, in the language of the page."""

    kinds: dict[str, str]
    reasons: dict[str, str]


def _words() -> _Words:
    return {
        "kinds": {name: i18n.gettext(text) for name, text in KINDS.items()},
        "reasons": {name: i18n.gettext(text) for name, text in REASONS.items()},
    }


def _written(draft: Opened) -> list[tuple[str, str]]:
    """What was filled in, with the labels of the catalogue where the field is of it."""
    known = {f"{spec.compartment}.{spec.name}": spec for spec in all_fields()}
    rows = []
    for name, value in sent(draft).multi_items():
        spec = known.get(name)
        codes = spec.codes if spec is not None else LISTS.get(name)
        told = label(value, codes) if codes else str(value)
        if told and not name.startswith("_"):
            rows.append((spec.label if spec is not None else i18n.gettext(FIELDS.get(name, name)), told))
    return rows


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
