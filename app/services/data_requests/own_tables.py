"""Which tables with rows about a person her own file tells of by other parts, and which it leaves out."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

IN_OTHER_PARTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "victim_code": "persona",
        "victim_blob": "partes",
        "compartment_head": "partes",
        "profile": "partes",
        "exploitation": "partes",
        "trafficking_case": "casos",
        "plan_objective": "planes",
        "referral": "derivaciones",
        "referral_step": "derivaciones",
        "consent": "consentimientos",
        "consent_event": "consentimientos",
        "case_note": "notas",
        "case_note_addendum": "notas",
        "audit_event": "quien_miro",
    }
)
"""Tables of which another part of the file tells, and which."""
LEFT_OUT: Final[Mapping[str, str]] = MappingProxyType(
    {
        "assignment": "Names workers; of her it says only that their unit takes part, which is told.",
        "clock": "Deadlines reckoned from rows that are told.",
        "command_request": "May name another person; what was decided is among the steps of her case.",
        "evidence_chunk": "The bytes of files that are listed; she is given the files themselves.",
        "import_row": "A keyed digest of a row of a file, read only by who loads files; no value of hers.",
        "match_candidate": "Says that another person is registered.",
        "notice": "Messages among units about rows that are told; codes only.",
        "plan_handover": "Between which units her plan went, some reserved; who answers for it is told.",
        "victim_key": "Wrapped keys of what is told.",
        "victim_token": "Keyed digests of what is told, by which she is found.",
    }
)
"""Tables with rows about a person that her file leaves out, and why."""
