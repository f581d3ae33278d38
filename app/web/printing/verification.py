"""Whether a printed paper is genuine, for whoever holds it; nobody signs in here."""

from fastapi import Request
from starlette.responses import Response

from app.edge.deps import CurrentRuntime, Public
from app.edge.routing import Branch
from app.errors import AppError
from app.services.printing.verifying import verify
from app.web import i18n
from app.web.access.session import PublicForm
from app.web.kit.forms import Form
from app.web.kit.page import draw

router = Branch()


@router.get("/verificar", dependencies=[Public()])
def form(request: Request) -> Response:
    """Asks for the code and the hash of a paper."""
    i18n.speak(request.query_params.get("idioma", "es"))
    return draw(request, "printing/verify.html", form=Form(), found=None)


@router.post("/verificar", dependencies=[Public()])
def check(request: Request, form: PublicForm, runtime: CurrentRuntime) -> Response:
    """Says whether the paper is genuine, what it is and when it was printed; never of whom."""
    address = request.client.host if request.client else ""
    found = None
    try:
        found = verify(runtime.database, form.text("code") or "", form.text("hash") or "", address)
    except AppError as error:
        form.refuse(error)
    return draw(request, "printing/verify.html", status=form.status, form=form, found=found)
