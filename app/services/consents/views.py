"""What is told of consents, of what rests on them, and of objections."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from app.services.views import UnitView
from app.states import ConsentState, ReferralState


class NamedParts(TypedDict):
    """Which unit recorded it, and the units and institutions it names; a reserved shelter has no code."""

    unit: UnitView | None
    to_units: list[UnitView]
    to_institutions: list[UnitView]


class ConsentCommon(NamedParts):
    """The clear columns of a consent, with what their codes are called."""

    code: str
    purposes: Annotated[list[str], Field(json_schema_extra={"x-code-list": "consent_purpose"})]
    compartments: list[str]
    language: Annotated[str, Field(json_schema_extra={"x-code-list": "language"})]
    interpreter: Annotated[str | None, Field(json_schema_extra={"x-code-list": "tristate"})]
    given_by: str
    backed_by: str | None
    no_assent_reason: str | None
    form: str
    text_version: str
    valid_from: date
    valid_until: date | None
    purpose_labels: list[str]
    given_by_label: str
    state: Annotated[str, ConsentState]
    state_label: str
    recorded_at: datetime
    ended_at: datetime | None
    possible_states: list[Annotated[str, ConsentState]]


class ConsentListedView(ConsentCommon):
    """A consent in the ledger of a case: codes, no words."""

    replaces: str | None


class ConsentTexts(TypedDict, total=False):
    """The words of a consent; what is not known, or not for the reader, is left out."""

    representative_name: str
    representative_relation: str
    representative_document: str
    witness: str
    notes: str


class ShareView(TypedDict):
    """A referral that rests or rested on a consent."""

    referral: str
    state: Annotated[str, ReferralState]
    unit: UnitView
    compartments: list[str]
    legal_basis: str
    result: str | None
    ended_at: datetime | None


class ConsentView(ConsentCommon, ConsentTexts):
    """A consent with its words and the referrals that rest on it."""

    referrals: list[ShareView]


class KeptShareView(TypedDict):
    """What stays shared after a consent ended: with which unit, on what basis and until when."""

    referral: str | None
    state: Annotated[str, ReferralState] | None
    unit: UnitView
    compartments: list[str] | None
    legal_basis: str | None
    result: str | None
    ended_at: datetime | None
    legal_basis_label: str | None
    until: str
    until_label: str


class ConsentReadView(TypedDict):
    """What a unit that was given something on a consent has opened since."""

    unit: UnitView
    action: str
    compartment: str
    times: int
    first_at: datetime
    last_at: datetime


class WithdrawnView(TypedDict):
    """A consent that was withdrawn: what ended, what stays shared, and what cannot be recalled."""

    code: str
    state: Literal[ConsentState.WITHDRAWN]
    ended: list[ShareView]
    kept: list[KeptShareView]
    cannot_be_recalled: list[ConsentReadView]


class ObjectionTexts(TypedDict, total=False):
    """The words of an objection; left out where there are none, or they are not for the reader."""

    reason: str


class ObjectionView(NamedParts, ObjectionTexts):
    """What a person does not want shared."""

    code: str
    compartments: list[str]
    made_at: datetime
    lifted_at: datetime | None
    version: int


class ObjectionLiftedView(TypedDict):
    """An objection that was lifted."""

    code: str
    lifted: Literal[True]
    version: int


class Choice(TypedDict):
    """A unit or institution that may be named."""

    code: str
    name: str


class ConsentChoices(TypedDict):
    """What a consent or an objection of a case may name; `upe`: a UPE asks."""

    child: bool
    upe: bool
    institutions: list[Choice]
    units: list[Choice]
