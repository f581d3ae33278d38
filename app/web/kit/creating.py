"""Creations by a form: sent twice, they answer as the first time and create nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.services.idempotency import remember, replayed
from app.web.kit.page import Page


def once(page: Page, operation: str, payload: Any, create: Callable[[], str]) -> str:
    """The code that `create` made under the key of the page's form, now or the first time.

    Raises:
        Conflict: the form was sent before with other data.
        AppError: whatever `create` raises.
    """
    code = replayed(page.act, page.form.key, operation, payload)
    if code is None:
        code = create()
        remember(page.act, page.form.key, operation, payload, code)
    return code
