"""HTCDS 2.0 (IOM, CC BY 4.0): core fields that the register holds outside the compartments, and where.

Fields of compartments carry their HTCDS name in their own declaration; this names the rest.
"""

from collections.abc import Mapping
from types import MappingProxyType

HTCDS_CORE_ELSEWHERE: Mapping[str, str] = MappingProxyType(
    {
        "prs_Title": "usuario: cargo en la institución (no es un dato de la persona afectada)",
        "cas_Status": "caso: estado (lista case_state)",
        "cas_CaseOwner": "asignación del caso",
        "cas_ReferringOrganisation": "derivación: unidad que deriva",
        "cas_IncomingReferralDate": "derivación: fecha de aceptación",
        "cas_ReferringPrimaryCaseWorker": "derivación: profesional que deriva",
        "cas_ReasonForIncomingReferral": "derivación recibida: motivo (lista referral_reason)",
        "cas_IncomingReferralDetails": "derivación recibida: detalle (sellado)",
        "cas_ReferredOrganisation": "derivación: unidad que recibe",
        "cas_ReferredPrimaryCaseWorker": "derivación: profesional que responde",
        "cas_ReasonForOutgoingReferral": "derivación enviada: motivo (lista referral_reason)",
        "cas_OutgoingReferralDate": "derivación: fecha de envío",
        "cas_OutgoingReferralDetails": "derivación enviada: detalle (sellado)",
        "con_Consent": "consentimientos: registro de versiones",
    }
)
