"""The trace of every act and every look."""

from app.audit.record import event_mac, event_row, is_genuine, record, record_as, record_rows
from app.audit.words import words_of

__all__ = ["event_mac", "event_row", "is_genuine", "record", "record_as", "record_rows", "words_of"]
