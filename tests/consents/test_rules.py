"""Who speaks for whom in consents, and what requests of data subjects are, written out by hand."""

from __future__ import annotations

from datetime import date

import pytest

from app.errors import AppError
from app.services.consents import rules as consents
from app.services.consents.rules import Voice
from app.services.data_requests import rules as requests
from app.states import ConsentGiver

DAY = date(2026, 5, 2)
ADULT = {"child": False, "upe": False}
CHILD = {"child": True, "upe": False}
KNOWN = {"named": True, "suspected": "NO"}
MINOR = {"ASENTIMIENTO_NNA", "REPRESENTANTE"}
HER_OWN = {**CHILD, "given_by": "ASENTIMIENTO_NNA"}
FOR_HER = {**CHILD, "given_by": "REPRESENTANTE"}


def said(error: AppError | None) -> tuple[str, str] | str | None:
    """The field and the code of a refusal, or the code of a conflict."""
    if error is None:
        return None
    if not error.errors:
        return str(error.extra.get("code", error.detail))
    (one,) = error.errors
    assert one["message"].endswith(".")
    return one["field"], one["code"]


@pytest.mark.parametrize(
    ("voice", "refusal"),
    [
        ({**ADULT, "given_by": "PERSONA"}, None),
        ({**ADULT, "given_by": "REPRESENTANTE", **KNOWN}, ("given_by", "adult")),
        ({**ADULT, "given_by": "ASENTIMIENTO_NNA", "backed_by": "UPE", "upe": True}, ("given_by", "adult")),
        ({**CHILD, "given_by": "PERSONA"}, ("given_by", "child")),
        ({**CHILD, "given_by": None, "backed_by": "UPE", "upe": True}, ("given_by", "child")),
        ({**HER_OWN}, ("backed_by", "missing")),
        ({**HER_OWN, "backed_by": "OTRA"}, ("backed_by", "missing")),
        ({**HER_OWN, "backed_by": "UPE"}, ("backed_by", "not-upe")),
        ({**HER_OWN, "backed_by": "UPE", "upe": True}, None),
        ({**HER_OWN, "backed_by": "REPRESENTANTE"}, ("representative_name", "missing")),
        ({**HER_OWN, "backed_by": "REPRESENTANTE", **KNOWN}, None),
        ({**FOR_HER, "backed_by": "REPRESENTANTE", **KNOWN}, ("no_assent_reason", "missing")),
        ({**FOR_HER, "backed_by": "REPRESENTANTE", **KNOWN, "no_assent_reason": "EDAD"}, None),
        ({**FOR_HER, "backed_by": "UPE", "upe": True, "no_assent_reason": "EDAD"}, None),
    ],
)
def test_who_may_give_a_consent(voice: dict[str, object], refusal: object) -> None:
    assert said(consents.refuse_giver(Voice(**voice))) == refusal  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("voice", "withdrawer", "speaker"),
    [
        ({**ADULT, "given_by": "PERSONA"}, None, None),
        ({**CHILD, "given_by": "PERSONA"}, None, None),
        ({**ADULT, "given_by": "REPRESENTANTE", **KNOWN}, ("by_whom", "adult"), None),
        ({**CHILD, "given_by": "REPRESENTANTE", **KNOWN}, None, None),
        ({**CHILD, "given_by": "UPE", "upe": True}, None, None),
        ({**CHILD, "given_by": "UPE"}, ("by_whom", "not-upe"), ("by_whom", "not-upe")),
        ({**ADULT, "given_by": "UPE", "upe": True}, ("by_whom", "adult"), ("by_whom", "not-upe")),
    ],
)
def test_who_may_withdraw_it_or_speak_for_her(
    voice: dict[str, object], withdrawer: object, speaker: object
) -> None:
    assert said(consents.refuse_withdrawer(Voice(**voice))) == withdrawer  # type: ignore[arg-type]
    assert said(consents.refuse_speaker(Voice(**voice))) == speaker  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("known", "refusal"),
    [
        ({"named": False, "suspected": "NO"}, ("representative_name", "missing")),
        ({"named": True, "suspected": None}, ("representative_suspected", "missing")),
        ({"named": True, "suspected": "NO"}, None),
    ],
)
def test_what_must_be_known_of_who_represents_her(known: dict[str, object], refusal: object) -> None:
    voice = Voice(child=True, upe=False, given_by="REPRESENTANTE", **known)  # type: ignore[arg-type]
    assert said(consents.refuse_speaker(voice)) == refusal


@pytest.mark.parametrize("suspected", ["SI", "NO_SE_SABE"])
def test_who_is_or_may_be_a_suspect_decides_nothing_for_her(suspected: str) -> None:
    voice = Voice(child=True, upe=False, given_by="REPRESENTANTE", named=True, suspected=suspected)
    refused = consents.refuse_speaker(voice)
    assert refused is not None
    assert refused.status == 409


@pytest.mark.parametrize(
    ("event", "until", "state"),
    [
        (None, None, "VIGENTE"),
        (None, date(2026, 5, 2), "VIGENTE"),
        (None, date(2026, 5, 1), "VENCIDO"),
        (None, date(2026, 5, 3), "VIGENTE"),
        ("RETIRADO", date(2026, 5, 1), "RETIRADO"),
        ("REEMPLAZADO", None, "REEMPLAZADO"),
    ],
)
def test_the_state_of_a_consent_on_a_day(event: str | None, until: date | None, state: str) -> None:
    assert consents.state_of(event, until, DAY) == state


def test_bases_that_rest_on_a_consent_and_the_one_that_goes_on_without() -> None:
    assert {"CONSENTIMIENTO", "ASENTIMIENTO"} == consents.RESTING
    assert consents.KEPT == "INTERES_VITAL"
    assert {ConsentGiver.PERSON, ConsentGiver.ASSENT, ConsentGiver.REPRESENTATIVE, consents.UPE} == {
        *MINOR,
        "PERSONA",
        "UPE",
    }


def test_nobody_is_offered_what_only_time_or_a_newer_one_brings() -> None:
    assert consents.MACHINE.offered("VIGENTE") == ("RETIRADO",)
    refused = consents.refuse("VIGENTE", "RETIRADO", consents.ConsentFacts())
    assert refused is not None
    assert [guard.field for guard in refused.missing] == ["by_whom"]
    for target in ("VENCIDO", "REEMPLAZADO"):
        assert consents.refuse("VIGENTE", target, consents.ConsentFacts()) is not None


def test_requests_that_are_open_answered_or_give_the_file() -> None:
    assert {"RECIBIDA", "EN_TRAMITE"} == requests.OPEN
    assert {"ATENDIDA", "ATENDIDA_EN_PARTE", "DENEGADA"} == requests.DONE
    assert {"ATENDIDA", "ATENDIDA_EN_PARTE"} == requests.GIVEN
    assert {"ACCESO", "PORTABILIDAD"} == requests.GIVES_FILE
    for target, fields in (("ATENDIDA", ["answer"]), ("DENEGADA", ["answer", "ground"])):
        refused = requests.refuse("EN_TRAMITE", target, requests.RequestFacts())
        assert refused is not None
        assert [guard.field for guard in refused.missing] == fields
    partly = requests.RequestFacts(answered=True)
    assert requests.refuse("EN_TRAMITE", "ATENDIDA_EN_PARTE", partly) is not None
