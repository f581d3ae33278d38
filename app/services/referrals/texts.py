"""What the two sides of a referral wrote to each other, for who takes part in the case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

from app.access.act import Act
from app.access.opening_rows import SealedRow, open_rows_left
from app.access.sealing import COORDINATION
from app.services.cases.rows import strand_of
from app.services.referrals import rules
from app.services.referrals.views import ReferralTexts
from app.vault import key_version_of

_WRITTEN: Final[Mapping[int, Literal["message", "conditions"]]] = {
    rules.MESSAGE_VERSION: "message",
    rules.ANSWER_VERSION: "conditions",
}


def texts(act: Act, row: Any) -> ReferralTexts:
    """`message` and `conditions` of a referral the actor was shown; `broken` names those that do not open.

    Args:
        row: the referral, with its key, person, case and sealed texts.
    """
    sealed = []
    if row.sealed_message is not None:
        sealed.append(SealedRow(row.id, row.key_version, row.sealed_message, rules.MESSAGE_VERSION))
    if row.sealed_answer is not None:
        sealed.append(
            SealedRow(row.id, key_version_of(row.sealed_answer), row.sealed_answer, rules.ANSWER_VERSION)
        )
    found: ReferralTexts = {"message": None, "conditions": None, "broken": []}
    if not sealed:
        return found
    opened = open_rows_left(
        act, COORDINATION, strand_of(act.session, row.victim_id, row.case_id), "referral", sealed,
        action="referrals.read",
    )  # fmt: skip
    for one, text in zip(sealed, opened, strict=True):
        name = _WRITTEN[one.row_version]
        if text is None:
            found["broken"].append(name)
        else:
            found[name] = text[name]
    return found
