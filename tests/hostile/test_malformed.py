"""Malformed requests by the thousand over every operation of the OpenAPI document.

No 5xx, no stack trace, and no answer that repeats what was sent or shows the person in whose record the
requests land. Half of them aim at a real person, case and referral of the caller, so that they get past
the look-up and reach the services.
"""

from __future__ import annotations

import ast
import itertools
import json
import math
import secrets
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

import app
from app.access.act import CARE, Act
from app.access.actor import Actor
from app.records.kinds import today
from app.services.commands.requesting import request_discard
from tests import contract
from tests.cases.story import API, ok, unit_code
from tests.consents.story import give, on_consent
from tests.factories import World

REQUESTS = 1000
"""In the ordinary run, over all operations together."""
LONG_RUN = 20_000
NAMES = ("Quillatupa", "Yarasca", "Etelvinacanaria")
SHORTEST_ECHO = 12

DOCUMENT = contract.document()
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
SCHEMA.config.generation.update(modes=[GenerationMode.NEGATIVE])
OPERATIONS = {found.ok().label: found.ok() for found in SCHEMA.get_all_operations()}


def malleable(label: str) -> bool:
    """Whether a request of the operation has anything to get wrong: a body, a path or a query."""
    described = DOCUMENT["paths"][OPERATIONS[label].path][OPERATIONS[label].method]
    places = {parameter["in"] for parameter in described.get("parameters", ())}
    return "requestBody" in described or bool(places & {"path", "query"})


MALLEABLE = sorted(label for label in OPERATIONS if malleable(label))


