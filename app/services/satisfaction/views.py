"""What is told of the questionnaire of satisfaction."""

from __future__ import annotations

from typing_extensions import TypedDict


class WordedView(TypedDict):
    """A question or an answer in two languages."""

    code: str
    label_es: str
    label_en: str


class QuestionnaireView(TypedDict):
    """The questions, and the answers that each of them takes."""

    questions: list[WordedView]
    answers: list[WordedView]


class ThanksView(TypedDict):
    """What is said to who answered."""

    message: str
