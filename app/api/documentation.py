"""The OpenAPI document: compartments as in the field catalogue, and the problem document."""

import copy
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from app.api.choices import put_choices
from app.api.wording import prose, put_words
from app.edge.preconditions import CHANGES, HEADER, NEEDED
from app.records import COMPARTMENTS
from app.records.reading import readings

TAGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "auth": "Sesiones y la cuenta propia",
        "victims": "Personas registradas",
        "identity_checks": "Consulta de documentos a quien los emite",
        "family": "Familiares, que son personas del registro",
        "cases": "Casos: estado, unidades que participan y quién los tiene a cargo",
        "notes": "Notas de un caso",
        "procedures": "Rutas del caso",
        "proceedings": "Procesos: carpeta fiscal y expediente judicial",
        "measures": "Medidas de protección",
        "referrals": "Derivaciones",
        "deliveries": "Servicios prestados",
        "directory": "Directorio de servicios",
        "shelters": "Centros y albergues: registro, cupos y reservas",
        "placements": "Alojamiento de una persona",
        "plans": "Plan de reintegración individual",
        "evidence": "Archivos: evidencias y consentimientos escaneados",
        "documents": "Documentos impresos y su verificación",
        "consents": "Consentimientos y oposiciones",
        "data_requests": "Derechos sobre datos personales",
        "satisfaction": "Satisfacción, sin nombre",
        "commands": "Pedidos de dos personas",
        "matching": "Identidad única",
        "clocks": "Plazos",
        "notices": "Avisos",
        "supervision": "Supervisión",
        "quality": "Calidad de datos",
        "indicators": "Indicadores de la Política Nacional",
        "releases": "Publicaciones estadísticas",
        "accounts": "Cuentas",
        "account_requests": "Pedidos sobre cuentas",
        "units": "Unidades",
        "catalogues": "Catálogos",
        "operation": "Para quien opera el servicio",
    }
)
"""What each tag is about; the first tag of an operation begins its id."""
_SAID_OTHERWISE: Final = MappingProxyType(
    {
        **dict.fromkeys(("index", "listed", "work_list", "of_case", "boxes", "housed"), "list"),
        **dict.fromkeys(("detail", "entry"), "read"),
        "look_up": "search",
        "patch": "change",
        "versions": "history",
        "looks": "access_log",
        "list_scans": "scans",
    }
)
"""Functions whose name says in Python what an operation is called otherwise everywhere."""

COMPARTMENT_NAMES: Final = frozenset(model.__name__ for model in COMPARTMENTS.values())
"""Components that come from the catalogue of fields, which says itself what each means."""
_LISTING: Final = "Listing"
_A_PAGE: Final = "Una página de una lista"
_CHANGED: Final = "/api/"
_NO_VERSION: Final = "No tiene versión: con `If-Match` la respuesta es 400."
_GOOD: Final = "Successful Response"
"""What FastAPI says of an answer of which nothing else is said."""
_PROBLEM = {
    "type": "object",
    "title": "Problema (RFC 9457)",
    "required": ["type", "title", "status", "detail"],
    "additionalProperties": True,
    "properties": {
        "type": {
            "type": "string",
            "description": "Clase del problema (URN); por ella decide un programa",
            "examples": ["urn:ruv:problem:stale-version"],
        },
        "title": {"type": "string", "description": "Nombre de la clase, en español"},
        "status": {"type": "integer", "description": "El estado HTTP de la respuesta"},
        "detail": {"type": "string", "description": "Qué pasó y qué hacer, en español"},
        "version": {"type": "integer", "description": "De un 412: la versión que está vigente"},
        "possible": {
            "type": "array",
            "items": {"type": "string"},
            "description": "De un paso que no se puede: los estados que sí (códigos)",
        },
        "errors": {
            "type": "array",
            "description": "Campos por corregir: cuál, su código, su frase y los códigos que valdrían",
            "items": {
                "type": "object",
                "required": ["field", "code", "message"],
                "properties": {
                    **{name: {"type": "string"} for name in ("field", "code", "message")},
                    "choices": {"type": "array", "items": {"type": "string"}},
                },
            },
        },
    },
}


def operation_id(route: APIRoute) -> str:
    """`victims_read`: the slice and what is done; a part of the contract, which a test keeps."""
    tag = str(route.tags[0]) if route.tags else "pages"
    return f"{tag}_{_SAID_OTHERWISE.get(route.name, route.name)}"


