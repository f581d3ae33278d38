"""The public lists of matching: nicknames, spelling variants, abbreviations, compound surnames."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from importlib.resources import files


def rows(name: str) -> Iterator[dict[str, str]]:
    """The rows of `data/NAME.csv`; lines that begin with `#` are remarks (source, year, licence)."""
    text = (files("app.matching") / "data" / f"{name}.csv").read_text(encoding="utf-8")
    return csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))


def _nicknames() -> dict[str, tuple[str, ...]]:
    return {row["short"]: tuple(row["names"].split()) for row in rows("nicknames")}


NICKNAMES = _nicknames()
"""Short form or spelling variant -> the names it may stand for, likeliest first."""

ABBREVIATIONS = {
    "ma": "maria", "mra": "maria", "fco": "francisco", "fca": "francisca", "jse": "jose", "mnl": "manuel",
    "gpe": "guadalupe", "sta": "santa", "sto": "santo", "stgo": "santiago", "alej": "alejandro",
    "ant": "antonio", "fdo": "fernando", "rdgz": "rodriguez", "rguez": "rodriguez", "hdez": "hernandez",
    "fdez": "fernandez", "glez": "gonzalez", "mtnez": "martinez", "mtz": "martinez", "schz": "sanchez",
}  # fmt: skip

UNKNOWN = frozenset({
    "nn", "n n", "n", "s n", "sn", "n a", "na", "n d", "nd", "s d", "sd", "s a", "x", "xx", "xxx", "xxxx",
    "no identificado", "no identificada", "sin identificar", "por identificar", "desconocido",
    "desconocida", "sin apellido", "sin apellidos", "sin nombre", "sin nombres", "no consta",
    "no registra", "no registrado", "no sabe", "no recuerda", "no precisa", "no indica", "no refiere",
    "no tiene", "ninguno", "ninguna", "sin dato", "sin datos", "sin informacion", "sin especificar",
    "anonimo", "anonima", "reservado", "reservada", "se desconoce", "en reserva", "menor de edad",
})  # fmt: skip
"""What people write into a name field when they do not know the name: the field counts as empty."""

JOINED_SURNAMES = {
    particle + word: word
    for particle, words in {
        "dela": "cruz rosa torre vega fuente pena barra piedra flor paz mata puente sota cadena colina jara",
        "del": "aguila castillo carpio valle pino solar rio mar campo pozo portal risco prado rosario",
        "delos": "santos rios angeles reyes heros rosarios",
        "delas": "casas heras nieves mercedes",
        "la": "cruz rosa torre vega fuente madrid barrera",
        "los": "santos",
    }.items()
    for word in words.split()
}
"""Surnames written together with their particles: only known ones, as `Delgado` holds no particle."""

NOBLE_SURNAMES = frozenset({
    ("ponce", "leon"), ("montes", "oca"), ("ladron", "guevara"), ("fernandez", "cordova"),
    ("fernandez", "cordoba"), ("diez", "canseco"), ("garcia", "leon"), ("perez", "cuellar"),
    ("gonzales", "olaechea"), ("arias", "saavedra"), ("cabeza", "vaca"), ("velez", "guevara"),
    ("tello", "guzman"), ("riva", "aguero"),
})  # fmt: skip
"""Compound surnames with `de` that are one surname and not a married name."""
