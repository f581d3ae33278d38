"""The living catalogue of the components: every macro in every state, with data that is all invented."""

from collections.abc import Sequence
from datetime import date, timedelta

from starlette.datastructures import FormData, UploadFile
from typing_extensions import TypedDict

from app.records import all_fields
from app.records.kinds import today
from app.states import ActivityState
from app.web.kit.charts import Value
from app.web.kit.controls import Control, control
from app.web.kit.forms import Form

_LONG = (
    "Coordinar con la Unidad de Protección Especial, el centro de salud y la institución educativa "
    "la continuidad de los estudios, los controles y los traslados, sin que ninguna de las partes "
    "tenga que repetir el relato"
)


_MISTAKES = {
    "documento": "El DNI tiene 8 dígitos. Si no lo sabe, deje el campo vacío",
    "estado": "Elija cómo quedó la actividad",
    "areas": "Elija al menos un área",
    "nacimiento": "Esa fecha no existe. Puede escribir solo el año",
    "nota": "Escriba qué se hizo",
    "archivo": "El archivo pesa más de 20 MB. Divídalo o redúzcalo",
    "destino": "Elija la institución que recibe",
    "clave": "La contraseña no es correcta",
}


class OfCases(TypedDict):
    """What is drawn of a case: its bar, its tabs, its history and its objectives."""

    someone: dict[str, object]
    nobody: dict[str, object]
    parts: Sequence[tuple[str | int, ...]]
    events: list[dict[str, object]]
    stages: list[dict[str, str]]
    goal: dict[str, object]
    bare_goal: dict[str, object]


class OfLists(TypedDict):
    """What is drawn of lists and work to do."""

    counts: list[dict[str, object]]
    dates: Sequence[tuple[date | None, str]]
    activities: list[dict[str, object]]
    facts: Sequence[tuple[str | None, ...]]
    tasks: list[dict[str, str]]
    kinds: list[str]


class OfFigures(TypedDict):
    """What is drawn of figures: bars, stacks, lines and the map, each with its table."""

    bars: Sequence[tuple[str, Value]]
    bars_table: list[list[Value | str]]
    stack: list[tuple[str, list[Value]]]
    stack_names: list[str]
    stack_table: list[list[Value | str]]
    lines: list[tuple[str, list[Value]]]
    months: list[str]
    lines_table: list[list[Value | str]]
    regions: dict[str, int | None]
    regions_table: list[list[Value | str]]


class Examples(OfCases, OfLists, OfFigures):
    """All of it, and what is drawn of forms."""

    plain: Form
    wrong: Form
    choices: list[tuple[str, ...]]
    controls: list[Control]
    long: str


def examples() -> Examples:
    """The context of the catalogue page: plain values, no record of anyone."""
    return {
        "plain": Form(),
        "wrong": _wrong_form(),
        "choices": _choices(),
        "controls": _controls(),
        "long": _LONG,
        **_case(),
        **_lists(),
        **_figures(),
    }


def _wrong_form() -> Form:
    typed: list[tuple[str, str | UploadFile]] = [
        ("documento", "1234"),
        ("nota", "Primera línea\nSegunda línea"),
        ("nacimiento.dia", "31"),
        ("nacimiento.mes", "2"),
        ("nacimiento.anio", ""),
    ]
    form = Form(FormData(typed))
    form.draft = "actividad:EJEMPLO"
    form.message = "Lo que escribió sigue aquí: corrija lo indicado y envíe otra vez."
    for field, message in _MISTAKES.items():
        form.wrong(field, message)
    return form


def _choices() -> list[tuple[str, ...]]:
    return [
        (ActivityState.PENDING, "Pendiente"),
        (ActivityState.RUNNING, "En curso"),
        ("CUMPLIDA", "Cumplida", "Se pedirá la fecha en que se hizo"),
        ("NO_PROCEDE", "No procede", "Se pedirá el motivo"),
    ]


def _controls() -> list[Control]:
    fields = all_fields()
    wanted = ("radios", "select", "number", "partial_date", "place", "lines", "long", "tel", "objects")
    drawn = [control(field) for field in fields]
    return [next(one for one in drawn if one.kind == kind) for kind in wanted]


def _case() -> OfCases:
    return {
        "someone": {
            "code": "CA-7K2M-9XQ4",
            "person": "VT-4H7N-2KQP",
            "age": 16,
            "sex": "Mujer",
            "nationality": "Perú",
            "flags": [
                ("Menor de edad", "orange"),
                ("Riesgo alto", "red"),
                ("No contactar por teléfono", "red"),
            ],
        },
        "nobody": {"code": "CA-3D8P-1TRW", "age": None, "sex": None, "flags": []},
        "parts": [
            ("#resumen", "Resumen", "resumen"),
            ("#datos", "Datos", "datos"),
            ("#plan", "Plan", "plan"),
            ("#notas", "Notas", "notas", 12),
            ("#derivaciones", "Derivaciones", "derivaciones", 2),
            ("#documentos", "Documentos", "documentos"),
            ("#consentimientos", "Consentimientos", "consentimientos"),
            ("#proceso", "Proceso penal", "proceso"),
            ("#historia", "Historia", "historia"),
        ],
        "events": _events(),
        "stages": [
            {"text": "Denuncia", "state": "done", "at": "03/08/2026"},
            {"text": "Diligencias preliminares", "state": "done", "at": "10/09/2026"},
            {"text": "Investigación preparatoria", "state": "current", "at": "desde 02/11/2026"},
            {"text": "Etapa intermedia", "state": "todo"},
            {"text": "Juicio oral", "state": "todo"},
            {"text": "Sentencia", "state": "todo"},
        ],
        "goal": {
            "area": "Educación",
            "title": "Termina el cuarto año de secundaria en un colegio que elige ella",
            "status": ("En curso", "blue"),
            "done": 2,
            "total": 5,
            "actions": [("#editar", "Editar"), ("#agregar", "Agregar actividad")],
        },
        "bare_goal": {"title": _LONG, "status": ("Sin actividades", "grey")},
    }


