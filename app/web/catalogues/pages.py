"""Catálogos: the code lists in force. They come with each version of the program and are not changed here."""

from typing import Annotated

from fastapi import Path
from starlette.responses import Response

from app.edge.deps import SignedIn
from app.edge.routing import Branch
from app.services.catalogues import codes_of, lists
from app.web.kit.page import CurrentPage, Page

router = Branch(prefix="/administracion/catalogos")

MOST = 300
"""Codes shown at once: of a longer list (districts) one searches for a part."""
ListName = Annotated[str, Path(max_length=60)]


@router.get("", dependencies=[SignedIn()])
def index(page: CurrentPage) -> Response:
    """Every list."""
    return page.draw("catalogues/list.html", lists=lists())


@router.get("/{name}", dependencies=[SignedIn()])
def read(name: ListName, page: CurrentPage) -> Response:
    """One list."""
    return _codes(page, name)


@router.post("/{name}", dependencies=[SignedIn()])
def search(name: ListName, page: CurrentPage) -> Response:
    """The codes of a list that fit what is looked for."""
    return _codes(page, name, page.form.text("text") or "")


def _codes(page: Page, name: str, text: str = "") -> Response:
    found = codes_of(name, text)
    shown = found["items"][:MOST]
    dated = any(one["valid_from"] or one["valid_to"] for one in shown)
    return page.draw(
        "catalogues/codes.html",
        found=found,
        shown=shown,
        dated=dated,
        text=text,
        more=len(found["items"]) > MOST,
    )
