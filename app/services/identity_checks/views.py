"""What is told of a document that was checked with its issuer."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from app.matching import Verdict
from app.services.identity_checks.pide import Outcome

_VERDICT = {"additionalProperties": {"type": "string", "enum": [one.value for one in Verdict]}}


class ProposalView(TypedDict):
    """A field that may be changed by what the issuer said."""

    field: Annotated[
        str, Field(description="Campo, como parte.campo", examples=["identity.documents.0.verified"])
    ]
    value: Annotated[str, Field(description="Valor que se propone", examples=["SI"])]


class IdentityCheckView(TypedDict):
    """How a document compares with what its issuer knows; nothing was changed."""

    asked: Annotated[str, Field(description="Entidad emisora a la que se preguntó", examples=["RENIEC"])]
    document: Annotated[int, Field(description="Posición en `identity.documents`, desde 0")]
    outcome: Annotated[
        str,
        Field(description="Qué contestó", json_schema_extra={"enum": [one.value for one in Outcome]}),
    ]
    fields: Annotated[
        dict[str, str],
        Field(description="Cómo concuerda cada nombre; vacío si no hubo datos", json_schema_extra=_VERDICT),
    ]
    proposal: Annotated[ProposalView | None, Field(description="Qué anotar; nulo si no concuerda")]
    message: str
