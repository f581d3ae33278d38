"""Codes of requests: the document names them, and an unknown filter is refused with those there are."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.api import choices
from app.api.documentation import COMPARTMENT_NAMES
from app.catalogues import code_list
from tests import contract
from tests.api.test_preconditions import role_of
from tests.factories import World

FREE = Path(__file__).with_name("free_texts.txt")
"""Texts of requests that are no code of a list: words of people, names, codes of something that is there."""
UNKNOWN = "XX"
OTHERWISE = {
    "victims_read.purpose": "the trace tells it as it was said",
    "victims_history.compartment": "a part that does not exist is not found",
    "referrals_receivers.service_type": "asked of a case, which is looked for first",
    "referrals_receivers.department": "asked of a case, which is looked for first",
}

READERS = {"cases_list": "upe_officer", "supervision_reviews": "upe_officer"}
"""Who may filter by all of them, where not everybody may who lists."""
LONG = ("cases_list.nationality", "cases_list.country_of_exploitation")
"""Their codes are too many for an answer; the list of the catalogue has them."""


def sent(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Fields of bodies and parameters of queries, but those of the catalogue of fields, by where they are."""
    schemas = document["components"]["schemas"]
    for name in _bodies(document) - COMPARTMENT_NAMES:
        for field, said in schemas[name].get("properties", {}).items():
            yield f"{name}.{field}", said
    for operations in document["paths"].values():
        for said in operations.values():
            for one in said.get("parameters", ()):
                if one["in"] == "query":
                    yield f"{said['operationId']}.{one['name']}", one["schema"]


def _bodies(document: dict[str, Any]) -> set[str]:
    """Names of the components that bodies are made of."""
    schemas, found = document["components"]["schemas"], set[str]()
    waiting: list[Any] = [
        said["requestBody"]
        for operations in document["paths"].values()
        for said in operations.values()
        if "requestBody" in said
    ]
    while waiting:
        part = waiting.pop()
        waiting += part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
        name = part["$ref"].rpartition("/")[2] if isinstance(part, dict) and "$ref" in part else None
        if name is not None and name not in found:
            found.add(name)
            waiting.append(schemas[name])
    return found


def uncoded(document: dict[str, Any]) -> list[str]:
    """Texts of which it is not said what codes they take."""
    return sorted(
        where
        for where, said in sent(document)
        if "x-code-list" not in said
        and any("enum" not in part and "format" not in part for part in choices.texts(said))
    )


def test_every_text_names_its_codes_or_is_known_to_be_free() -> None:
    assert uncoded(contract.document()) == FREE.read_text(encoding="utf-8").splitlines()


def test_a_code_without_its_list_is_found() -> None:
    planted = copy.deepcopy(contract.document())
    planted["components"]["schemas"]["NoteIn"]["properties"]["colour"] = {"type": "string"}
    assert set(uncoded(planted)) - set(uncoded(contract.document())) == {"NoteIn.colour"}


def test_lists_are_those_of_the_catalogue() -> None:
    for where, said in sent(contract.document()):
        if (name := said.get("x-code-list")) is None:
            continue
        named = {code for part in choices.texts(said) for code in part.get("enum", ())}
        assert named <= set(code_list(name).codes), where


def test_what_is_said_of_nothing_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choices, "LISTED", {"NoteIn.colour": "sex"})
    with pytest.raises(KeyError, match="colour"):
        choices.put_choices(copy.deepcopy(contract.document()))


def filters() -> list[tuple[contract.Operation, str]]:
    """Coded parameters of what is read."""
    return [
        (one, parameter["name"])
        for one in contract.operations()
        if one.method == "GET"
        for parameter in one.said.get("parameters", ())
        if parameter["in"] == "query"
        and ("x-code-list" in parameter["schema"] or parameter["name"] in ("state", "band", "status", "kind"))
        and f"{one.said['operationId']}.{parameter['name']}" not in OTHERWISE
    ]


def test_a_filter_by_what_is_no_code_is_refused_with_those_there_are(world: World) -> None:
    clients, wrong = {}, []
    for one, name in filters():
        role = READERS.get(str(one.said["operationId"])) or role_of(one.method, one.path)
        client = clients.setdefault(role, None) or world.client(world.actor(role, supervisor=True))
        clients[role] = client
        answer = client.get(one.path, params={name: UNKNOWN})
        error = answer.json().get("errors", [{}])[0]
        told = error.get("choices") or f"{one.said['operationId']}.{name}" in LONG
        if (answer.status_code, error.get("field")) != (422, name) or not told:
            wrong.append((one.said["operationId"], name, answer.status_code, error))
    assert len(filters()) > 20
    assert wrong == []
