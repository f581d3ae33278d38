"""What a form says of one row (an activity, a consent, a hearing ...), as the model of that row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from pydantic import ValidationError

from app.errors import Invalid, wrong
from app.records.base import Item, Row
from app.records.errors import FieldError, errors_es
from app.records.rows import row_fields
from app.web.i18n import _
from app.web.kit.controls import Control, beside, controls
from app.web.kit.forms import Form

R = TypeVar("R", bound=Item)


def need(form: Form, drawn: Iterable[Control], values: Mapping[str, object], *names: str) -> None:
    """Note in a form which of these fields were left empty, each by its label."""
    for one in drawn:
        if one.key in names and values.get(one.key) is None and not form.error(one.name):
            form.wrong(one.name, _("Complete «%(label)s».") % {"label": one.label})


def read_row(model: type[R], values: Mapping[str, object], prefix: str = "") -> R:
    """The row these values (in JSON form) make; fields are named with `prefix`, as in the form.

    Raises:
        Invalid: each field that is wrong is named.
    """
    try:
        return model.model_validate(dict(values))
    except ValidationError as error:
        errors: list[FieldError] = [
            wrong(prefix + e["field"], e["code"], e["message"]) for e in errors_es(error, model.model_fields)
        ]
        drawn = controls(row_fields(model.table), prefix) if issubclass(model, Row) else []
        raise Invalid(_("Revise los campos indicados."), errors=beside(errors, drawn)) from None
