"""Legal: the facts as the Penal Code qualifies them, and where the proceedings stand."""

from typing import Annotated, ClassVar, Self

from pydantic import model_validator

from app.records.base import Compartment, problem
from app.records.kinds import (
    Age,
    Code,
    Codes,
    FlexibleDate,
    IsoDate,
    Line,
    ShortLine,
    ShortLines,
    Soles,
    Text,
    ends_before,
)
from app.records.places import PlaceField, Places
from app.records.spec import Partial, Spec

ART_129A = "Código Penal, art. 129-A"
HTCDS = "HTCDS 2.0"
RETA = "RETA (PNP)"
FISCAL = "Ministerio Público"
FACE = "exploitation"


class Legal(Compartment):
    """Exploitation, offences and proceedings."""

    title_es: ClassVar[str] = "Situación legal y hechos"

    # Statistical face
    main_purpose: Annotated[
        Code | None,
        Spec(
            "Finalidad principal",
            ART_129A,
            Partial.SHOW,
            codes="purpose",
            face=FACE,
            personal=False,
            follows="purposes",
            help="La única finalidad, si es una sola.",
        ),
    ] = None
    purposes: Annotated[
        Codes | None,
        Spec(
            "Finalidades",
            f"{ART_129A}; HTCDS 2.0; RETA",
            Partial.SHOW,
            codes="purpose",
            htcds="vic_TypeOfExploitation",
            face=FACE,
            personal=False,
            other_text="purpose_other",
        ),
    ] = None
    means: Annotated[
        Codes | None,
        Spec(
            "Medios empleados",
            f"{ART_129A}; RETA",
            Partial.SHOW,
            codes="means",
            face=FACE,
            personal=False,
            other_text="means_other",
            help="Facultativo si la víctima es menor de 18 años.",
        ),
    ] = None
    acts: Annotated[
        Codes | None, Spec("Conductas", ART_129A, Partial.SHOW, codes="act", face=FACE, personal=False)
    ] = None
    recruitment: Annotated[
        Code | None,
        Spec(
            "Forma de captación",
            "RETA; HTCDS 2.0",
            Partial.SHOW,
            codes="recruitment",
            htcds="vic_MethodOfRecruitment",
            face=FACE,
            personal=False,
            other_text="recruitment_other",
        ),
    ] = None
    recruiter_relation: Annotated[
        Code | None,
        Spec(
            "Vínculo con quien la captó",
            "RETA; HTCDS 2.0; CTDC",
            Partial.SHOW,
            codes="recruiter_relation",
            htcds="vic_RelationshipToTrafficker",
            face=FACE,
            personal=False,
            other_text="recruiter_relation_other",
        ),
    ] = None
    activities: Annotated[
        Codes | None,
        Spec(
            "Lugar o actividad de explotación",
            RETA,
            Partial.SHOW,
            codes="activity",
            face=FACE,
            personal=False,
            other_text="activity_other",
        ),
    ] = None
    control_methods: Annotated[
        Codes | None,
        Spec(
            "Formas de control",
            HTCDS,
            Partial.SHOW,
            codes="control_method",
            htcds="vic_MethodsOfControl",
            face=FACE,
            personal=False,
            other_text="control_other",
        ),
    ] = None
    department: Annotated[
        Code | None,
        Spec(
            "Departamento de los hechos",
            "INEI, UBIGEO",
            Partial.SHOW,
            codes="department",
            face=FACE,
            personal=False,
        ),
    ] = None
    country_of_exploitation: Annotated[
        Code | None,
        Spec(
            "País de explotación",
            "ISO 3166-1; CTDC",
            Partial.SHOW,
            codes="country",
            face=FACE,
            personal=False,
        ),
    ] = None
    transnational: Annotated[
        Code | None,
        Spec(
            "Trata internacional", "RETA; Palermo", Partial.SHOW, codes="tristate", face=FACE, personal=False
        ),
    ] = None

    # What "other" stands for
    purpose_other: Annotated[Line | None, Spec("Finalidad (otra)", ART_129A, Partial.SHOW)] = None
    means_other: Annotated[Line | None, Spec("Medio (otro)", RETA, Partial.SHOW)] = None
    recruitment_other: Annotated[Line | None, Spec("Captación (otra)", RETA, Partial.SHOW)] = None
    recruiter_relation_other: Annotated[Line | None, Spec("Vínculo (otro)", RETA, Partial.SHOW)] = None
    activity_other: Annotated[Line | None, Spec("Actividad (otra)", RETA, Partial.SHOW)] = None
    control_other: Annotated[Line | None, Spec("Forma de control (otra)", HTCDS, Partial.SHOW)] = None

    # The facts in detail
    other_recruitment: Annotated[
        Codes | None,
        Spec(
            "Otras formas de captación",
            "RETA; HTCDS 2.0",
            Partial.SHOW,
            codes="recruitment",
            other_text="recruitment_other",
        ),
    ] = None
    sexual_exploitation_types: Annotated[
        Codes | None,
        Spec(
            "Tipo de explotación sexual",
            HTCDS,
            codes="sexual_exploitation",
            htcds="vic_TypeOfSexExploitation",
        ),
    ] = None
    labour_industry: Annotated[
        Code | None,
        Spec(
            "Rama de actividad",
            "CIIU Rev. 4 (ISIC); HTCDS 2.0",
            codes="industry",
            htcds="vic_ForcedLabourIndustry",
        ),
    ] = None
    recruitment_platforms: Annotated[
        Codes | None,
        Spec(
            "Redes usadas para captarla",
            HTCDS,
            codes="platform",
            htcds="vic_RecruitmentWebsitesAndApps",
            other_text="platform_other",
        ),
    ] = None
    exploitation_platforms: Annotated[
        Codes | None,
        Spec(
            "Redes usadas para explotarla",
            HTCDS,
            codes="platform",
            htcds="vic_ExploitationWebsitesAndApps",
            other_text="platform_other",
        ),
    ] = None
    platform_other: Annotated[ShortLine | None, Spec("Red o aplicación (otra)", HTCDS)] = None
    recruitment_place: Annotated[
        PlaceField | None, Spec("Lugar de captación", HTCDS, Partial.EACH, htcds="vic_LocationOfRecruitment")
    ] = None
    exploitation_places: Annotated[
        Places | None, Spec("Lugares de explotación", HTCDS, Partial.EACH, htcds="vic_LocationOfExploitation")
    ] = None
    transit_places: Annotated[Places | None, Spec("Lugares de tránsito", HTCDS, Partial.COUNT)] = None
    rescue_place: Annotated[PlaceField | None, Spec("Lugar de rescate", RETA, Partial.EACH)] = None
    exploitation_since: Annotated[FlexibleDate | None, Spec("Explotación desde", "CTDC")] = None
    exploitation_until: Annotated[FlexibleDate | None, Spec("Explotación hasta", "CTDC")] = None
    age_when_trafficked: Annotated[
        Age | None, Spec("Edad al ser captada", HTCDS, htcds="vic_AgeWhenTrafficked")
    ] = None

    # Qualification and proceedings
    trafficking_status: Annotated[
        Code | None,
        Spec(
            "Condición de víctima",
            HTCDS,
            Partial.SHOW,
            codes="trafficking_status",
            htcds="vic_TraffickingStatus",
        ),
    ] = None
    trafficking_status_decider: Annotated[
        Code | None,
        Spec(
            "Quién decidió la condición",
            HTCDS,
            Partial.SHOW,
            codes="status_decider",
            htcds="vic_TraffickingStatusDecisionMakingOrg",
            other_text="status_basis",
        ),
    ] = None
    trafficking_status_date: Annotated[IsoDate | None, Spec("Fecha de esa decisión", "Propio")] = None
    status_basis: Annotated[Line | None, Spec("Base de esa decisión", "Propio")] = None
    offences: Annotated[Codes | None, Spec("Delitos", "Código Penal, Título I-A", codes="offence")] = None
    aggravators: Annotated[
        Codes | None, Spec("Agravantes", "Código Penal, art. 129-B", codes="aggravator")
    ] = None
    stage: Annotated[
        Code | None, Spec("Etapa del proceso", "Código Procesal Penal", Partial.SHOW, codes="criminal_stage")
    ] = None
    complaint_numbers: Annotated[ShortLines | None, Spec("Números de denuncia", "PNP", Partial.SHOW)] = None
    carpeta_fiscal: Annotated[
        ShortLines | None, Spec("Números de carpeta fiscal", FISCAL, Partial.PRESENT)
    ] = None
    distrito_fiscal: Annotated[Line | None, Spec("Distrito fiscal", FISCAL, Partial.SHOW)] = None
    prosecution_office: Annotated[Line | None, Spec("Fiscalía", FISCAL)] = None
    court: Annotated[Line | None, Spec("Juzgado o sala", "Poder Judicial")] = None
    court_file: Annotated[
        ShortLine | None, Spec("Expediente judicial", "Poder Judicial", Partial.PRESENT)
    ] = None
    upe_resolution: Annotated[ShortLine | None, Spec("Resolución de la UPE", "DL 1297", Partial.PRESENT)] = (
        None
    )
    single_interview_date: Annotated[
        IsoDate | None, Spec("Fecha de la entrevista única", "RFN 1297-2020-MP-FN", Partial.PRESENT)
    ] = None
    sentence_date: Annotated[IsoDate | None, Spec("Fecha de la sentencia", "Poder Judicial")] = None
    reparation_ordered: Annotated[
        Code | None, Spec("Reparación civil dispuesta", "Ley 31146", Partial.SHOW, codes="tristate")
    ] = None
    reparation_amount: Annotated[Soles | None, Spec("Reparación civil (soles)", "Ley 31146")] = None
    reparation_paid: Annotated[
        Code | None, Spec("Reparación civil pagada", "Ley 31146", codes="tristate")
    ] = None
    legal_counsel: Annotated[Line | None, Spec("Defensa pública o abogada", "MINJUSDH")] = None
    notes: Annotated[Text | None, Spec("Notas legales", "Propio", help="Nunca el relato.")] = None

    @model_validator(mode="after")
    def _purposes_agree(self) -> Self:
        if self.purposes is not None:
            if "NO_IDENTIFICADO" in self.purposes and len(self.purposes) > 1:
                raise problem("unknown_among_known", "purposes")
            if self.main_purpose is None and len(self.purposes) == 1:
                self.main_purpose = self.purposes[0]
        if self.main_purpose is not None and self.main_purpose not in (self.purposes or ()):
            raise problem("main_purpose_not_listed", "main_purpose")
        return self

    @model_validator(mode="after")
    def _periods_in_order(self) -> Self:
        if ends_before(self.exploitation_since, self.exploitation_until):
            raise problem("dates_reversed", "exploitation_until")
        return self
