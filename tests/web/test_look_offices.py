"""Every page of prosecution, protection and oversight, opened in a real browser."""

from __future__ import annotations

from tests.web.conftest import OpenPage
from tests.web.looking import SAME, wrong_pages
from tests.web.scene import Scene

KNOWN = ("/casos/*/", "/planes/*", "/derivaciones", "/indicadores*")
"""Looked at where cases are worked on: these and what is below them."""
ALWAYS = ("/casos/*/proceso", "/casos/*/proteccion", "/casos/*/consentimientos")


def test_pages_of_offices(browser_page: OpenPage, scene: Scene) -> None:
    offices = ("UPE", "Fiscalía", "CAR", "Custodia", "Análisis", "Datos personales", "Administración")
    assert wrong_pages(browser_page, scene, offices, but=elsewhere) == []


def elsewhere(shape: str) -> bool:
    return shape in SAME or (shape.startswith(KNOWN) and not shape.startswith(ALWAYS))
