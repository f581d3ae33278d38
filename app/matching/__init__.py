"""Recognising a person already registered: keyed tokens find candidates, a score compares them."""

from app.matching.documents import document_tokens
from app.matching.normalise import normalise_number
from app.matching.person import Birth, Name, Person, name_of, person_of
from app.matching.rarity import Rarity
from app.matching.score import Band, Comparison, Verdict, compare
from app.matching.tokens import Kind, Token, tokens

RULES_VERSION = "2026.2"
"""Changes with every change of rules, lists and weights: a stored comparison says which made it."""

__all__ = [
    "RULES_VERSION",
    "Band",
    "Birth",
    "Comparison",
    "Kind",
    "Name",
    "Person",
    "Rarity",
    "Token",
    "Verdict",
    "compare",
    "document_tokens",
    "name_of",
    "normalise_number",
    "person_of",
    "tokens",
]
