"""Help, accessibility, state of the service, everywhere one may go, and the catalogue of components."""

from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import Response

from app.edge.browser import browsing, visitor
from app.edge.deps import CurrentRuntime, Public, SignedIn
from app.edge.routing import Branch
from app.web.kit.components import examples
from app.web.kit.controls import places
from app.web.kit.navigation import entries
from app.web.kit.page import CurrentPage, draw, speak

router = Branch()

Visitor = Annotated[None, Depends(visitor)]


@router.get("/ayuda", dependencies=[Public()])
def guide(request: Request, _visitor: Visitor) -> Response:
    """How to work with the register, for the role of who reads it."""
    speak(request)
    who = browsing(request)
    return draw(request, "help/help.html", entries=entries(who) if who else [])


@router.get("/accesibilidad", dependencies=[Public()])
def accessibility(request: Request, _visitor: Visitor) -> Response:
    """What the pages do for people who see, hear or move otherwise, and whom to tell of a barrier."""
    speak(request)
    return draw(request, "help/accessibility.html")


@router.get("/estado", dependencies=[Public()])
def state(request: Request, _visitor: Visitor, runtime: CurrentRuntime) -> Response:
    """Whether the service answers."""
    speak(request)
    return draw(request, "help/state.html", ready=runtime.database.ready())


@router.get("/mas", dependencies=[SignedIn()])
def more(page: CurrentPage) -> Response:
    """Every place of one's role."""
    return page.draw("help/more.html", entries=entries(page.who))


@router.get("/componentes", dependencies=[SignedIn()])
def components(page: CurrentPage) -> Response:
    """The living catalogue of the components."""
    return page.draw("help/components.html", **examples())


@router.post("/lugares", dependencies=[SignedIn()])
def districts(page: CurrentPage) -> Response:
    """Districts whose name begins with what was typed, as suggestions of a list."""
    name = page.form.text("_campo") or ""
    return page.draw("help/_places.html", found=places(page.form.text(name) or ""))
