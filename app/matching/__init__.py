"""Recognising a person already registered. Today: by an exact document."""

from app.matching.documents import document_tokens, normalise_number

__all__ = ["document_tokens", "normalise_number"]
