"""The access policy as a page for those who decide it: written from the policy, never by hand."""

from __future__ import annotations

from collections.abc import Mapping

from app.access.mandates import ENDINGS, Mandate, mandates
from app.access.permissions import Permission
from app.access.policy import POPULATION_BITS, UNIT_KINDS, Cell, Level, Policy, Role
from app.records import COMPARTMENTS
from app.states import MandateFor

PATH = "docs/politica-de-acceso.md"
"""Where the page is kept, from the root of the repository."""

LEVELS_ES: dict[Level, tuple[str, str]] = {
    Level.NONE: ("—", "el compartimento no existe para esa función"),
    Level.AGGREGATE: ("agregado", "solo a través de indicadores"),
    Level.EXISTS: ("consta", "solo que hay algo, desde cuándo y de qué institución"),
    Level.PARTIAL: ("parcial", "los campos que el diccionario de datos marca para la vista parcial"),
    Level.RESIDENT: (
        "residente",
        "completo mientras la persona está acogida en la unidad; parcial antes y después",
    ),
    Level.OWN: ("propio", "completo para las acogidas de la propia unidad; nada de las demás"),
    Level.FULL: ("completo", "todos los campos"),
}

PERMISSIONS_ES: dict[Permission, str] = {
    Permission.VICTIMS_READ: "leer personas a su alcance",
    Permission.VICTIMS_REGISTER: "registrar personas y buscar un documento exacto",
    Permission.VICTIMS_WRITE: "cambiar compartimentos, dentro de la matriz",
    Permission.VICTIMS_ACCESS_LOG: "ver quién miró a una persona a su alcance",
    Permission.CASES_READ: "leer casos a su alcance",
    Permission.CASES_TRANSITION: "cambiar el estado de un caso",
    Permission.CASES_IDENTIFY: "decidir la identificación como víctima",
    Permission.PARTICIPATIONS_ADD: "incorporar a otra unidad por mandato legal",
    Permission.ASSIGNMENTS_WRITE: "asignar casos en la propia unidad",
    Permission.REFERRALS_READ: "leer derivaciones",
    Permission.REFERRALS_SEND: "enviar derivaciones",
    Permission.REFERRALS_ANSWER: "responder derivaciones",
    Permission.PLACEMENTS_WRITE: "registrar acogidas",
    Permission.PLANS_READ: "leer planes de reintegración",
    Permission.PLANS_WRITE: "elaborar, firmar y cerrar planes",
    Permission.PLANS_PROGRESS: "avanzar las actividades de la propia unidad",
    Permission.PLANS_HAND_OVER: "disponer qué unidad responde de un plan",
    Permission.INDICATORS_READ: "consultar indicadores",
    Permission.INDICATORS_EXACT: "ver cifras exactas y al momento (ninguna función lo tiene)",
    Permission.RELEASES_READ: "leer publicaciones estadísticas",
    Permission.RELEASES_PUBLISH: "aprobar publicaciones estadísticas",
    Permission.AUDIT_READ: "leer el rastro de accesos",
    Permission.ACCOUNTS_MANAGE: "administrar las cuentas de la propia institución",
    Permission.ACCOUNTS_APPROVE: "ser la segunda persona de lo que se pide sobre cuentas, de otra unidad",
    Permission.IMPORTS_RUN: "cargar registros en bloque",
    Permission.CONSENTS_READ: "leer consentimientos y objeciones",
    Permission.CONSENTS_WRITE: "registrar consentimientos, su retiro y objeciones",
    Permission.DATA_REQUESTS_READ: "leer solicitudes de derechos ARCO y sus plazos",
    Permission.DATA_REQUESTS_WRITE: "recibir y atender solicitudes de derechos ARCO",
    Permission.SHELTERS_READ: "ver vacantes por departamento y reservar un cupo",
    Permission.SHELTERS_MANAGE: "mantener la ficha del propio centro de acogida",
    Permission.DIRECTORY_MANAGE: "mantener el directorio de servicios de su institución",
    Permission.DIRECTORY_MANAGE_ALL: "mantener el directorio de servicios de todas",
    Permission.SATISFACTION_COLLECT: "entregar el equipo para la encuesta de satisfacción",
    Permission.MATCHING_REVIEW: "decidir si dos registros que ve son de la misma persona",
    Permission.MATCHING_STEWARD: "revisar las posibles duplicidades de todo el registro",
    Permission.COMMANDS_REQUEST: "pedir lo que deciden dos personas (fusionar, separar, descartar)",
    Permission.COMMANDS_APPROVE: "ser la segunda persona, de otra unidad",
}

