"""Satisfaction, detached from the person: `/satisfaction`."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.access.permissions import Permission
from app.api.answers import Answer
from app.edge.deps import CurrentAct, Requires
from app.edge.routing import Branch
from app.services.satisfaction.handover import keep_pace
from app.services.satisfaction.urn import put, questionnaire
from app.services.satisfaction.views import QuestionnaireView, ThanksView

router = Branch(prefix="/satisfaction", tags=["satisfaction"])

ListCode = Annotated[str, Field(min_length=1, max_length=40, pattern="^[A-Za-z0-9_]+$")]


class SatisfactionIn(BaseModel):
    """Answers on a shared device; who answers, whose case it is and when are not asked."""

    model_config = ConfigDict(extra="forbid", title="Encuesta de satisfacción")

    service: Annotated[ListCode, Field(title="Servicio (código)", examples=["SALUD"])]
    answers: Annotated[
        dict[ListCode, ListCode], Field(title="Respuestas por pregunta (códigos)", max_length=20)
    ]


@router.get(
    "/questions",
    dependencies=[Requires(Permission.SATISFACTION_COLLECT)],
    summary="Preguntas de la encuesta",
)
def questions() -> Answer[QuestionnaireView]:
    """The questions and possible answers, in Spanish and English; nothing is written freely."""
    return Answer(questionnaire())


@router.post(
    "",
    status_code=201,
    dependencies=[Requires(Permission.SATISFACTION_COLLECT)],
    summary="Entregar una encuesta",
    responses={429: {"description": "Demasiadas encuestas en un minuto"}},
)
def submit(body: SatisfactionIn, act: CurrentAct) -> Answer[ThanksView]:
    """Takes answers that are nobody's: no key repeats them, no trace tells of them, no code names them."""
    keep_pace(act.actor)
    put(act, body.service, body.answers)
    return Answer({"message": "Gracias. Su respuesta no queda unida a su nombre ni a su caso."}, 201)
