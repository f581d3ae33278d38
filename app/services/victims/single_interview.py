"""The single interview is single: recording another one asks why, and who ordered it. Pure.

RFN 1297-2020-MP-FN (entrevista única): a second statement revictimises, and the proceedings may find it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.errors import Conflict, wrong
from app.records.errors import FieldError

DONE = "SI"
WANTED = ("reason", "authority")
"""What justifies another interview, in its entry of `further_interviews`."""


class SingleInterview(Conflict):
    """The single interview was held already, and nothing was said of why there is another."""

    type = "single-interview"
    title = "La entrevista única ya se realizó"


def held(known: Mapping[str, Any]) -> bool:
    """Whether the single interview was held, by what is stored."""
    return known.get("single_interview_done") == DONE or known.get("interview_date") is not None


def another(before: Mapping[str, Any], patch: Mapping[str, Any], *, done: bool) -> bool:
    """Whether a change records another interview although the single one was held (`done`)."""
    if not done:
        return False
    day = patch.get("interview_date")
    return (
        bool(_added(before, patch))
        or (patch.get("single_interview_done") == DONE != before.get("single_interview_done"))
        or (day is not None and day != before.get("interview_date"))
    )


def missing(before: Mapping[str, Any], patch: Mapping[str, Any]) -> list[FieldError]:
    """What a change that records another interview leaves unsaid: each one's reason and authority."""
    added = _added(before, patch)
    if not added:
        message = "Agregue la entrevista a «further_interviews», con su motivo y la autoridad que la dispuso."
        return [wrong(f"further_interviews.{name}", "single-interview", message) for name in WANTED]
    words = {"reason": "Falta el motivo.", "authority": "Falta la autoridad que la dispuso."}
    return [
        wrong(f"further_interviews.{at}.{name}", "single-interview", words[name])
        for at, item in added
        for name in WANTED
        if not str(item.get(name) or "").strip()
    ]


def check(
    before: Mapping[str, Any], patch: Mapping[str, Any], *, done: bool, shown: Mapping[str, Any]
) -> bool:
    """Refuse another interview that nobody justified; says whether a justified one is being recorded.

    Args:
        before: what is stored of the testimony; `patch` is what is sent.
        done: the single interview was held, by anything the actor's compartments tell.
        shown: what the actor may see of it, to be repeated in the refusal.

    Raises:
        SingleInterview: it says what is missing.
    """
    if not another(before, patch, done=done):
        return False
    errors = missing(before, patch)
    if errors:
        day = shown.get("interview_date")
        when = f" (fecha: {day})" if day is not None else ""
        raise SingleInterview(
            f"La entrevista única ya se realizó{when}. Otra entrevista puede revictimizar: "
            "indique el motivo y la autoridad que la dispuso.",
            errors=errors,
        )
    return True


def _added(before: Mapping[str, Any], patch: Mapping[str, Any]) -> list[tuple[int, Mapping[str, Any]]]:
    """Interviews of the change that are not stored yet, with their places."""
    sent = patch.get("further_interviews")
    if not isinstance(sent, list):
        return []
    stored = [dict(item) for item in before.get("further_interviews") or []]
    added = []
    for at, item in enumerate(sent):
        if not isinstance(item, Mapping):
            continue  # said to be no interview, by who validates
        if dict(item) in stored:
            stored.remove(dict(item))
        else:
            added.append((at, item))
    return added
