"""The field catalogue: every field of a person's record, declared once, in the model of its compartment.

Data go in and out as JSON-able dictionaries; a missing key is *unknown*, never *no*.
"""

from app.records.base import Compartment, Item, Values
from app.records.documents import document_warnings
from app.records.errors import FieldError, RecordInvalid, errors_es
from app.records.facts import Known, fact_remarks
from app.records.htcds import HTCDS_CORE_ELSEWHERE
from app.records.registry import (
    COMPARTMENTS,
    SCHEMA_VERSION,
    FieldSpec,
    all_fields,
    face_fields,
    fields,
    htcds_fields,
    sealed_fields,
)
from app.records.soft import named, remarks, warnings
from app.records.spec import Partial, Spec
from app.records.transform import authored, dump, merge_patch, own_items, parse, partial_view, split_face

__all__ = [
    "COMPARTMENTS",
    "HTCDS_CORE_ELSEWHERE",
    "SCHEMA_VERSION",
    "Compartment",
    "FieldError",
    "FieldSpec",
    "Item",
    "Known",
    "Partial",
    "RecordInvalid",
    "Spec",
    "Values",
    "all_fields",
    "authored",
    "document_warnings",
    "dump",
    "errors_es",
    "face_fields",
    "fact_remarks",
    "fields",
    "htcds_fields",
    "merge_patch",
    "named",
    "own_items",
    "parse",
    "partial_view",
    "remarks",
    "sealed_fields",
    "split_face",
    "warnings",
]
