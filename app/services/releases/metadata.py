"""The page that goes with every release: what was counted, how it is protected, its cost, how to read it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.services.releases import noise
from app.services.releases.artefacts import Artefact
from app.services.releases.ledger import CAP, DELTA, Charge
from app.services.releases.views import (
    MetadataDocument,
    ProtectionDocument,
    ReadingDocument,
    RevisionReason,
    TableAccountDocument,
)
from app.services.releases.withhold import CONFIDENCE_95, ROUNDING, RULE, margin_95
from app.services.releases.workload import Workload

POPULATION = (
    "Personas inscritas en el registro como víctimas o presuntas víctimas de trata, identificadas por "
    "primera vez en el año de referencia. No cuentan las alertas sin indicios confirmados ni los casos "
    "descartados. Cada persona cuenta una sola vez, aunque la hayan inscrito varias instituciones o tenga "
    "varios casos."
)
DETECTED = (
    "Son víctimas detectadas, no la prevalencia de la trata: una cifra mayor puede deberse a que se detecta "
    "más. El subregistro no se conoce."
)
RETA = (
    "No se comparan sin más con las cifras de RETA (PNP): RETA cuenta víctimas por denuncia policial y no "
    "depura a quien figura en varias; este registro une a todas las instituciones y cuenta personas."
)
SOURCE_LICENCE = (
    "Uso libre citando la fuente, el código de la liberación y el año. Queda prohibido todo intento de "
    "identificar a una persona (Ley 29733)."
)
SNAPSHOT = (
    "Resumen del instante de la base de datos que se contó; no se calcula sobre los recuentos, que así no se "
    "pueden adivinar."
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What one release's page states beyond the fixed texts."""

    what: Charge
    head: str
    widths: Mapping[str, noise.Calibration]
    spent: Decimal
    counted_at: str
    software: Mapping[str, str]
    reason: str | None = None
    """Why the year is revised."""


def describe(workload: Workload, facts: Facts, files: Sequence[Artefact]) -> MetadataDocument:
    """The document of metadata, with the hash of every file of the release."""
    year = facts.what.reference_year
    reason: RevisionReason = {"motivo_de_la_revision": facts.reason} if facts.reason else {}
    return {
        "titulo": f"Personas víctimas de trata detectadas en {year}",
        "liberacion": facts.what.release_code,
        "clase": facts.what.kind.value,
        "productor": "RUV-Trata, registro único de víctimas de trata de personas",
        "periodo": {"desde": f"{year}-01-01", "hasta": f"{year}-12-31", "corte": facts.counted_at},
        "unidad": workload_unit(),
        "poblacion": POPULATION,
        "alcance": DETECTED,
        "advertencia_reta": RETA,
        "proteccion": _protection(facts),
        "lectura": _reading(),
        "tablas": [_table(workload, facts, name, files) for name in facts.widths],
        "lista_de_tablas": {"version": workload.version, "sha256": workload.sha256},
        "corte": {"sha256": facts.what.snapshot_sha, "que_es": SNAPSHOT},
        "libro": {
            "cabeza": facts.head,
            "que_es": "Último asiento del libro de privacidad de esta liberación.",
        },
        "revision": (
            "Una liberación no se modifica. Un año admite a lo más una revisión posterior, con ruido nuevo "
            "que también se asienta; la anterior se conserva."
        ),
        **reason,
        "licencia": SOURCE_LICENCE,
        "programas": dict(facts.software),
    }


def workload_unit() -> str:
    """What is counted, in one sentence."""
    return "persona, en el año de su primera identificación; cada dimensión tiene un solo valor por persona"


def _protection(facts: Facts) -> ProtectionDocument:
    rho = sum(width.rho for width in facts.widths.values())
    return {
        "metodo": "privacidad diferencial: normal discreta (zCDP) sobre una lista fija de tablas",
        "unidad_de_privacidad": "agregar o quitar a una persona",
        "rho": round(rho, 9),
        "epsilon": round(noise.epsilon(rho, DELTA), 2),
        "delta": DELTA,
        "rho_acumulado_del_anio": float(round(facts.spent, 9)),
        "tope_del_anio": float(CAP),
        "invariantes": "ninguno: tampoco el total nacional es exacto",
    }


def _reading() -> ReadingDocument:
    return {
        "moe95": (
            f"La mitad del intervalo del 95 %, en personas: {CONFIDENCE_95} sigma, y {ROUNDING} por el "
            "redondeo. Cubre el ruido que se agregó, no los errores del registro."
        ),
        "regla_de_reserva": RULE,
        "coherencia": "Los márgenes comunes se hicieron coincidir, antes de reservar y de redondear.",
        "redondeo": "Cada celda se redondea por su cuenta: una suma puede diferir un poco de su total.",
    }


def _table(workload: Workload, facts: Facts, name: str, files: Sequence[Artefact]) -> TableAccountDocument:
    width = facts.widths[name]
    return {
        "tabla": name,
        "titulo": next(table.title for table in workload.tables if table.name == name),
        "rho": round(width.rho, 9),
        "sigma": round(width.sigma, 4),
        "moe95": margin_95(width.sigma),
        "archivos": [
            {"archivo": f"{file.name}.{file.format}", "sha256": file.sha256}
            for file in files
            if file.name == name
        ],
    }
