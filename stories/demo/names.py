"""Names for people who do not exist, put together at random from a short list of our own.

Common in Peru, and of several peoples: Spanish, Quechua, Aymara and Amazonian names. None is the name of a
place or of an office of the demonstration, so that a search for names finds nothing but a leak.
"""

from __future__ import annotations

from random import Random
from typing import Final

WOMEN: Final = (
    "Rosa", "Carmen", "Flor", "Luzmila", "Yolanda", "Nélida", "Maribel", "Jhoselyn", "Yessenia", "Katherine",
    "Milagros", "Rosmery", "Gladys", "Edith", "Norma", "Sonia", "Brenda", "Fiorella", "Xiomara", "Daniela",
    "Killa", "Sumaq", "Wayra", "Illari", "T'ika", "Qori", "Nayra", "Wara", "Panqara", "Yarina",
    "Kori", "Sanken", "Inin", "Biri", "Tsunki", "Kaya", "Mayte", "Analí", "Deysi", "Ruth",
)  # fmt: skip
MEN: Final = (
    "José", "Wilber", "Edwin", "Percy", "Jhon", "Elmer", "Rolando", "Freddy", "Nilton", "Cristhian",
    "Amaru", "Inti", "Rumi", "Yawar", "Illapa", "Wayta", "Amuki", "Sanke", "Ronin", "Pari",
)  # fmt: skip
SURNAMES: Final = (
    "Quispe", "Mamani", "Huamán", "Condori", "Chávez", "Flores", "Rojas", "Vásquez", "Ccori", "Apaza",
    "Choque", "Ticona", "Huallpa", "Yupanqui", "Cahuana", "Sullca", "Pumacahua", "Llacsahuanga", "Tucto",
    "Ñaupari", "Inuma", "Sangama", "Tapullima", "Pacaya", "Ahuanari", "Shupingahua", "Tsejem", "Wajush",
    "Pinchi", "Amasifuén", "Guerra", "Castillo", "Peña", "Núñez", "Zevallos", "Saavedra", "Cabrera",
    "Bautista", "Palomino", "Gutiérrez",
)  # fmt: skip


def given_names(rng: Random, *, woman: bool) -> str:
    """One or two given names."""
    pool = WOMEN if woman else MEN
    return " ".join(rng.sample(pool, k=rng.choice((1, 2, 2))))


def surname(rng: Random) -> str:
    """One surname."""
    return rng.choice(SURNAMES)
