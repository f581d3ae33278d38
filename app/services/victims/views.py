"""What is told of a person: her record, its versions, who looked at it, her family, who is alike."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Final, Literal, NotRequired

from pydantic import Field, WithJsonSchema
from typing_extensions import TypedDict

from app.access.policy import Level
from app.matching import Band
from app.records import Values
from app.records.errors import FieldError
from app.records.reading import reading_of, reading_of_all
from app.states import CaseState, Identification

LevelName = Literal["aggregate", "exists", "partial", "full"]
LEVEL_NAMES: Final[dict[Level, LevelName]] = {
    Level.AGGREGATE: "aggregate",
    Level.EXISTS: "exists",
    Level.PARTIAL: "partial",
    Level.FULL: "full",
}
"""Levels at which somebody stands to a person's compartment, in answers."""

Read = Annotated[dict[str, Values], WithJsonSchema(reading_of_all())]
"""A person's compartments as read."""


class FilledView(TypedDict):
    """That a compartment is filled."""

    version: int
    since: Annotated[datetime, Field(description="Cuándo se escribió por primera vez")]
    updated_at: datetime
    unit: Annotated[str, Field(description="Nombre de la unidad que escribió por última vez")]


class PresentedView(TypedDict):
    """Compartments as far as they are seen, and what is known of them."""

    compartments: Annotated[
        Read,
        Field(
            description="Datos de cada parte que se puede leer; en lectura parcial, según la regla del campo"
        ),
    ]
    filled: Annotated[
        dict[str, FilledView], Field(description="Partes que están llenas, también las que no se abren")
    ]
    _access: Annotated[
        dict[str, LevelName],
        Field(
            description="Nivel en que se lee cada parte: solo en cifras, solo que existe, parcial o completa"
        ),
    ]
    _broken: Annotated[
        list[str], Field(description="Partes llenas que no se pueden abrir: su sello está roto")
    ]


class RecordCaseView(TypedDict):
    """A case of hers that the reader's unit takes part in."""

    code: str
    state: Annotated[str, CaseState]
    state_since: datetime
    identification: Annotated[str, Identification]
    first_identified_on: date
    closed_at: datetime | None


class MergedRecordView(TypedDict):
    """A record merged into hers, and the compartments of it that are not shown."""

    code: str
    compartments: list[str]


class RecordView(PresentedView):
    """A person's record as the reader may see it."""

    code: str
    cases: list[RecordCaseView]
    merged_records: Annotated[
        list[MergedRecordView],
        Field(description="Registros que se unieron al suyo, con las partes suyas que no se muestran"),
    ]


class CompartmentVersionView(TypedDict):
    """A version of a compartment, at the reader's level of it."""

    version: int
    record: Annotated[str, Field(description="Registro del que es, por su código")]
    at: datetime
    unit: Annotated[str, Field(description="Nombre de la unidad que la escribió")]
    data: Annotated[Values, WithJsonSchema(reading_of()), Field(description="La parte como quedó")]
    broken: bool


class LookView(TypedDict):
    """A look at a person's data; one whose MAC does not fit says nothing else."""

    at: datetime
    unit: Annotated[str | None, Field(description="Nombre de la unidad; nulo si la anotación fue alterada")]
    role: Annotated[str | None, Field(description="Nombre de la función de quien miró")]
    action: Annotated[str | None, Field(description="Qué se hizo (código)")]
    text: Annotated[str, Field(description="Qué se hizo, en palabras")]
    outcome: Annotated[
        str,
        Field(description="Cómo terminó; `altered`: la anotación no supera la verificación", examples=["ok"]),
    ]
    compartments: Annotated[list[str], Field(description="Partes del registro que se abrieron, en palabras")]
    purpose: str | None


class MatchView(TypedDict):
    """Somebody alike: in one's own scope who she is, masked; of anybody else only the unit to ask."""

    unit: Annotated[str, Field(description="Nombre de la unidad que la registró")]
    code: NotRequired[str]
    band: NotRequired[
        Annotated[
            str,
            Field(description="Cuánto se parece", json_schema_extra={"enum": [band.name for band in Band]}),
        ]
    ]
    record: NotRequired[
        Annotated[
            Values,
            WithJsonSchema(reading_of("identity")),
            Field(description="Su identidad, en lectura parcial"),
        ]
    ]


class RegisteredView(TypedDict):
    """A person who is registered now."""

    code: str
    warnings: list[FieldError]


class ChangedView(TypedDict):
    """A compartment that was changed."""

    version: int
    warnings: list[FieldError]


class RelativeView(TypedDict):
    """A registered relative; without a code where she is out of scope."""

    relative: Annotated[str, Field(description="Familiar, por su código; o que no hay acceso a su registro")]
    in_scope: bool
    relation: str
    relation_label: str
    depends: Literal["FAMILIAR", "PERSONA"] | None
    lives_with: str | None
    since: Annotated[datetime, Field(description="Cuándo se anotó")]


class RelativeLinkedView(TypedDict):
    """That two persons are linked now."""

    linked: Annotated[bool, Field(description="Que quedaron vinculadas")]


class RelativeEndedView(TypedDict):
    """That a link ended."""

    ended: Annotated[bool, Field(description="Que el vínculo terminó")]


class AgeAndSex(TypedDict):
    """What a list of cases shows of a person."""

    age: int | None
    sex: str | None