def own_words() -> Iterator[str]:
    """Every text in the source of the product: Hypothesis sends these too, and answers are made of them."""
    for path in sorted(Path(app.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


VOCABULARY = "\n".join([json.dumps(DOCUMENT, ensure_ascii=False), *own_words()])


def strings(value: Any) -> Iterator[str]:
    """Every string in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from itertools.chain.from_iterable(strings(v) for pair in value.items() for v in pair)
    elif isinstance(value, list):
        yield from itertools.chain.from_iterable(strings(item) for item in value)


def faults(status: int, content_type: str, body: str, sent: Any) -> list[str]:
    """What is wrong with an answer."""
    found = []
    if status >= 500:
        found.append(f"status {status}")
    if "Traceback" in body or 'File "' in body:
        found.append("a stack trace")
    found += [f"shows {name[:3]}..." for name in NAMES if status >= 400 and name in body]
    if status >= 400:
        if content_type != "application/problem+json":
            found.append(f"a {status} as {content_type}")
        echoes = {s for s in strings(sent) if len(s) >= SHORTEST_ECHO and s not in VOCABULARY}
        found += ["repeats what was sent" for text in echoes if text in body]
    return found


@pytest.fixture(scope="module")
def targets(runtime: Any, base_url: str) -> Iterator[tuple[World, Actor, dict[str, str]]]:
    """A person of the caller with a case, and a command about it, by the collection in the path."""
    world = World(runtime, base_url)
    actor = world.actor("cem_officer")
    person = world.register(
        actor,
        identity={
            "given_names": NAMES[2],
            "first_surname": NAMES[0],
            "second_surname": NAMES[1],
            "age_years": 30,
        },
    )
    with world.session(actor) as session:
        command = request_discard(Act(session, CARE), person.case_code, 1, "SIN_INDICIOS").code
    codes = {"victims": person.code, "cases": person.case_code, "commands": command}
    yield world, actor, codes | _more(world, actor, person.code, person.case_code)
    world.close()


def _more(world: World, actor: Actor, victim: str, case: str) -> dict[str, str]:
    """A consent, a referral that rests on it, a plan and a request of the person of the case."""
    client, unit = world.client(actor), unit_code(world, world.actor("health_officer"))
    consent = ok(give(client, case, unit), 201)["code"]
    plan = {"case": case, "place_of_execution": "LUGAR_DE_ORIGEN"}
    asked = {"victim": victim, "kind": "ACCESO", "channel": "ESCRITO", "by_whom": "PERSONA"}
    asked["received_on"] = str(today())
    return {
        "consents": consent,
        "referrals": ok(on_consent(client, case, consent, unit), 201)["code"],
        "plans": ok(client.post(f"{API}/plans", json=plan), 201)["code"],
        "data-requests": ok(client.post(f"{API}/data-requests", json=asked), 201)["code"],
    }


@pytest.mark.parametrize("label", MALLEABLE)
def test_malformed_requests_are_refused_clearly(
    label: str, targets: tuple[World, Actor, dict[str, str]], base_url: str
) -> None:
    attack(label, targets, base_url, math.ceil(REQUESTS / len(MALLEABLE)))


@pytest.mark.soak
@pytest.mark.parametrize("label", MALLEABLE)
def test_malformed_requests_are_refused_clearly_for_long(
    label: str, targets: tuple[World, Actor, dict[str, str]], base_url: str
) -> None:
    attack(label, targets, base_url, math.ceil(LONG_RUN / len(MALLEABLE)))


def attack(label: str, targets: tuple[World, Actor, dict[str, str]], base_url: str, each: int) -> None:
    """Send `each` malformed requests to an operation and judge every answer."""
    world, actor, codes = targets
    operation = OPERATIONS[label]
    generated = operation.as_strategy(GenerationMode.NEGATIVE)
    code = next((known for name, known in codes.items() if f"/{name}/{{code}}" in label), None)
    if code is not None:
        aimed = operation.as_strategy(GenerationMode.NEGATIVE).map(lambda case: _aim(case, code))
        generated = st.one_of(generated, aimed)
    calls = 0
    token = world.token(actor)

    @given(case=generated)
    @settings(
        max_examples=each,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def send(case: schemathesis.Case) -> None:
        nonlocal calls
        calls += 1
        headers = {"Authorization": f"Bearer {token}", "If-Match": '"1"'}
        answer = case.call(base_url=base_url, headers=headers)
        sent = [case.body if isinstance(case.body, dict | list | str) else None, dict(case.query or {})]
        content_type = (answer.headers.get("content-type") or [""])[0].split(";")[0]
        body = answer.content.decode("utf-8", "replace")  # what is aimed well enough gets a PDF
        assert faults(answer.status_code, content_type, body, sent) == []

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # the client library's own pooled sockets
        send()
    assert calls >= each, "too few requests were generated"


def _aim(case: schemathesis.Case, code: str) -> schemathesis.Case:
    case.path_parameters = {**(case.path_parameters or {}), "code": code}
    return case


@pytest.mark.parametrize(
    ("status", "content_type", "body", "sent"),
    [
        (500, "application/problem+json", "{}", {}),
        (422, "application/problem+json", 'Traceback: File "x"', {}),
        (404, "application/problem+json", f"no está {NAMES[0]}", {}),
        (422, "application/problem+json", "el valor zzzzzzzzzzzzzzz no vale", {"a": ["zzzzzzzzzzzzzzz"]}),
        (400, "text/html", "{}", {}),
    ],
)
def test_the_check_finds_planted_faults(status: int, content_type: str, body: str, sent: Any) -> None:
    assert faults(status, content_type, body, sent)


RAW = [
    b"{",
    b"[" * 100_000,
    b'{"a":' * 20_000,
    b'{"compartments": NaN}',
    b'\xff\xfe{"a":1}',
    json.dumps(
        {"compartments": {"identity": {"given_names": "a\u0000b"}}, "first_identified_on": "2024-01-01"}
    ).encode(),
    b'{"compartments": {"identity": {"given_names": "\\ud800"}}, "first_identified_on": "2024-01-01"}',
    b'{"compartments": {"identity": {"age_years": 1e999}}, "first_identified_on": "2024-01-01"}',
    b'{"compartments": {"identity": {"age_years": 99999999999999999}}, "first_identified_on": "9999-12-31"}',
    b'{"compartments": {"identity": {}}, "compartments": 5, "first_identified_on": "0000-00-00"}',
]


@pytest.mark.parametrize("raw", RAW)
def test_raw_bodies_are_refused_clearly(world: World, raw: bytes) -> None:
    client = world.client(world.actor("police_investigator"))
    answer = client.post("/api/v1/victims", content=raw, headers={"Content-Type": "application/json"})
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("announced", [True, False])
def test_a_body_over_the_limit_is_413_and_not_read_to_its_end(world: World, announced: bool) -> None:
    client = world.client(world.actor("police_investigator"))
    block = b"x" * 65_536
    content: Any = block * 40 if announced else (block for _ in range(40))
    answer = client.post("/api/v1/victims", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"


def test_unknown_paths_methods_and_tokens_are_problems(world: World) -> None:
    client = world.client()
    assert client.get("/api/v1/nada").status_code == 404
    assert client.delete("/api/v1/victims").status_code == 405
    for token in ("x", "a.b.c", secrets.token_urlsafe(4000)):
        answer = client.get("/api/v1/cases", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"
