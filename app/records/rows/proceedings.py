"""Rows around a case: branches of protection, proceedings, protection measures, family."""

from typing import Annotated, ClassVar, Self

from pydantic import model_validator

from app.records.base import Row, problem
from app.records.kinds import Code, IsoDate, Line, ShortLine, Soles, Text, today
from app.records.protection import LAW as MEASURES
from app.records.spec import Partial, Spec

BRANCHES = "DL 1297; DS 005-2016-IN"
COURTS = "Código Procesal Penal; DL 1297"
REPARATION = "Ley 31146"
OWN = "Propio"


class ProtectionStep(Row):
    """One step of a branch of protection."""

    title_es: ClassVar[str] = "Paso de una ruta de protección"
    table: ClassVar[str] = "protection_step"
    compartment: ClassVar[str] = "protection"
    sealed_under: ClassVar[str | None] = "coordination"
    clear: ClassVar[frozenset[str]] = frozenset({"reason", "consent", "suitability"})

    reason: Annotated[Code | None, Spec("Motivo", BRANCHES, Partial.SHOW, codes="branch_reason")] = None
    consent: Annotated[
        Code | None,
        Spec("Consentimiento informado de la persona", BRANCHES, Partial.SHOW, codes="tristate"),
    ] = None
    suitability: Annotated[
        Code | None,
        Spec("Idoneidad de quien recibe a la niña, niño o adolescente", "DL 1297", codes="suitability"),
    ] = None
    suitability_on: Annotated[IsoDate | None, Spec("Fecha de la evaluación de idoneidad", "DL 1297")] = None
    suitability_by: Annotated[Line | None, Spec("Quién evaluó la idoneidad", "DL 1297")] = None
    resolution: Annotated[Line | None, Spec("Resolución o disposición", BRANCHES)] = None
    note: Annotated[Text | None, Spec("Nota", OWN, help="Nunca el relato.")] = None

    @model_validator(mode="after")
    def _evaluated_already(self) -> Self:
        if self.suitability_on is not None and self.suitability_on > today():
            raise problem("date_in_future", "suitability_on")
        return self


class Proceeding(Row):
    """What a proceeding is, whoever takes part in it."""

    title_es: ClassVar[str] = "Procedimiento o proceso"
    table: ClassVar[str] = "proceeding"
    compartment: ClassVar[str] = "legal"
    clear: ClassVar[frozenset[str]] = frozenset({"kind", "stage", "department", "opened_on"})

    kind: Annotated[Code | None, Spec("Tipo", COURTS, Partial.SHOW, codes="proceeding_kind")] = None
    stage: Annotated[
        Code | None,
        Spec(
            "Etapa",
            COURTS,
            Partial.SHOW,
            help="Según el tipo: de la lista criminal_stage, tutelary_stage o reparation_stage.",
        ),
    ] = None
    department: Annotated[
        Code | None, Spec("Departamento", "INEI, UBIGEO", Partial.SHOW, codes="department")
    ] = None
    opened_on: Annotated[IsoDate | None, Spec("Fecha de inicio", COURTS, Partial.SHOW)] = None


class CaseProceeding(Row):
    """What one person has to do with a proceeding."""

    title_es: ClassVar[str] = "Participación de la persona en un procedimiento o proceso"
    table: ClassVar[str] = "case_proceeding"
    compartment: ClassVar[str] = "legal"
    clear: ClassVar[frozenset[str]] = frozenset({"sentence", "reparation_ordered"})

    complaint_number: Annotated[ShortLine | None, Spec("Número de denuncia", "PNP", Partial.SHOW)] = None
    file_number: Annotated[
        ShortLine | None, Spec("Número de carpeta fiscal o expediente", COURTS, Partial.PRESENT)
    ] = None
    office: Annotated[Line | None, Spec("Comisaría, fiscalía, juzgado o UPE", COURTS)] = None
    next_hearing_on: Annotated[
        IsoDate | None, Spec("Próxima audiencia o diligencia", COURTS, Partial.SHOW)
    ] = None
    sentence: Annotated[Code | None, Spec("Sentencia", COURTS, Partial.SHOW, codes="sentence")] = None
    sentence_on: Annotated[IsoDate | None, Spec("Fecha de la sentencia", COURTS)] = None
    reparation_ordered: Annotated[
        Code | None, Spec("Reparación civil dispuesta", REPARATION, Partial.SHOW, codes="tristate")
    ] = None
    reparation_amount: Annotated[Soles | None, Spec("Reparación civil (soles)", REPARATION)] = None
    reparation_paid: Annotated[Code | None, Spec("Reparación civil pagada", REPARATION, codes="tristate")] = (
        None
    )
    legal_counsel: Annotated[Line | None, Spec("Defensa pública o abogada", "MINJUSDH")] = None
    notes: Annotated[Text | None, Spec("Notas", OWN, help="Nunca el relato.")] = None

    @model_validator(mode="after")
    def _not_in_the_future(self) -> Self:
        if self.sentence_on is not None and self.sentence_on > today():
            raise problem("date_in_future", "sentence_on")
        return self


class ProtectionMeasure(Row):
    """A protection measure somebody ordered."""

    title_es: ClassVar[str] = "Medida de protección"
    table: ClassVar[str] = "protection_measure"
    compartment: ClassVar[str] = "protection"
    prefix: ClassVar[str] = "MP"
    clear: ClassVar[frozenset[str]] = frozenset({"type", "since", "until"})

    type: Annotated[
        Code | None,
        Spec("Medida", MEASURES, Partial.SHOW, codes="protection_measure", other_text="type_other"),
    ] = None
    type_other: Annotated[Line | None, Spec("Medida (otra)", MEASURES)] = None
    since: Annotated[IsoDate | None, Spec("Desde", MEASURES, Partial.SHOW)] = None
    until: Annotated[IsoDate | None, Spec("Hasta", MEASURES, Partial.SHOW)] = None
    authority: Annotated[Line | None, Spec("Autoridad que la dispuso", MEASURES)] = None
    resolution: Annotated[Line | None, Spec("Resolución", MEASURES)] = None
    end_authority: Annotated[Line | None, Spec("Autoridad que la levantó", MEASURES)] = None
    end_resolution: Annotated[Line | None, Spec("Resolución que la levantó", MEASURES)] = None
    end_note: Annotated[Text | None, Spec("Por qué se levantó", OWN)] = None

    @model_validator(mode="after")
    def _dates_in_order(self) -> Self:
        if self.since is not None and self.until is not None and self.until < self.since:
            raise problem("dates_reversed", "until")
        return self


class FamilyLink(Row):
    """A relative who is registered too."""

    title_es: ClassVar[str] = "Familiar registrado"
    table: ClassVar[str] = "family_link"
    compartment: ClassVar[str] = "contact"
    clear: ClassVar[frozenset[str]] = frozenset({"relation", "dependent", "lives_with"})

    relation: Annotated[
        Code | None, Spec("Qué es de la persona", OWN, Partial.SHOW, codes="family_relation")
    ] = None
    dependent: Annotated[Code | None, Spec("Depende de la persona", OWN, Partial.SHOW, codes="tristate")] = (
        None
    )
    lives_with: Annotated[Code | None, Spec("Vive con la persona", OWN, codes="tristate")] = None


ROWS: tuple[type[Row], ...] = (ProtectionStep, Proceeding, CaseProceeding, ProtectionMeasure, FamilyLink)
