"""The trace of every act and every look."""

from app.audit.record import event_mac, event_row, record, record_rows

__all__ = ["event_mac", "event_row", "record", "record_rows"]
