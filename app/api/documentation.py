"""The OpenAPI document: compartments as in the field catalogue, and the problem document."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from app.records import COMPARTMENTS

_PROBLEM = {
    "type": "object",
    "title": "Problema (RFC 9457)",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {n: {"type": "string"} for n in ("field", "code", "message")},
            },
        },
    },
}


def complete_openapi(app: FastAPI) -> None:
    """Serve one OpenAPI 3.1 document made from the routes and the field catalogue."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = get_openapi(title=app.title, version=app.version, routes=app.routes)
            _add_components(schema)
            _describe_problems(schema)
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def _add_components(schema: dict[str, Any]) -> None:
    components = schema.setdefault("components", {}).setdefault("schemas", {})
    for model in COMPARTMENTS.values():
        own = model.model_json_schema(ref_template="#/components/schemas/{model}")
        components.update(own.pop("$defs", {}))
        components[model.__name__] = own
    components["Problema"] = _PROBLEM


def _describe_problems(schema: dict[str, Any]) -> None:
    answer = {
        "description": "Problema",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problema"}}},
    }
    for operations in schema["paths"].values():
        for operation in operations.values():
            operation["responses"].pop("422", None)
            operation["responses"]["4XX"] = answer
            operation["responses"]["503"] = answer
