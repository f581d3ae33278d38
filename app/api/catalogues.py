"""Code lists in force: `/catalogues`."""

from typing import Annotated

from fastapi import Path

from app.api.answers import Answer, listing
from app.edge.deps import SignedIn
from app.edge.routing import Branch
from app.services.catalogues import CodeListTitleView, CodeListView, codes_of, lists
from app.services.views import Listing

router = Branch(prefix="/catalogues", tags=["catalogues"])


@router.get("", dependencies=[SignedIn()], summary="Listas de códigos")
def index() -> Answer[Listing[CodeListTitleView]]:
    """Their names, titles and sizes. They come with each version of the system and are not changed here."""
    return listing(lists())


@router.get("/{name}", dependencies=[SignedIn()], summary="Una lista de códigos")
def read(name: Annotated[str, Path(title="Nombre de la lista", max_length=60)]) -> Answer[CodeListView]:
    """Its codes with their label, source and validity, in the order of the forms."""
    return Answer(codes_of(name))