POPULATIONS_ES = {
    "any": "todas",
    "nna": "niñas, niños y adolescentes",
    "foreign": "extranjeras o en el exterior",
}
FLAGS_ES = """- **+e**: escribe lo que puede leer.
- **+u**: se puede abrir por urgencia vital, con revisión posterior.
"""
SCOPES_ES = {"assigned": "casos asignados", "unit": "casos de su unidad"}

MANDATED_ES: Mapping[str, str] = {
    MandateFor.ANYONE: "todas",
    MandateFor.CHILDREN: "niñas, niños y adolescentes",
    MandateFor.ADULTS: "adultas",
}
MANDATES_ES = """Se indica una base de esta lista y el motivo. La unidad recibe lo que la base abre y que
también ve quien la incorpora; lo marcado con * lo abre la ley aunque quien incorpora no lo vea. Una objeción,
o un consentimiento retirado, lo impide, salvo para avisar del delito a la Fiscalía y de una niña, niño o
adolescente a la UPE. Lo que aquí no está se pide con una derivación.
"""

INTRO = """# Política de acceso

Generada a partir de `app/access/data`; no se edita a mano. Versión de la política: `{version}`.

Una función por sí sola no abre nada. Para ver algo hacen falta, a la vez, la participación de la unidad en
el caso, la asignación a él (salvo quien supervisa la unidad) y el nivel de esta tabla. Toda apertura deja
rastro.
"""


def render(policy: Policy) -> str:
    """The whole page, in Markdown and in Spanish."""
    return "".join(
        [
            INTRO.format(version=policy.version),
            _levels(),
            _matrix(policy),
            _roles(policy),
            _permissions(policy),
            _mandates(),
        ]
    )


def _levels() -> str:
    rows = "".join(f"- **{name}**: {meaning}.\n" for name, meaning in LEVELS_ES.values())
    return f"\n## Niveles\n\n{rows}{FLAGS_ES}"


def _matrix(policy: Policy) -> str:
    """One row a role: sixteen columns would not fit a page."""
    titles = [COMPARTMENTS[name].title_es for name in policy.compartments]
    rows = "".join(
        _line([f"`{role.name}`", *(_cell(role.cells[name]) for name in policy.compartments)])
        for role in policy.roles.values()
    )
    head = _line(["Función", *titles]) + _line(["---"] * (len(titles) + 1))
    return f"\n## Qué lee cada función\n\n{head}{rows}"


def _cell(cell: Cell) -> str:
    return LEVELS_ES[cell.level][0] + ("+e" if cell.write else "") + ("+u" if cell.break_glass else "")


def _roles(policy: Policy) -> str:
    columns = ["Función", "Nombre", "Alcance", "Personas", "Clases de unidad", "La dan"]
    head = _line(columns) + _line(["---"] * len(columns))
    return "\n## Funciones\n\n" + head + "".join(_line(_role(role)) for role in policy.roles.values())


def _role(role: Role) -> list[str]:
    population = next(name for name, bit in POPULATION_BITS.items() if bit == role.population)
    kinds = "todas" if role.unit_kinds == UNIT_KINDS else ", ".join(sorted(role.unit_kinds))
    givers = "dos personas" if role.two_people else "quien opera la instalación"
    return [f"`{role.name}`", role.label, SCOPES_ES[role.scope], POPULATIONS_ES[population], kinds, givers]


def _permissions(policy: Policy) -> str:
    head = _line(["Permiso", "Qué abre", "Funciones"]) + _line(["---"] * 3)
    rows = "".join(
        _line(
            [
                f"`{permission}`",
                PERMISSIONS_ES[permission],
                ", ".join(
                    f"`{role.name}`" for role in policy.roles.values() if permission in role.permissions
                ),
            ]
        )
        for permission in Permission
    )
    return f"\n## Permisos\n\n{head}{rows}"


def _mandates() -> str:
    """On what basis a unit is added to a case."""
    titles = ["Base", "Nombre", "Incorpora a", "Personas", "La usan", "Abre", "Termina cuando", "Fuente"]
    head = _line([*titles, "Verificada"]) + _line(["---"] * (len(titles) + 1))
    return f"\n## Incorporar una unidad por mandato legal\n\n{MANDATES_ES}\n{head}" + "".join(
        _line(_mandate(one)) for one in mandates().values()
    )


def _mandate(one: Mandate) -> list[str]:
    parts = [COMPARTMENTS[name].title_es + ("*" if name in one.beyond else "") for name in one.compartments]
    return [
        f"`{one.code}`",
        one.label,
        " ".join(sorted(one.unit_kinds)) or "—",
        MANDATED_ES[one.population],
        " ".join(sorted(one.added_by)) or "—",
        "todo*" if one.whole else ", ".join(parts) or "—",
        ENDINGS[one.ends_with],
        one.source,
        "sí" if one.verified else "no",
    ]


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |\n"
