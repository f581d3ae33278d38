"""What is told of releases, and the documents they are made of as they are stored (with Spanish names)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, Field, with_config
from typing_extensions import TypedDict

_SHA = "Huella SHA-256"
_RHO = "Costo de privacidad (rho, zCDP)"


class TableListView(TypedDict):
    """The list of tables that a release was made by."""

    version: Annotated[str, Field(description="Versión de la lista de tablas")]
    sha256: Annotated[str, Field(description=_SHA)]


class ReleaseApprovalView(TypedDict):
    """An approval: by role and institution, without a name."""

    role: Annotated[str, Field(description="Función de quien aprobó (código)")]
    institution: Annotated[str, Field(description="Institución, por su código", examples=["MPFN"])]
    at: datetime


class ReleaseSummaryView(TypedDict):
    """A release as it is listed."""

    code: str
    year: Annotated[int, Field(description="Año de referencia, ya cerrado")]
    kind: Annotated[str, Field(description="Clase: ANUAL o REVISION")]
    published_at: Annotated[
        datetime | None, Field(description="Cuándo aprobó la segunda persona; nulo si espera")
    ]
    discarded_at: Annotated[datetime | None, Field(description="Cuándo se descartó; nulo si vale")]
    built_at: Annotated[datetime, Field(description="Cuándo se sorteó")]
    rho: Annotated[float, Field(description=_RHO)]
    workload: Annotated[TableListView, Field(description="Lista de tablas")]
    ledger_head: Annotated[str, Field(description="Último asiento del libro de privacidad")]
    approvals: Annotated[list[ReleaseApprovalView], Field(description="Quiénes aprobaron, en su orden")]
    across_institutions: Annotated[bool, Field(description="Si aprobaron personas de dos instituciones")]


class ReleaseFileView(TypedDict):
    """A file of a release, without its bytes."""

    name: Annotated[str, Field(description="Tabla, o `metadata`", examples=["T1"])]
    format: Annotated[str, Field(description="Formato: csv o json")]
    sha256: Annotated[str, Field(description=_SHA)]
    bytes: Annotated[int, Field(description="Tamaño", json_schema_extra={"x-unit": "bytes"})]
    href: Annotated[str, Field(description="Dónde se descarga")]


class ReleaseDetailView(ReleaseSummaryView):
    """A release and its files."""

    files: Annotated[list[ReleaseFileView], Field(description="Sus archivos")]


class YearBudgetView(TypedDict):
    """What a year has spent of its privacy budget."""

    year: Annotated[int, Field(description="Año de referencia")]
    spent: Annotated[float, Field(description=f"{_RHO} ya gastado")]
    left: Annotated[float, Field(description=f"{_RHO} que queda")]


class ReleasesView(TypedDict):
    """Releases, newest year first, and the budgets."""

    items: Annotated[list[ReleaseSummaryView], Field(description="Del año más nuevo al más viejo")]
    next: str | None
    budget: Annotated[list[YearBudgetView], Field(description="Presupuesto de privacidad por año")]


# Documents, as they are stored


class CodeDocument(TypedDict):
    """A value of a dimension."""

    codigo: Annotated[str, Field(description="Código")]
    etiqueta: Annotated[str, Field(description="Qué significa")]


class DimensionDocument(TypedDict):
    """A dimension of a table and all its values."""

    nombre: Annotated[str, Field(description="Nombre con que está en cada celda")]
    titulo: Annotated[str, Field(description="Título")]
    codigos: Annotated[list[CodeDocument], Field(description="Sus valores")]


@with_config(ConfigDict(extra="allow"))
class CellDocument(TypedDict):
    """A cell: besides these, a code for each dimension of the table by its name."""

    valor: Annotated[
        int | None,
        Field(
            description="Personas, con ruido y redondeo; nulo si se reserva",
            json_schema_extra={"x-unit": "personas"},
        ),
    ]
    moe95: Annotated[
        float | None,
        Field(
            description="Mitad del intervalo del 95 %; nulo si se reserva",
            json_schema_extra={"x-unit": "personas"},
        ),
    ]
    estado: Annotated[str, Field(description="PUBLICADO o RESERVADO")]


class TableDocument(TypedDict):
    """A table of a release."""

    liberacion: Annotated[str, Field(description="Liberación, por su código")]
    anio: Annotated[int, Field(description="Año de referencia")]
    tabla: Annotated[str, Field(description="Nombre de la tabla", examples=["T1"])]
    titulo: Annotated[str, Field(description="Título")]
    unidad: Annotated[str, Field(description="Qué se cuenta")]
    dimensiones: Annotated[list[DimensionDocument], Field(description="Dimensiones y sus códigos")]
    celdas: Annotated[list[CellDocument], Field(description="Todas las celdas, en orden fijo")]
    regla: Annotated[str, Field(description="Regla de reserva")]
    nota: Annotated[str, Field(description="Qué miden las cifras")]


class PeriodDocument(TypedDict):
    """What a release covers."""

    desde: Annotated[str, Field(description="Primer día")]
    hasta: Annotated[str, Field(description="Último día")]
    corte: Annotated[str, Field(description="Cuándo se contó")]


class ProtectionDocument(TypedDict):
    """How a release is protected, and what it cost."""

    metodo: Annotated[str, Field(description="Método")]
    unidad_de_privacidad: Annotated[str, Field(description="Qué cambio no se nota")]
    rho: Annotated[float, Field(description=_RHO)]
    epsilon: Annotated[float, Field(description="Épsilon equivalente")]
    delta: Annotated[float, Field(description="Delta con que se calcula")]
    rho_acumulado_del_anio: Annotated[float, Field(description="Costo ya gastado del año")]
    tope_del_anio: Annotated[float, Field(description="Costo que el año no puede pasar")]
    invariantes: Annotated[str, Field(description="Qué cifras son exactas")]


class ReadingDocument(TypedDict):
    """How the figures are read."""

    moe95: Annotated[str, Field(description="Qué es el margen")]
    regla_de_reserva: Annotated[str, Field(description="Qué no se muestra")]
    coherencia: Annotated[str, Field(description="Cómo se hicieron coincidir los márgenes")]
    redondeo: Annotated[str, Field(description="Cómo se redondea")]


class FileDocument(TypedDict):
    """A file of a table."""

    archivo: Annotated[str, Field(description="Nombre del archivo", examples=["T1.csv"])]
    sha256: Annotated[str, Field(description=_SHA)]


class TableAccountDocument(TypedDict):
    """A table: what it cost and its files."""

    tabla: Annotated[str, Field(description="Nombre de la tabla", examples=["T1"])]
    titulo: Annotated[str, Field(description="Título")]
    rho: Annotated[float, Field(description=_RHO)]
    sigma: Annotated[
        float, Field(description="Desviación del ruido", json_schema_extra={"x-unit": "personas"})
    ]
    moe95: Annotated[
        float,
        Field(description="Mitad del intervalo del 95 %", json_schema_extra={"x-unit": "personas"}),
    ]
    archivos: Annotated[list[FileDocument], Field(description="Sus archivos")]


class SnapshotDocument(TypedDict):
    """What was counted."""

    sha256: Annotated[str, Field(description=_SHA)]
    que_es: Annotated[str, Field(description="Qué es")]


class LedgerDocument(TypedDict):
    """The entry of the privacy ledger."""

    cabeza: Annotated[str, Field(description="Huella del asiento")]
    que_es: Annotated[str, Field(description="Qué es")]


class RevisionReason(TypedDict, total=False):
    """Why a year is revised; of a first release there is none."""

    motivo_de_la_revision: Annotated[str, Field(description="Por qué se revisa el año")]


class MetadataDocument(RevisionReason):
    """The page that goes with a release."""

    titulo: Annotated[str, Field(description="Título")]
    liberacion: Annotated[str, Field(description="Liberación, por su código")]
    clase: Annotated[str, Field(description="Clase: ANUAL o REVISION")]
    productor: Annotated[str, Field(description="Quién la hace")]
    periodo: Annotated[PeriodDocument, Field(description="Qué abarca")]
    unidad: Annotated[str, Field(description="Qué se cuenta")]
    poblacion: Annotated[str, Field(description="A quiénes se cuenta")]
    alcance: Annotated[str, Field(description="Qué miden las cifras")]
    advertencia_reta: Annotated[str, Field(description="Con qué no se comparan")]
    proteccion: Annotated[ProtectionDocument, Field(description="Cómo se protege")]
    lectura: Annotated[ReadingDocument, Field(description="Cómo se lee")]
    tablas: Annotated[list[TableAccountDocument], Field(description="Sus tablas")]
    lista_de_tablas: Annotated[TableListView, Field(description="La lista de tablas registrada")]
    corte: Annotated[SnapshotDocument, Field(description="Lo que se contó")]
    libro: Annotated[LedgerDocument, Field(description="Asiento del libro de privacidad")]
    revision: Annotated[str, Field(description="Si se puede revisar")]
    licencia: Annotated[str, Field(description="Cómo se puede usar")]
    programas: Annotated[Mapping[str, str], Field(description="Programas que la hicieron, con su versión")]
