"""What a system does with the generated client: sign in, register, read, change, list, and be refused.

Run by the interpreter of the client's own environment, with the generated package on its path.
"""

from __future__ import annotations

import os
import sys
import uuid
from collections.abc import Callable
from datetime import date
from http import HTTPStatus
from typing import Any, TypeVar, get_args, get_type_hints

from ruv_client import AuthenticatedClient, Client
from ruv_client.api.auth import auth_me, auth_token
from ruv_client.api.cases import cases_list, cases_read
from ruv_client.api.victims import victims_change, victims_create, victims_read, victims_search
from ruv_client.models.identity import Identity
from ruv_client.models.probe_in import ProbeIn
from ruv_client.models.problema import Problema
from ruv_client.models.registration_in import RegistrationIn
from ruv_client.models.registration_in_compartments import RegistrationInCompartments
from ruv_client.models.token_form import TokenForm
from ruv_client.models.victims_change_body import VictimsChangeBody
from ruv_client.types import Unset

USED: tuple[Callable[..., object], ...] = (
    *(auth_token.sync, auth_me.sync, cases_list.sync, cases_read.sync),
    *(victims_change.sync, victims_create.sync, victims_read.sync, victims_search.sync),
)
T = TypeVar("T")


def got(answer: T | Problema | None) -> T:
    """What was asked for; a problem ends the flow with its words."""
    assert answer is not None, "nothing that the document knows was answered"
    assert not isinstance(answer, Problema), answer.detail
    return answer


def refused(answer: object, status: HTTPStatus, kind: str) -> Problema:
    """The problem that was answered, of this status and kind."""
    assert isinstance(answer, Problema), answer
    assert (answer.status, answer.type_) == (status, f"urn:ruv:problem:{kind}"), answer
    return answer


def signed_in(url: str) -> AuthenticatedClient:
    """A client of who is named by the environment."""
    form = TokenForm(username=os.environ["RUV_USER"], password=os.environ["RUV_PASSWORD"])
    tokens = got(auth_token.sync(client=Client(base_url=url), body=form))
    return AuthenticatedClient(base_url=url, token=tokens.access_token)


def surname() -> str:
    """A surname that nobody has."""
    return uuid.uuid4().hex[:12].translate(str.maketrans("0123456789", "ghijklmnop")).capitalize()


def registered(client: AuthenticatedClient, first_surname: str) -> str:
    """The code of a person who is registered, asked for twice under one key."""
    identity = Identity(given_names="Quella", first_surname=first_surname, sex="MUJER", age_years=24)
    new = RegistrationIn(
        compartments=RegistrationInCompartments(identity=identity),
        first_identified_on=date(2026, 3, 2),
    )
    key = str(uuid.uuid4())
    first, again = (got(victims_create.sync(client=client, body=new, idempotency_key=key)) for _ in range(2))
    assert first.code == again.code
    return first.code


def changed(client: AuthenticatedClient, code: str) -> None:
    """Her age is corrected from the version that was read; who read an older one is refused."""
    record = got(victims_read.sync(code, client=client))
    version = record.filled["identity"].version
    older = VictimsChangeBody.from_dict({"age_years": 25})
    done = got(victims_change.sync(code, "identity", client=client, body=older, if_match=f'"{version}"'))
    assert done.version == version + 1
    late = victims_change.sync(code, "identity", client=client, body=older, if_match=f'"{version}"')
    problem = refused(late, HTTPStatus.PRECONDITION_FAILED, "stale-version")
    assert problem.version == done.version


def listed(client: AuthenticatedClient) -> list[str]:
    """Codes of every case, one a page."""
    codes: list[str] = []
    cursor: str | None = None
    while True:
        page = got(cases_list.sync(client=client, limit=1, cursor=cursor, state="PRESUNTA_VICTIMA"))
        codes += [case.code for case in page.items]
        cursor = page.next_
        if cursor is None:
            return codes


def vague() -> list[str]:
    """Functions used whose answers, or what they take, could be anything."""
    return [
        f"{used.__module__}: {name}"
        for used in USED
        for name, said in get_type_hints(used).items()
        if said is Any or Any in get_args(said)
    ]


def main() -> None:
    """The flow, once."""
    assert vague() == []
    client = signed_in(os.environ["RUV_URL"])
    assert got(auth_me.sync(client=client)).username == os.environ["RUV_USER"]
    wanted = ProbeIn(given_names="Quella", first_surname=surname(), second_surname="Ñahui")
    assert got(victims_search.sync(client=client, body=wanted)).items == []
    codes = {registered(client, surname()) for _ in range(3)}
    for code in codes:
        changed(client, code)
    cases = listed(client)
    assert len(cases) == len(set(cases)) == len(codes)
    assert {got(cases_read.sync(case, client=client)).victim for case in cases} == codes
    refused(cases_read.sync("CA-0000-0000-0000", client=client), HTTPStatus.NOT_FOUND, "not-found")
    wrong = VictimsChangeBody.from_dict({"age_years": -1})
    problem = refused(
        victims_change.sync(min(codes), "identity", client=client, body=wrong, if_match="*"),
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "invalid",
    )
    assert not isinstance(problem.errors, Unset)
    assert [error.field for error in problem.errors] == ["age_years"]
    sys.stdout.write(f"{len(codes)} registered, changed and listed by a generated client\n")


if __name__ == "__main__":
    main()
