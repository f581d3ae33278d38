"""Identity: who the person is. Names and documents are sealed; sex, nationality and age are also counted."""

from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from app.records.base import Compartment, Item, problem
from app.records.kinds import (
    Age,
    Code,
    Codes,
    Count,
    Entry,
    IsoDate,
    Kind,
    Line,
    ShortLine,
    ShortLines,
    Text,
    Ubigeo,
    Year,
    today,
)
from app.records.spec import Partial, Spec

RENIEC = "RENIEC (rótulos del DNI); HTCDS 2.0"
CENSUS = "INEI, Censo 2017"


class Document(Item):
    """One identity document. None is ever required, and an odd number is a warning, not an error."""

    type: Annotated[
        Code | None,
        Spec("Tipo de documento", "SUNAT, catálogo 06; Migraciones", Partial.SHOW, codes="document_type"),
    ] = None
    number: Annotated[ShortLine | None, Spec("Número", "Documento", Partial.LAST_TWO)] = None
    country: Annotated[Code | None, Spec("País emisor", "ISO 3166-1", Partial.SHOW, codes="country")] = None
    verified: Annotated[Code | None, Spec("Verificado con el emisor", "Propio", codes="tristate")] = None


class ExternalReference(Item):
    """The number under which another register keeps the same person or file."""

    system: Annotated[ShortLine | None, Spec("Sistema", "Propio")] = None
    reference: Annotated[Line | None, Spec("Identificador en ese sistema", "Propio")] = None


