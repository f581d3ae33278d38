"""What is told of accounts and tokens is held against the document: a field more, less or other is found."""

from __future__ import annotations

import httpx
import pytest

from tests import contract

TOKENS = {
    "access_token": "a.b.c",
    "token_type": "Bearer",
    "expires_in": 600,
    "refresh_token": "r",
    "refresh_expires_in": 1800,
}
UNIT = {"code": "UPE-LIMA", "name": "UPE de Lima"}
ACCOUNT = {
    "account": "AU-7K3M-9QX2-H4TQ", "username": "ana", "unit": UNIT, "role": "upe_officer",
    "role_label": "UPE",
    "supervisor": False, "service_account": False, "state": "ACTIVA", "state_label": "Activa",
    "waits_until": None, "disabled_at": None, "must_change_password": False, "initial_password_until": None,
    "created_at": "2026-01-02T10:00:00-05:00", "last_session_at": None, "own": False, "administered": True,
    "two_to_close": False, "request": "CT-7K3M-9QX2-H4TC",
}  # fmt: skip


def broken(method: str, path: str, status: int, body: dict[str, object]) -> list[str]:
    """What of an answer's body is not as the document has it; its headers are another matter."""
    request = httpx.Request(method, f"http://x/api/v1{path}")
    found = contract.broken(httpx.Response(status, json=body, request=request))
    return [one for one in found if "promises" not in one]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, False),
        ({"token_type": "bearer"}, True),
        ({"expires_in": "600"}, True),
        ({"refresh_expires_in": None}, True),
        ({"scope": "all"}, True),
    ],
)
def test_tokens_are_as_declared(change: dict[str, object], *, found: bool) -> None:
    assert bool(broken("POST", "/auth/token", 200, {**TOKENS, **change})) is found


def test_a_system_gets_no_token_to_renew_with() -> None:
    bare = {name: TOKENS[name] for name in ("access_token", "token_type", "expires_in")}
    assert not broken("POST", "/auth/token", 200, bare)
    assert broken("POST", "/auth/token", 200, {"access_token": "a.b.c", "token_type": "Bearer"})


@pytest.mark.parametrize("status", [200, 202])
@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, False),
        ({"account": 7}, True),
        ({"state": "BORRADA"}, True),
        ({"unit": "UPE-LIMA"}, True),
        ({"first_half": "x"}, True),
    ],
)
def test_an_account_is_told_alike_when_it_is_done_and_while_it_waits(
    status: int, change: dict[str, object], *, found: bool
) -> None:
    assert bool(broken("POST", "/accounts/AU-7K3M-9QX2-H4TQ/disable", status, {**ACCOUNT, **change})) is found
