"""Every page of prosecution, protection and oversight, opened in a real browser."""

from __future__ import annotations

import pytest

from tests.web.browsing import Browser
from tests.web.conftest import OpenPage
from tests.web.looking import judge, reachable, shape_of
from tests.web.scene import Scene

KNOWN = ("/casos/*/", "/planes/*", "/derivaciones")
"""Looked at where cases are worked on."""
ALWAYS = ("/casos/*/proceso", "/casos/*/proteccion", "/casos/*/consentimientos")


@pytest.mark.parametrize(
    "who", ["UPE", "Fiscalía", "CAR", "Custodia", "Análisis", "Datos personales", "Administración"]
)
def test_pages_of_offices(browser_page: OpenPage, scene: Scene, opened: set[str], who: str) -> None:
    page, watch = browser_page(scene.actors[who])
    watch.expect(422)
    wrong = []
    for path in reachable(Browser(scene.world, scene.actors[who])):
        shape = shape_of(path)
        elsewhere = shape.startswith(KNOWN) and not shape.startswith(ALWAYS)
        if shape not in opened and not elsewhere:
            opened.add(shape)
            wrong += judge(page, path)
    assert wrong == []
