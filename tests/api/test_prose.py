"""Who reads the document reads one language: names stay as they are, what explains them is Spanish."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from app.api.wording import prose
from app.records import COMPARTMENTS
from tests import contract

OWN = ("Una página de una lista", "Problema (RFC 9457)")
"""Of components that are made for the document alone."""


def other_words(document: dict[str, Any]) -> list[str]:
    """Operations and components of which it is said in other words than those written for readers."""
    found = [
        said["operationId"]
        for methods in document["paths"].values()
        for said in methods.values()
        if not said["description"].startswith(prose().get(said["operationId"], "\0"))
    ]
    known = {
        *prose().values(),
        *titles(BaseModel),
        *(model.title_es for model in COMPARTMENTS.values()),
        *OWN,
    }
    return found + [
        name
        for name, said in document["components"]["schemas"].items()
        if said.get("description") not in known
    ]


def titles(model: type[BaseModel]) -> Iterator[str]:
    """What the bodies are called in Spanish, each beside its fields."""
    if title := model.model_config.get("title"):
        yield title
    for heir in model.__subclasses__():
        yield from titles(heir)


def untitled(document: dict[str, Any]) -> Iterator[str]:
    """Fields and parameters that are explained by nothing but their own name."""
    for name, body in document["components"]["schemas"].items():
        for field, said in body.get("properties", {}).items():
            if "$ref" not in said and not explained(field, said):
                yield f"{name}.{field}"
    for methods in document["paths"].values():
        for said in methods.values():
            for one in said.get("parameters", ()):
                if not (one.get("description") or explained(one["name"], one["schema"])):
                    yield f"{said['operationId']}.{one['name']}"


def explained(name: str, said: dict[str, Any]) -> bool:
    """Whether a schema says more than its name, which pydantic makes a title of."""
    own = name.replace("_", " ").title()
    return bool(said.get("description")) or said.get("title", own) not in {own, name.title()}


def test_every_operation_and_component_is_told_in_spanish() -> None:
    assert other_words(contract.document()) == []


def test_every_parameter_and_field_has_a_meaning() -> None:
    assert list(untitled(contract.document())) == []


def test_what_is_told_otherwise_is_found() -> None:
    planted = copy.deepcopy(contract.document())
    planted["components"]["schemas"]["NoteView"]["description"] = "A note of a case."
    planted["paths"]["/api/v1/cases"]["get"]["description"] = "Cases in scope."
    assert other_words(planted) == ["cases_list", "NoteView"]
    planted["components"]["schemas"]["NoteIn"]["properties"]["the_unit"] = {"title": "The Unit"}
    assert list(untitled(planted)) == ["NoteIn.the_unit"]


def test_nothing_is_told_of_what_is_not_there() -> None:
    names = {one.said["operationId"] for one in contract.operations()}
    assert set(prose()) <= names | contract.document()["components"]["schemas"].keys()
