"""Code lists of the register, kept as data with their sources; and the places of Peru (UBIGEO)."""

from app.catalogues.loader import CodeList, UnknownList, code_list, list_names
from app.catalogues.ubigeo import (
    department_of,
    is_ubigeo,
    ubigeo_from_reniec,
    ubigeo_label,
    ubigeo_to_reniec,
)

__all__ = [
    "CodeList",
    "UnknownList",
    "code_list",
    "department_of",
    "is_ubigeo",
    "list_names",
    "ubigeo_from_reniec",
    "ubigeo_label",
    "ubigeo_to_reniec",
]
