"""What is done with a compartment's data: parse, dump, patch, split for storage, reduce for a reader."""

from typing import Any

from pydantic import ValidationError

from app.records.base import Compartment, Values
from app.records.errors import RecordInvalid, errors_es
from app.records.partial import apply
from app.records.registry import COMPARTMENTS, author_only, face_names, fields, followers, masks

MAX_DEPTH = 2
"""Objects inside a compartment hold no further objects: a patch is merged no deeper."""


def parse(compartment: str, payload: Any) -> Compartment:
    """The model of ``compartment`` from ``payload`` (JSON-able). Raises ``RecordInvalid``, free of values."""
    try:
        return COMPARTMENTS[compartment].model_validate(payload)
    except ValidationError as exc:
        errors = errors_es(exc, fields(compartment))
    raise RecordInvalid(compartment, errors)  # outside the handler: the cause would carry the values


def dump(model: Compartment) -> Values:
    """The JSON-able form in which a compartment is stored; unknown fields are absent."""
    return model.model_dump(mode="json", exclude_none=True)


def merge_patch(current: Values, patch: Values) -> Values:
    """``current`` changed by ``patch`` (RFC 7396): ``null`` removes a field, a list is replaced whole.

    A value that must be one of a list (the main purpose) is removed when the patch changes the list so
    that it no longer is, unless the patch gives it too. Validates nothing else: pass the result to
    ``parse``.
    """
    merged = _merge(current, patch, MAX_DEPTH)
    for name, base in followers().items():
        if base in patch and name not in patch and merged.get(name) not in (merged.get(base) or ()):
            merged.pop(name, None)
    return merged


def _merge(current: Values, patch: Values, depth: int) -> Values:
    merged = dict(current)
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        elif isinstance(value, dict) and depth > 1:
            inner = merged.get(name)
            merged[name] = _merge(inner if isinstance(inner, dict) else {}, value, depth - 1)
        else:
            merged[name] = value
    return merged


def partial_view(compartment: str, data: Values) -> Values:
    """What a reader with a partial view gets of ``data`` (stored form). Unknown keys are dropped."""
    return apply(masks(compartment), data)


def split_face(compartment: str, data: Values) -> tuple[Values, dict[str, Values]]:
    """``data`` split for storage: what is sealed, and per statistical table its clear columns.

    A table of the compartment is always present with all its columns, ``None`` where unknown, so that the
    row can be written as it is.
    """
    tables = face_names(compartment)
    face: dict[str, Values] = {}
    for name, table in tables.items():
        face.setdefault(table, {})[name] = data.get(name)
    return {name: value for name, value in data.items() if name not in tables}, face


def own_items(compartment: str, data: Values, author: int) -> Values:
    """``data`` without the items that somebody else wrote, in the fields only authors read."""
    kept = dict(data)
    for name in author_only(compartment) & data.keys():
        kept[name] = [item for item in data[name] if item.get("author") == author]
        if not kept[name]:
            del kept[name]
    return kept


def authored(compartment: str, patch: Values, current: Values, author: int) -> Values:
    """A patch made safe for the fields only authors read: it replaces one's own items only."""
    safe = dict(patch)
    for name in author_only(compartment) & patch.keys():
        if patch[name] is not None and not isinstance(patch[name], list):
            continue  # not a list: left for the model to refuse
        mine = [{**item, "author": author} if isinstance(item, dict) else item for item in patch[name] or ()]
        safe[name] = [item for item in current.get(name, ()) if item.get("author") != author] + mine
    return safe
