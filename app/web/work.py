"""Mi trabajo: what is due, what waits for an answer, and what was left unfinished."""

from fastapi import APIRouter
from starlette.responses import Response

from app.access.permissions import Permission
from app.edge.deps import Requires
from app.web.page import CurrentPage

router = APIRouter()


@router.get("/trabajo", dependencies=[Requires(Permission.CASES_READ)])
def my_work(page: CurrentPage) -> Response:
    """The first page of who has charge of cases."""
    return page.draw("work/work.html")