def _events() -> list[dict[str, object]]:
    return [
        {
            "title": "Actividad cumplida: control de salud",
            "by": "Centro de Acogida Residencial",
            "at": "24/11/2026, 10:32",
            "when": "2026-11-24T10:32",
            "text": "Asistió acompañada.\nPróximo control en un mes.",
            "tag": ("Plan", "blue"),
        },
        {
            "title": "Derivación aceptada",
            "by": "Unidad de Protección Especial",
            "at": "20/11/2026",
            "tag": ("Derivación", "green"),
        },
        {"title": _LONG, "by": "", "at": "02/11/2026"},
    ]


def _lists() -> OfLists:
    now = today()
    return {
        "counts": [
            {"count": 3, "text": "Vencidas", "href": "#vencidas", "kind": "red"},
            {"count": 7, "text": "Vencen en 7 días", "href": "#semana", "kind": "orange"},
            {"count": 0, "text": "Derivaciones por responder", "href": "#derivaciones", "kind": "red"},
            {"count": 24, "text": "Casos a mi cargo", "href": "#casos", "kind": "blue"},
        ],
        "dates": [(now + timedelta(days=days), "") for days in (-3, -1, 0, 1, 6, 40)]
        + [(now, "done"), (None, "")],
        "activities": _activities(now),
        "facts": [
            ("Región", "Madre de Dios", "#region", "Cambiar"),
            ("Etapa", "Atención inmediata"),
            ("Lugar de nacimiento", None),
            ("Observaciones", _LONG),
        ],
        "tasks": [
            {"text": "Detección", "href": "#1", "status": "Completa", "kind": ""},
            {
                "text": "Identidad",
                "href": "#2",
                "status": "Incompleta",
                "kind": "blue",
                "hint": "Lo que no se sabe también es una respuesta",
            },
            {"text": "Contacto y riesgo", "href": "#3", "status": "Por revisar", "kind": "orange"},
            {"text": "Revisar y enviar", "href": "", "status": "Aún no se puede", "kind": "grey"},
        ],
        "kinds": ["grey", "blue", "green", "yellow", "orange", "red"],
    }


def _activities(now: date) -> list[dict[str, object]]:
    return [
        {
            "code": "CA-7K2M-9XQ4",
            "text": "Matrícula escolar",
            "where": "UGEL Tambopata",
            "due": now - timedelta(days=3),
            "status": ("Pendiente", "grey"),
        },
        {
            "code": "CA-3D8P-1TRW",
            "text": _LONG,
            "where": "Centro de Emergencia Mujer",
            "due": now,
            "status": ("En curso", "blue"),
        },
        {
            "code": "CA-9B4H-6NZC",
            "text": "Control de salud",
            "where": "",
            "due": now + timedelta(days=12),
            "status": ("Cumplida", "green"),
        },
    ]


def _figures() -> OfFigures:
    bars = [("Madre de Dios", 184), ("Cusco", 97), ("Puno", 61), ("Loreto", 40), ("Huancavelica", None)]
    stack: list[tuple[str, list[Value]]] = [
        ("Centros de acogida", [42, 18, 9]),
        ("Servicios ambulatorios", [65, 30, None]),
        ("Sin servicio", [0, 12, 4]),
    ]
    months = ["ene.", "feb.", "mar.", "abr.", "may.", "jun.", "jul.", "ago.", "set.", "oct."]
    lines: list[tuple[str, list[Value]]] = [
        ("Registradas", [31, 35, 29, 44, 52, 47, 58, 61, 55, 66]),
        ("Con plan aprobado", [12, 15, 18, 22, 31, 30, None, 41, 44, 52]),
    ]
    regions = {f"{code:02}": (code * 37) % 180 + 4 for code in range(1, 26)} | {"09": None, "23": None}
    del regions["24"]
    return {
        "bars": bars,
        "bars_table": [[label, "c" if value is None else value] for label, value in bars],
        "stack": stack,
        "stack_names": ["Cumplidas", "En curso", "Vencidas"],
        "stack_table": [
            [label, *("c" if value is None else value for value in values)] for label, values in stack
        ],
        "lines": lines,
        "months": months,
        "lines_table": [
            [month, *("c" if values[place] is None else values[place] for _, values in lines)]
            for place, month in enumerate(months)
        ],
        "regions": regions,
        "regions_table": [[code, "c" if value is None else value] for code, value in regions.items()],
    }
