"""Rows of consents, objections and requests of data subjects."""

from typing import Annotated, ClassVar

from app.records.base import Row
from app.records.kinds import Code, Codes, IsoDate, Line, ShortLine, ShortLines, Text
from app.records.spec import Partial, Spec

CONSENT_LAW = "Ley 29733, art. 13; DS 016-2024-JUS"
CHILD_LAW = "DL 1297; Ley 29733, art. 13"
ARCO_LAW = "Ley 29733, título III; DS 016-2024-JUS"
OWN = "Propio"


class ConsentRow(Row):
    """What a person allows, for what, to whom and until when."""

    title_es: ClassVar[str] = "Consentimiento"
    table: ClassVar[str] = "consent"
    compartment: ClassVar[str] = "contact"
    sealed_under: ClassVar[str | None] = "coordination"
    prefix: ClassVar[str] = "CN"
    clear: ClassVar[frozenset[str]] = frozenset(
        {
            *("purposes", "compartments", "to_units", "to_institutions", "language", "interpreter"),
            *("given_by", "backed_by", "no_assent_reason", "representative_suspected", "form"),
            *("text_version", "valid_from", "valid_until"),
        }
    )

    purposes: Annotated[
        Codes | None, Spec("Para qué", CONSENT_LAW, Partial.SHOW, codes="consent_purpose", personal=False)
    ] = None
    compartments: Annotated[
        Codes | None, Spec("Qué partes del registro", CONSENT_LAW, Partial.SHOW, personal=False)
    ] = None
    to_units: Annotated[ShortLines | None, Spec("Unidades que reciben (códigos)", CONSENT_LAW)] = None
    to_institutions: Annotated[
        ShortLines | None, Spec("Instituciones que reciben (códigos)", CONSENT_LAW)
    ] = None
    language: Annotated[
        Code | None, Spec("Lengua en que se explicó", CONSENT_LAW, Partial.SHOW, codes="language")
    ] = None
    interpreter: Annotated[
        Code | None, Spec("Con intérprete", CONSENT_LAW, Partial.SHOW, codes="tristate")
    ] = None
    given_by: Annotated[
        Code | None, Spec("Quién lo da", CONSENT_LAW, Partial.SHOW, codes="consent_giver")
    ] = None
    backed_by: Annotated[
        Code | None, Spec("Quién lo respalda (NNA)", CHILD_LAW, Partial.SHOW, codes="consent_backing")
    ] = None
    no_assent_reason: Annotated[
        Code | None, Spec("Por qué falta el asentimiento", CHILD_LAW, Partial.SHOW, codes="no_assent_reason")
    ] = None
    representative_suspected: Annotated[
        Code | None,
        Spec(
            "Señalada como sospechosa",
            CHILD_LAW,
            Partial.SHOW,
            codes="tristate",
            help="Quien es señalada como sospechosa no consiente nada.",
        ),
    ] = None
    form: Annotated[
        Code | None, Spec("Forma", "Ley 29733, art. 13.6", Partial.SHOW, codes="consent_form")
    ] = None
    text_version: Annotated[
        ShortLine | None, Spec("Versión del texto leído", OWN, Partial.SHOW, personal=False)
    ] = None
    valid_from: Annotated[IsoDate | None, Spec("Vale desde", OWN, Partial.SHOW)] = None
    valid_until: Annotated[IsoDate | None, Spec("Vale hasta", OWN, Partial.SHOW)] = None
    representative_name: Annotated[Line | None, Spec("Nombre de quien la representa", CHILD_LAW)] = None
    representative_relation: Annotated[ShortLine | None, Spec("Vínculo", CHILD_LAW, Partial.SHOW)] = None
    representative_document: Annotated[ShortLine | None, Spec("Documento", CHILD_LAW, Partial.LAST_TWO)] = (
        None
    )
    witness: Annotated[Line | None, Spec("Testigo", OWN)] = None
    notes: Annotated[Text | None, Spec("Notas", OWN)] = None


class WithdrawalRow(Row):
    """How a consent was withdrawn."""

    title_es: ClassVar[str] = "Retiro del consentimiento"
    table: ClassVar[str] = "consent_event"
    compartment: ClassVar[str] = "contact"
    sealed_under: ClassVar[str | None] = "coordination"
    clear: ClassVar[frozenset[str]] = frozenset({"by_whom"})

    by_whom: Annotated[
        Code | None, Spec("Quién lo retira", CONSENT_LAW, Partial.SHOW, codes="consent_withdrawer")
    ] = None
    representative_suspected: Annotated[
        Code | None, Spec("Señalada como sospechosa", CHILD_LAW, codes="tristate")
    ] = None
    representative_name: Annotated[Line | None, Spec("Nombre de quien la representa", CHILD_LAW)] = None
    representative_document: Annotated[ShortLine | None, Spec("Documento", CHILD_LAW)] = None
    note: Annotated[Text | None, Spec("Lo que dijo", OWN)] = None


class ObjectionRow(Row):
    """What she does not want shared beyond the case."""

    title_es: ClassVar[str] = "Objeción"
    table: ClassVar[str] = "objection"
    compartment: ClassVar[str] = "contact"
    sealed_under: ClassVar[str | None] = "coordination"
    prefix: ClassVar[str] = "OJ"
    clear: ClassVar[frozenset[str]] = frozenset({"compartments", "to_institutions"})

    compartments: Annotated[
        Codes | None, Spec("Qué partes del registro", "Ley 29733, art. 22", Partial.SHOW, personal=False)
    ] = None
    to_institutions: Annotated[
        ShortLines | None,
        Spec("A qué instituciones (códigos)", "Ley 29733, art. 22", help="Vacío: a todas las que reciben."),
    ] = None
    reason: Annotated[Text | None, Spec("Motivo", OWN)] = None


class DataRequestRow(Row):
    """A request of a data subject."""

    title_es: ClassVar[str] = "Solicitud sobre datos personales"
    table: ClassVar[str] = "data_request"
    compartment: ClassVar[str] = "contact"
    sealed_under: ClassVar[str | None] = "coordination"
    prefix: ClassVar[str] = "SD"
    clear: ClassVar[frozenset[str]] = frozenset({"kind", "received_on", "channel", "by_whom"})

    kind: Annotated[
        Code | None,
        Spec("Qué pide", ARCO_LAW, Partial.SHOW, codes="data_request_kind", personal=False),
    ] = None
    received_on: Annotated[IsoDate | None, Spec("Recibida el", ARCO_LAW, Partial.SHOW)] = None
    channel: Annotated[
        Code | None, Spec("Por qué medio", OWN, Partial.SHOW, codes="data_request_channel")
    ] = None
    by_whom: Annotated[Code | None, Spec("Quién pide", ARCO_LAW, Partial.SHOW, codes="data_request_by")] = (
        None
    )
    representative_name: Annotated[Line | None, Spec("Nombre de quien la representa", ARCO_LAW)] = None
    representative_document: Annotated[ShortLine | None, Spec("Documento", ARCO_LAW)] = None
    representative_suspected: Annotated[
        Code | None, Spec("Señalada como sospechosa", CHILD_LAW, codes="tristate")
    ] = None
    request: Annotated[Text | None, Spec("Lo que pide", ARCO_LAW)] = None


ROWS: tuple[type[Row], ...] = (ConsentRow, WithdrawalRow, ObjectionRow, DataRequestRow)
