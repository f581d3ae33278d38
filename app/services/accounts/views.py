"""What is told of accounts, and of what two people decide about them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from app.services.views import NamedView
from app.states import AccountRequestKind, AccountState, CommandState

Step = Literal["approve", "refuse", "withdraw"]
RoleCode = Annotated[str, Field(description="Función de la cuenta (código)", examples=["prosecutor"])]


class AccountView(TypedDict):
    """An account of one's institution."""

    account: str
    username: str
    unit: NamedView
    role: RoleCode
    role_label: str
    supervisor: bool
    service_account: bool
    state: Annotated[str, AccountState]
    state_label: str
    waits_until: datetime | None
    disabled_at: datetime | None
    must_change_password: bool
    initial_password_until: datetime | None
    created_at: datetime
    last_session_at: datetime | None
    own: bool
    administered: bool
    two_to_close: bool


class AccountAskedView(AccountView):
    """An account after something was asked of it: `request` waits for a second person, unless it is done."""

    request: str | None


class AccountHalfView(AccountAskedView):
    """An account with one half of its initial password, which is shown once."""

    first_half: str | None


class AskableRoleView(TypedDict):
    """A role that may be asked for, and the kinds of unit of the institution that it fits."""

    role: RoleCode
    label: str
    unit_kinds: list[str]


class AccountBecomesView(TypedDict):
    """What an account is to be."""

    role: RoleCode
    role_label: str
    unit: str
    supervisor: bool


class AccountRequestView(TypedDict):
    """Something that was asked about an account, and waits for a second person or was decided."""

    code: str
    kind: Annotated[str, AccountRequestKind]
    kind_label: str
    account: str
    username: str
    role: RoleCode
    role_label: str
    unit: str
    becomes: AccountBecomesView | None
    institution: str
    requested_by: str
    requested_by_unit: str
    requested_at: datetime
    expires_at: datetime
    decided_at: datetime | None
    decided_by: str | None
    decided_by_unit: str | None
    state: Annotated[str, CommandState]
    state_label: str
    refusal_label: str | None
    possible: list[Step]
    version: int


class AccountDecidedView(TypedDict):
    """A request about an account that was decided."""

    code: str
    account: str
    state: Annotated[str, CommandState]
    state_label: str
    version: int


class AccountApprovedView(AccountDecidedView):
    """A request that was approved, with the other half of an initial password, which is shown once."""

    second_half: str | None
