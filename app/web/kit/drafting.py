"""Pages whose forms are kept as drafts while they are written."""

from __future__ import annotations

import re

from app.edge.browser import SAFE
from app.services.drafts import service
from app.services.drafts.service import REVIEW
from app.web.kit.keeping import sent
from app.web.kit.page import Page

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def resume(page: Page, form: str) -> bool:
    """Keep the page's form as the draft `form`, and show what was kept of it; whether there was anything.

    Args:
        form: kind and code of what it belongs to, such as `nota:CA-7K3M-9QX2-H4TC`. Of a draft to be reviewed
            (`?borrador=`), its content is shown instead.

    Raises:
        Unavailable: the trace cannot be written.
    """
    page.form.draft = form
    if page.request.method not in SAFE:
        return False
    review = page.query("borrador")
    wanted = f"{REVIEW}:{review}" if _UUID.fullmatch(review) else form
    found = service.opened(page.act, wanted)
    if found is None:
        return False
    page.form.sent = sent(found)
    return True


def finish(page: Page, form: str) -> None:
    """Throw away the draft of a form that was taken.

    Of one written without a connection the delivery does it, unless the draft is of something newer.
    """
    if not getattr(page.request.state, "delivering", False):
        service.finish(page.session, form)
