"""What each role gets over HTTP, against the matrix; each check returns the violations it finds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from app.access.actor import Actor
from app.records import Partial, fields
from tests.access.matrix import (
    COMPARTMENTS,
    MATRIX,
    OPENED,
    PERMISSIONS,
    ROLES,
    Office,
    Person,
    leaks,
    level,
    masked_field,
    problem_fields,
    shown_field,
)

API = "/api/v1/victims"


def levels_of(role: str, *, resident: bool = False, shared: frozenset[str] | None = None) -> dict[str, str]:
    """What the matrix gives the role of every compartment."""
    return {name: level(role, name, resident=resident, shared=shared) for name in COMPARTMENTS}


def read_violations(
    office: Office, person: Person, actor: Actor, levels: dict[str, str], *, in_scope: bool = True
) -> list[str]:
    """Reading the record: status, `_access`, `filled`, the data, and every value that must not come out."""
    answer = office.client(actor).get(f"{API}/{person.code}")
    may_read = "victims:read" in PERMISSIONS[actor.role]
    if not (may_read and in_scope):
        wanted = 404 if may_read else 403
        found = [] if answer.status_code == wanted else [f"read answers {answer.status_code}, not {wanted}"]
        return [*found, *leaks(answer.text, person.filling.canaries, {})]
    if answer.status_code != 200:
        return [f"read answers {answer.status_code}"]
    body = answer.json()
    found = [*_leaks(office, actor, answer.text, person, levels), *shelters_named(office, actor, answer.text)]
    access = {name: value for name, value in levels.items() if value != "none"}
    if body["_access"] != access:
        found.append(f"_access is {body['_access']}, not {access}")
    for name in COMPARTMENTS:
        found += _compartment_violations(name, levels[name], body, person, author=office.wrote(actor))
    return found


def _leaks(office: Office, actor: Actor, text: str, person: Person, levels: dict[str, str]) -> Iterator[str]:
    return leaks(text, person.filling.canaries, levels, author=office.wrote(actor))


def _compartment_violations(
    name: str, wanted: str, body: dict[str, Any], person: Person, *, author: bool
) -> Iterator[str]:
    filled = bool(fields(name))
    if (name in body["filled"]) != (filled and wanted in {"exists", *OPENED}):
        yield f"{name} is {'' if name in body['filled'] else 'not '}in filled at level {wanted}"
    if (name in body["compartments"]) != (filled and wanted in OPENED):
        yield f"{name} is {'' if name in body['compartments'] else 'not '}among the data at level {wanted}"
        return
    data, stored = body["compartments"].get(name, {}), person.filling.data[name]
    for spec in fields(name).values() if wanted in OPENED else ():
        if spec.spec.author_only and not author:
            if spec.name in data:
                yield f"{name}.{spec.name} is shown to another than its author"
            continue
        whole = wanted == "full" or spec.partial is Partial.SHOW
        if whole and data.get(spec.name) != stored[spec.name]:
            yield f"{name}.{spec.name} is not shown at level {wanted}"
        if wanted == "partial" and spec.partial is Partial.HIDE and spec.name in data:
            yield f"{name}.{spec.name} is shown at level partial"


def shelters_named(office: Office, actor: Actor, text: str) -> Iterator[str]:
    """Units that house people and are named to somebody who may not know where."""
    if MATRIX[actor.role, "shelter_location"].level in OPENED:
        return
    for unit_id, code in office.shelters.items():
        if unit_id != actor.unit_id and code in text:
            yield f"{code} is named"


def history_violations(
    office: Office, person: Person, actor: Actor, compartment: str, wanted: str
) -> list[str]:
    """The versions of a compartment need its level."""
    answer = office.client(actor).get(f"{API}/{person.code}/history", params={"compartment": compartment})
    status = 200 if wanted in OPENED else 403 if wanted == "exists" else 404
    if "victims:read" not in PERMISSIONS[actor.role]:
        status = 403
    found = [] if answer.status_code == status else [f"history answers {answer.status_code}, not {status}"]
    found += _leaks(office, actor, answer.text, person, {compartment: wanted})
    found += shelters_named(office, actor, answer.text)
    if answer.status_code == 200 and fields(compartment) and not answer.json()["items"]:
        found.append("history is empty")
    return found


def patch_violations(
    office: Office, person: Person, actor: Actor, compartment: str, wanted: str
) -> list[str]:
    """Writing: whole compartments with +w, the fields seen whole of a partial one, nothing otherwise."""
    found: list[str] = []
    writes = MATRIX[actor.role, compartment].write and wanted in OPENED
    for name, whole in ((masked_field(compartment), False), (shown_field(compartment), True), ("?", False)):
        if name is None or (name == "?" and fields(compartment)):
            continue
        if "victims:write" not in PERMISSIONS[actor.role]:
            status = 403
        elif wanted in {"none", "aggregate"}:
            status = 404
        else:
            status = 200 if writes and (wanted == "full" or whole) else 403
        found += _try_patch(office, person, actor, f"{compartment}.{name}", status)
    return found


def _try_patch(office: Office, person: Person, actor: Actor, path: str, status: int) -> Iterator[str]:
    compartment, name = path.split(".")
    value = person.filling.data[compartment].get(name, "x")
    answer = office.client(actor).patch(
        f"{API}/{person.code}/{compartment}",
        json={name: value},
        headers={"If-Match": f'"{office.version(person, compartment)}"'},
    )
    if answer.status_code != status:
        yield f"patch of {path} answers {answer.status_code}, not {status}"
    if status == 403 and "victims:write" in PERMISSIONS[actor.role] and problem_fields(answer) != [name]:
        yield f"the refusal of {path} names {problem_fields(answer)}"
    if status != 200:
        yield from leaks(answer.text, person.filling.canaries, {})


def http_violations(office: Office, person: Person, roles: Iterable[str] = ROLES) -> list[str]:
    """The whole matrix over HTTP (the rows of `roles`), for units that take part."""
    found: list[str] = []
    for role in roles:
        actor = office.actors[role]
        levels = levels_of(role)
        found += [f"{role}: {v}" for v in read_violations(office, person, actor, levels)]
        for name in COMPARTMENTS:
            checks = (history_violations, patch_violations)
            found += [
                f"{role}: {v}" for check in checks for v in check(office, person, actor, name, levels[name])
            ]
    return found
