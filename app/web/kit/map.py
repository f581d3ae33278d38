"""The 25 regions of Peru (24 departments and Callao) as SVG paths, by two-digit INEI code."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from app.catalogues import code_list


@dataclass(frozen=True, slots=True)
class Region:
    """One region: its code, its name and its outline."""

    code: str
    name: str
    path: str


@dataclass(frozen=True, slots=True)
class RegionMap:
    """The regions in the order of their codes; width and height of the drawing in its own units."""

    width: int
    height: int
    regions: tuple[Region, ...]


@cache
def region_map() -> RegionMap:
    """The map, read once. Callao is a square in the sea: at its true size nobody would see it."""
    data = json.loads((files("app.web") / "regions.json").read_text(encoding="utf-8"))
    names = code_list("department")
    shapes = (Region(shape["code"], names.label(shape["code"]), shape["path"]) for shape in data["regions"])
    return RegionMap(data["width"], data["height"], tuple(shapes))