class Identity(Compartment):
    """Who the person is."""

    title_es: ClassVar[str] = "Identidad"

    # Statistical face
    sex: Annotated[
        Code | None,
        Spec(
            "Sexo",
            "DNI; HTCDS 2.0",
            Partial.SHOW,
            codes="sex",
            htcds="prs_Gender",
            face="profile",
            personal=False,
        ),
    ] = None
    nationality: Annotated[
        Code | None,
        Spec(
            "Nacionalidad",
            "ISO 3166-1; HTCDS 2.0",
            Partial.SHOW,
            codes="country",
            htcds="prs_Citizenship",
            face="profile",
            personal=False,
        ),
    ] = None
    age_years: Annotated[
        Age | None,
        Spec("Edad al ser identificada", "RETA; CTDC", Partial.SHOW, face="profile", personal=False),
    ] = None
    age_min: Annotated[
        Age | None,
        Spec(
            "Edad mínima",
            "CTDC (bandas de edad)",
            Partial.SHOW,
            face="profile",
            personal=False,
            help="Solo si se conoce una banda o una estimación.",
        ),
    ] = None
    age_max: Annotated[
        Age | None,
        Spec(
            "Edad máxima",
            "CTDC (bandas de edad)",
            Partial.SHOW,
            face="profile",
            personal=False,
            help="Solo si se conoce una banda o una estimación.",
        ),
    ] = None
    age_estimated: Annotated[
        Code | None,
        Spec("Edad estimada", "Propio", Partial.SHOW, codes="tristate", face="profile", personal=False),
    ] = None

    # Names
    given_names: Annotated[
        Line | None, Spec("Prenombres", RENIEC, Partial.INITIAL, htcds="prs_FirstName")
    ] = None
    first_surname: Annotated[
        ShortLine | None, Spec("Primer apellido", RENIEC, Partial.INITIAL, htcds="prs_SecondName")
    ] = None
    second_surname: Annotated[
        ShortLine | None,
        Spec(
            "Segundo apellido",
            RENIEC,
            Partial.INITIAL,
            help="Puede no existir: personas con un solo apellido.",
        ),
    ] = None
    salutation: Annotated[
        ShortLine | None, Spec("Tratamiento", "HTCDS 2.0", Partial.SHOW, htcds="prs_Salutation")
    ] = None
    social_name: Annotated[Line | None, Spec("Nombre social", "Propio", Partial.INITIAL)] = None
    aliases: Annotated[
        ShortLines | None,
        Spec("Otros nombres usados", "Propio", help="Alias y nombres que le impuso quien la explotó."),
    ] = None
    reserved_alias: Annotated[
        ShortLine | None,
        Spec(
            "Seudónimo de reserva", "Reserva de identidad", Partial.SHOW, help="Nunca derivado de su nombre."
        ),
    ] = None

    # Documents and birth
    documents: Annotated[
        Annotated[list[Document], Field(max_length=12), Kind("lista de documentos")] | None,
        Spec(
            "Documentos de identidad",
            "RENIEC; Migraciones; HTCDS 2.0",
            Partial.EACH,
            htcds="prs_IdentityNumber",
        ),
    ] = None
    external_references: Annotated[
        Annotated[list[ExternalReference], Field(max_length=20), Kind("lista de referencias")] | None,
        Spec("Identificadores en otros registros", "RETA, SISTRA, CTDC y otros"),
    ] = None
    birth_date: Annotated[
        IsoDate | None, Spec("Fecha de nacimiento", RENIEC, Partial.YEAR, htcds="prs_Birthdate")
    ] = None
    birth_date_precision: Annotated[
        Code | None,
        Spec("Precisión del nacimiento", "Propio", Partial.SHOW, codes="date_precision", personal=False),
    ] = None
    birth_year: Annotated[Year | None, Spec("Año de nacimiento", "Propio", Partial.SHOW)] = None
    declared_age: Annotated[Age | None, Spec("Edad declarada por la persona", "Propio", Partial.SHOW)] = None
    minor_presumed: Annotated[
        Code | None,
        Spec("Presunción de minoridad", "Palermo, art. 3 d); Propio", Partial.SHOW, codes="tristate"),
    ] = None
    birth_place: Annotated[Ubigeo | None, Spec("Lugar de nacimiento", "INEI, UBIGEO", Partial.DEPARTMENT)] = (
        None
    )
    birth_country: Annotated[
        Code | None, Spec("País de nacimiento", "ISO 3166-1", Partial.SHOW, codes="country")
    ] = None
    birth_place_text: Annotated[
        Line | None,
        Spec("Lugar de nacimiento (texto)", "Propio", help="Centro poblado, comunidad o ciudad extranjera."),
    ] = None
    other_nationalities: Annotated[
        Codes | None,
        Spec("Otras nacionalidades", "ISO 3166-1", Partial.SHOW, codes="country"),
    ] = None
    deceased: Annotated[
        Code | None, Spec("Fallecida", "HTCDS 2.0", Partial.SHOW, codes="tristate", htcds="prs_Deceased")
    ] = None

    # Gender, culture and language
    gender_identity: Annotated[
        Code | None,
        Spec(
            "Identidad de género",
            "Propio; HTCDS 2.0",
            codes="gender_identity",
            help="Opcional; la declara la persona.",
        ),
    ] = None
    ethnicity: Annotated[
        Code | None,
        Spec("Autoidentificación étnica", CENSUS, codes="ethnicity", other_text="ethnicity_other"),
    ] = None
    ethnicity_other: Annotated[ShortLine | None, Spec("Autoidentificación étnica (otra)", CENSUS)] = None
    indigenous_people: Annotated[
        Code | None,
        Spec("Pueblo indígena u originario", "BDPI, Ministerio de Cultura", codes="indigenous_people"),
    ] = None
    mother_tongue: Annotated[
        Code | None,
        Spec(
            "Lengua materna",
            "ISO 639-3; INEI, Censo 2017",
            Partial.SHOW,
            codes="language",
            htcds="prs_PrimaryLanguage",
        ),
    ] = None
    other_languages: Annotated[
        Codes | None,
        Spec("Otras lenguas", "ISO 639-3", Partial.SHOW, codes="language", htcds="prs_SecondaryLanguage"),
    ] = None
    interpreter_needed: Annotated[
        Code | None, Spec("Requiere intérprete", "Propio", Partial.SHOW, codes="tristate")
    ] = None
    interpreter_language: Annotated[
        Code | None, Spec("Lengua del intérprete", "ISO 639-3", Partial.SHOW, codes="language")
    ] = None

    # Disability, pregnancy, dependants
    disability: Annotated[Code | None, Spec("Tiene discapacidad", "Ley 29973", codes="tristate")] = None
    disability_limitations: Annotated[
        Codes | None, Spec("Limitaciones permanentes", "INEI (seis limitaciones)", codes="disability")
    ] = None
    conadis_card: Annotated[Code | None, Spec("Carné del CONADIS", "CONADIS", codes="tristate")] = None
    reasonable_adjustments: Annotated[
        Text | None, Spec("Ajustes razonables que necesita", "Ley 29973", Partial.SHOW)
    ] = None
    pregnant: Annotated[
        Code | None, Spec("Gestante", "Código Penal, art. 129-B (agravante)", codes="tristate")
    ] = None
    gestational_weeks: Annotated[
        Annotated[int, Field(ge=1, le=45), Kind("semanas", Entry.NUMBER)] | None,
        Spec("Semanas de gestación", "Propio"),
    ] = None
    children_count: Annotated[
        Count | None, Spec("Número de hijas e hijos", "HTCDS 2.0", htcds="prs_NumberOfChildren")
    ] = None
    dependants_in_care: Annotated[
        Count | None, Spec("Hijas, hijos o personas a su cargo", "Propio", Partial.SHOW)
    ] = None
    dependants_notes: Annotated[Text | None, Spec("Personas a su cargo (detalle)", "Propio")] = None

    # Social data
    marital_status: Annotated[
        Code | None,
        Spec("Estado civil", "RENIEC; HTCDS 2.0", codes="marital_status", htcds="prs_MaritalStatus"),
    ] = None
    education: Annotated[
        Code | None,
        Spec(
            "Nivel educativo alcanzado",
            "MINEDU; RETA; HTCDS 2.0",
            Partial.SHOW,
            codes="education",
            htcds="prs_HighestLevelOfEducation",
        ),
    ] = None
    occupation: Annotated[Line | None, Spec("Ocupación", "Propio")] = None
    photo_reference: Annotated[
        Line | None,
        Spec("Referencia de la fotografía", "Propio", help="Solo la referencia; la imagen se sella aparte."),
    ] = None

    @model_validator(mode="after")
    def _birth_and_ages_agree(self) -> Self:
        if self.birth_date is not None:
            if self.birth_date > today():
                raise problem("date_in_future", "birth_date")
            if self.birth_year is not None and self.birth_year != self.birth_date.year:
                raise problem("birth_year_mismatch", "birth_year")
            if self.birth_date_precision == "ANIO":
                raise problem("precision_is_year", "birth_date")
        if self.birth_year is not None and self.birth_year > today().year:
            raise problem("date_in_future", "birth_year")
        if self.age_min is not None and self.age_max is not None and self.age_min > self.age_max:
            raise problem("age_range", "age_min")
        return self
