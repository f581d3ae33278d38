"""Code lists in force: `/catalogues`."""

from typing import Annotated

from fastapi import Path

from app.api.answers import Answer, listing
from app.edge.deps import SignedIn
from app.edge.routing import Branch
from app.services.catalogues import codes_of, lists

router = Branch(prefix="/catalogues", tags=["catalogues"])


@router.get("", dependencies=[SignedIn()], summary="Listas de códigos")
def index() -> Answer:
    """Their names, titles and sizes. They come with each version of the system and are not changed here."""
    return listing(lists())


@router.get("/{name}", dependencies=[SignedIn()], summary="Una lista de códigos")
def read(name: Annotated[str, Path(title="Nombre de la lista", max_length=60)]) -> Answer:
    """Its codes with their label, source and validity, in the order of the forms."""
    return listing(**codes_of(name))
