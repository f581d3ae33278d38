"""What is answered of a plan is what the document says of it, as far as each reader is told."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from app.api.wording import put_words
from app.records.kinds import today
from tests import contract
from tests.cases.story import ok, unit_code
from tests.factories import World
from tests.plans.story import drafted, full

TODAY = today().isoformat()
HEADER = {
    "place_of_execution": "OTRA_RESIDENCIA",
    "execution_country": "CO",
    "feasibility": "SI",
    "feasibility_notes": "La red de acogida confirmó por escrito",
    "starts_on": TODAY,
    "pti_number": "R-001",
    "pti_on": TODAY,
    "summary": "Vuelve con su hermana",
}


def test_a_kept_version_has_what_is_known_and_nothing_else(world: World) -> None:
    plan = drafted(world)
    plan.activity(unit_code(world, plan.person.officer))
    ok(plan.client.post(f"{plan.url}/versions"), 201)
    ok(plan.patch(**HEADER))
    ok(plan.client.post(f"{plan.url}/versions"), 201)
    bare, filled = (ok(plan.client.get(f"{plan.url}/versions/{n}"))["content"] for n in (1, 2))
    assert {name: filled[name] for name in HEADER} == HEADER
    assert set(filled) - set(bare) == set(HEADER) - {"place_of_execution", "summary"}
    (goal,) = filled["objectives"]
    assert not {"evidence_expected", "service_code"} & set(goal["activities"][0])


def test_the_version_of_the_closing_says_what_was_agreed(world: World) -> None:
    plan = full(world)
    ok(plan.to("CERRADO_SIN_CUMPLIR", outcome="VIDA_INDEPENDIENTE", closing={"residual_risk": "LEVE"}))
    number = ok(plan.client.get(f"{plan.url}/versions"))["items"][-1]["number"]
    closing = ok(plan.client.get(f"{plan.url}/versions/{number}"))["content"]["closing"]
    assert (closing["outcome"], closing["residual_risk"]) == ("VIDA_INDEPENDIENTE", "LEVE")
    assert (closing["achievement"], closing["follow_up"]) == (None, None)
    assert set(closing["states"].values()) == {"LOGRADO"}


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, False),
        ({"view": "all"}, True),
        ({"summary": "Vuelve con su hermana"}, True),
        ({"objectives": []}, True),
        ({"kind": "OTRA"}, True),
    ],
)
def test_who_reads_a_plan_in_part_is_told_nothing_of_the_rest(
    change: dict[str, object], *, found: bool
) -> None:
    part = {
        "code": "PR-1", "kind": "NNA", "kind_label": "x", "state": "BORRADOR", "state_label": "x",
        "state_since": "2026-01-02T10:00:00-05:00", "unit": {"code": None, "name": "x"},
        "created_at": "2026-01-02T10:00:00-05:00", "signed_at": None, "closed_at": None, "version": 1,
        "case": None, "victim": None, "possible_states": [], "responsible": False, "may_hand_over": False,
        "view": "own", "activities": [], "_access": {"plan": "partial"}, **change,
    }  # fmt: skip
    answer = httpx.Response(
        200,
        content=json.dumps(part),
        headers={"Content-Type": "application/json", "ETag": '"1"'},
        request=httpx.Request("GET", "http://x/api/v1/plans/PR-1"),
    )
    assert bool(contract.broken(answer)) is found


def test_a_list_of_views_is_no_list_of_codes() -> None:
    properties: dict[str, Any] = {
        "activities": {"type": "array", "items": {"$ref": "#/components/schemas/ActivityView"}}
    }
    put_words("x", {"properties": properties})
    assert "x-code-list" not in properties["activities"]
    properties = {"activities": {"type": "array", "items": {"type": "string"}}}
    put_words("x", {"properties": properties})
    assert properties["activities"]["x-code-list"] == "activity"