def complete_openapi(app: FastAPI) -> None:
    """Serve one OpenAPI 3.1 document made from the routes and the field catalogue."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            tags = [{"name": tag, "description": about} for tag, about in TAGS.items()]
            schema = get_openapi(title=app.title, version=app.version, routes=app.routes, tags=tags)
            _add_components(schema)
            put_choices(schema)
            for view in sorted(answered(schema) - readings().keys()):
                put_words(view, schema["components"]["schemas"][view])
            _settle_names(schema)
            _describe_problems(schema)
            _describe_operations(schema)
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def _add_components(schema: dict[str, Any]) -> None:
    components = schema.setdefault("components", {}).setdefault("schemas", {})
    for model in COMPARTMENTS.values():
        own = model.model_json_schema(ref_template="#/components/schemas/{model}")
        components.update(own.pop("$defs", {}))
        components[model.__name__] = own
    components.update(copy.deepcopy(readings()))
    components["Problema"] = copy.deepcopy(_PROBLEM)
    for unused in ("HTTPValidationError", "ValidationError"):  # FastAPI's own refusal, which is never sent
        components.pop(unused, None)


def _settle_names(schema: dict[str, Any]) -> None:
    """Give components names that are words, in Python too: a generator calls its classes by title or by key.

    `Listing_NoteView_` is a `ListingNoteView`. What each is, is said in Spanish: by `prose`, or by its title;
    titles of what is named where it stands would become names of classes too.
    """
    components = schema["components"]["schemas"]
    named = {name: name.replace("_", "") for name in components}
    for part in _parts(schema):
        if isinstance(part.get("$ref"), str):
            place, _slash, name = part["$ref"].rpartition("/")
            part["$ref"] = f"{place}/{named.get(name, name)}"
    for said in _named(schema):
        if title := said.pop("title", ""):
            more = said.get("description", "")
            said["description"] = ". ".join(dict.fromkeys(filter(None, (title, more))))
    schema["components"]["schemas"] = {
        named[name]: _told(named[name], body) for name, body in components.items()
    }


def _named(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Schemas that have a name where they stand: fields, parameters, bodies."""
    for component in schema["components"]["schemas"].values():
        yield from component.get("properties", {}).values()
    for operations in schema["paths"].values():
        for said in operations.values():
            yield from (one["schema"] for one in said.get("parameters", ()))
            yield from (one["schema"] for one in said.get("requestBody", {}).get("content", {}).values())


def _told(name: str, component: dict[str, Any]) -> dict[str, Any]:
    title = component.pop("title", "")
    if name in prose() or name.startswith(_LISTING):
        component["description"] = prose().get(name, _A_PAGE)
    elif title and title != name:
        component["description"] = title
    return component


def _parts(node: Any) -> Iterator[dict[str, Any]]:
    """Every object of a part of the document."""
    if isinstance(node, dict):
        yield node
        for part in node.values():
            yield from _parts(part)
    elif isinstance(node, list):
        for part in node:
            yield from _parts(part)


def answered(schema: dict[str, Any]) -> set[str]:
    """Names of the views that answers are made of, and of those inside them."""
    components = schema["components"]["schemas"]
    waiting = [
        said
        for operations in schema["paths"].values()
        for operation in operations.values()
        for status, said in operation["responses"].items()
        if str(status).startswith("2")
    ]
    found: set[str] = set()
    while waiting:
        fresh = set(_references(waiting.pop())) - found - COMPARTMENT_NAMES
        found |= fresh
        waiting += [components[name] for name in fresh]
    return found


def _references(node: Any) -> Iterator[str]:
    """Names of the components that a part of the document refers to."""
    for part in _parts(node):
        if isinstance(reference := part.get("$ref"), str):
            yield reference.rpartition("/")[2]


def _describe_operations(schema: dict[str, Any]) -> None:
    """Say what each does, which changes need `If-Match`, and of those that take none that they do not."""
    for path, operations in schema["paths"].items():
        for method, said in operations.items():
            said["description"] = prose().get(said["operationId"], said.get("description", ""))
            sent = [one for one in said.get("parameters", ()) if one["name"] == HEADER]
            for one in sent:
                if one["schema"].pop(NEEDED, False):
                    one.update(required=True, schema={"type": "string", "examples": ['"3"']})
            if method.upper() in CHANGES and not sent and path.startswith(_CHANGED):
                said["description"] = "\n\n".join(filter(None, (said.get("description", ""), _NO_VERSION)))


def _describe_problems(schema: dict[str, Any]) -> None:
    later = {"description": "Segundos después de los que se puede repetir.", "schema": {"type": "integer"}}
    answer = {
        "description": "Problema",
        "headers": {"Retry-After": later},
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problema"}}},
    }
    for operations in schema["paths"].values():
        for operation in operations.values():
            operation["responses"].pop("422", None)
            for status, said in operation["responses"].items():
                if said["description"] == _GOOD:
                    said["description"] = "Correcto"
                if status.startswith(("4", "5")):
                    said.setdefault("content", answer["content"])
            operation["responses"]["4XX"] = answer
            operation["responses"]["503"] = answer
