"""Validation errors in Spanish: they name the field and the way out, and never repeat what was written."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from typing_extensions import TypedDict


class FieldError(TypedDict):
    """One error: path of the field (``documents.0.number``), stable code, Spanish sentence."""

    field: str
    code: str
    message: str


class RecordInvalid(ValueError):
    """What was sent does not fit its compartment. ``errors`` may be shown and logged: it holds no value."""

    def __init__(self, compartment: str, errors: list[FieldError]) -> None:
        self.compartment = compartment
        self.errors = errors
        super().__init__(", ".join(f"{e['field']}: {e['code']}" for e in errors))


MESSAGES: dict[str, str] = {
    # Of Pydantic
    "extra_forbidden": "Este campo no existe aquí; revise el nombre.",
    "missing": "Falta este campo.",
    "model_type": "Envíe un objeto con sus campos.",
    "list_type": "Envíe una lista.",
    "string_type": "Envíe un texto; si no se conoce, deje el campo vacío.",
    "string_unicode": "El texto tiene caracteres dañados; escríbalo de nuevo.",
    "string_too_long": "El texto es demasiado largo: máximo {max_length} caracteres.",
    "string_too_short": "El texto es demasiado corto: mínimo {min_length} caracteres.",
    "string_pattern_mismatch": "El formato no es válido; revíselo.",
    "too_long": "La lista es demasiado larga: máximo {max_length} elementos.",
    "int_type": "Envíe un número entero; si no se conoce, deje el campo vacío.",
    "int_parsing_size": "El número es demasiado grande.",
    "greater_than_equal": "El número es menor que el mínimo admitido ({ge}).",
    "less_than_equal": "El número es mayor que el máximo admitido ({le}).",
    # Of the catalogue
    "unknown_code": "El código no es de la lista «{list}»; elija uno de ella o deje el campo vacío.",
    "unknown_ubigeo": "No es un UBIGEO del INEI (6 dígitos, cero inicial incluido); o déjelo vacío.",
    "forbidden_characters": "El texto tiene caracteres de control que no se ven; escríbalo de nuevo.",
    "date_format": "Escriba la fecha como AAAA-MM-DD; si no se conoce el día, deje el campo vacío.",
    "flexible_date_format": "Escriba AAAA, AAAA-MM o AAAA-MM-DD; agregue ~ si es estimada.",
    "date_too_old": "La fecha es anterior a 1900; revísela.",
    "date_in_future": "La fecha está en el futuro; revísela.",
    "birth_year_mismatch": "No coincide con el año de la fecha de nacimiento; corrija uno de los dos.",
    "precision_is_year": "La precisión es «solo el año»: use «birth_year» y deje vacía la fecha.",
    "age_range": "La edad mínima supera a la máxima; corrija una de las dos.",
    "dates_reversed": "Es anterior a la fecha de inicio; corrija una de las dos.",
    "other_needs_text": "Se eligió «otro»: describa aquí de qué se trata.",
    "unknown_among_known": "«No identificado» no se combina con otras finalidades; quítelo o deje solo ese.",
    "main_purpose_not_listed": "Debe ser una de las finalidades; cámbiela o quítela (null).",
    "kit_not_given": "Figura como no entregado; corrija uno de los dos campos.",
    "followup_not_agreed": "Figura que no se acordó seguimiento; corrija uno de los dos campos.",
}
FALLBACK = "El valor no es válido; revíselo."


def errors_es(exc: ValidationError, known: Mapping[str, Any] | None = None) -> list[FieldError]:
    """The errors of ``exc`` in Spanish, without any value that was sent.

    ``known`` holds the names of the compartment's fields; with it, the sentence about an unknown field
    suggests the nearest one. The unknown name itself is input, hence not repeated: its path ends in
    ``?``.
    """
    found = exc.errors(include_url=False, include_context=True, include_input=False)
    return [_in_spanish(error, known or {}) for error in found]


def message_es(code: str, context: Mapping[str, Any]) -> str:
    """The Spanish sentence for a Pydantic error type."""
    return MESSAGES.get(code, FALLBACK).format_map({**context})


def _in_spanish(error: ErrorDetails, known: Mapping[str, Any]) -> FieldError:
    code, context, path = error["type"], error.get("ctx", {}), list(error["loc"])
    message = message_es(code, context)
    if code == "extra_forbidden":
        near = get_close_matches(str(path[-1])[:80], known, n=1) if len(path) == 1 else []
        message += f" ¿Quiso decir «{near[0]}»?" if near else ""
        path[-1] = "?"
    elif "field" in context:
        path.append(context["field"])
    return {"field": ".".join(map(str, path)), "code": code, "message": message}
