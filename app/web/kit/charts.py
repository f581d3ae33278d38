"""Geometry of the charts: where each mark stands, in per cent across and pixels down.

Drawing is the templates' business (templates/components/charts.html). A value of ``None`` is protected: it
gets a hatched mark of one fixed size, which tells nothing about the number behind it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, log10
from zlib import crc32

from app.web.kit.map import region_map

Value = int | float | None

ROW_HEIGHT = 52
"""Pixels of one row of bars: its label above its bar."""
_WIDEST = 86.0  # per cent: leaves room for the value beside the longest bar
_LINE_TOP, _LINE_HEIGHT, _LINE_FOOT = 22, 216, 32
_LINE_LEFT, _LINE_RIGHT = 9.0, 97.0
_MOST_LABELS = 6  # along the time axis of a telephone
_STEPS = 5


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar: top of its row, label, value (``None``: protected), its words and its width in per cent."""

    y: int
    label: str
    value: Value
    text: str
    width: float


@dataclass(frozen=True, slots=True)
class BarChart:
    """Bars from top to bottom; ``key`` names the hatching of this chart within the page."""

    key: str
    height: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a stacked bar, from ``x`` on, in per cent; series 0 is the protected remainder."""

    series: int
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Stack:
    """A bar made of parts; ``text`` is the total, or nothing where a part is protected."""

    y: int
    label: str
    text: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class StackedChart:
    """Stacked bars from top to bottom."""

    key: str
    height: int
    bars: tuple[Stack, ...]


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the grid and its number."""

    y: int
    text: str


@dataclass(frozen=True, slots=True)
class Point:
    """A value in a line chart."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Step:
    """The stretch between two values that follow each other."""

    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True, slots=True)
class Line:
    """One series: its number from 1, its points and the stretches between neighbours."""

    series: int
    points: tuple[Point, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class AxisLabel:
    """A word under the time axis; ``anchor`` keeps the first and the last inside the drawing."""

    x: float
    text: str
    anchor: str


@dataclass(frozen=True, slots=True)
class LineChart:
    """Lines over labels that follow each other."""

    height: int
    names: tuple[str, ...]
    ticks: tuple[Tick, ...]
    lines: tuple[Line, ...]
    labels: tuple[AxisLabel, ...]


@dataclass(frozen=True, slots=True)
class MapRegion:
    """A region to fill: step 1 to 5 of the scale, 0 without data; ``text`` is its value in words."""

    name: str
    path: str
    step: int
    protected: bool
    text: str


@dataclass(frozen=True, slots=True)
class LegendStep:
    """A step of the scale and the range of values it stands for."""

    step: int
    text: str


@dataclass(frozen=True, slots=True)
class MapChart:
    """The map of the regions; Callao's square is outlined and named beside it."""

    key: str
    width: int
    height: int
    regions: tuple[MapRegion, ...]
    legend: tuple[LegendStep, ...]
    has_protected: bool
    has_missing: bool
    inset: str
    inset_x: int
    inset_y: int


def bar_chart(rows: Sequence[tuple[str, Value]]) -> BarChart:
    """Places the bars of ``rows`` (label, value) on one scale that begins at zero."""
    top = max((value for _, value in rows if value is not None), default=0) or 1
    bars = tuple(
        Bar(place * ROW_HEIGHT, label, value, number(value), _share(value or 0, top))
        for place, (label, value) in enumerate(rows)
    )
    return BarChart(_key(rows), max(len(rows), 1) * ROW_HEIGHT, bars)


def stacked_chart(rows: Sequence[tuple[str, Sequence[Value]]]) -> StackedChart:
    """Each row of ``rows`` (label, values) as a bar of full width divided in proportion."""
    bars = tuple(_stack(place * ROW_HEIGHT, label, values) for place, (label, values) in enumerate(rows))
    return StackedChart(_key(rows), max(len(rows), 1) * ROW_HEIGHT, bars)


def _stack(y: int, label: str, values: Sequence[Value]) -> Stack:
    known = [(series, value) for series, value in enumerate(values, 1) if value]
    protected = any(value is None for value in values)
    total = sum(value for _, value in known)
    room = 88.0 if protected and known else 100.0
    parts, x = [], 0.0
    for series, value in known:
        width = round(room * value / total, 2)
        parts.append(Part(series, round(x, 2), width))
        x += width
    if protected:
        parts.append(Part(0, round(x, 2), round(100.0 - x, 2)))
    return Stack(y, label, "" if protected else number(total), tuple(parts))


def line_chart(series: Sequence[tuple[str, Sequence[Value]]], labels: Sequence[str]) -> LineChart:
    """Places the values of each of ``series`` (name, values) over ``labels``; ``None`` breaks its line."""
    top = _nice(max((value for _, values in series for value in values if value is not None), default=0))
    across = [_across(place, len(labels)) for place in range(len(labels))]

    def height_of(value: float) -> float:
        return round(_LINE_TOP + _LINE_HEIGHT * (1 - value / top), 1)

    lines = []
    for place, (_, values) in enumerate(series, 1):
        points = [
            None if value is None else Point(x, height_of(value))
            for x, value in zip(across, values, strict=True)
        ]
        steps = tuple(
            Step(one.x, one.y, other.x, other.y)
            for one, other in pairwise(points)
            if one is not None and other is not None
        )
        lines.append(Line(place, tuple(point for point in points if point is not None), steps))
    ticks = tuple(Tick(round(height_of(top * part / 4)), number(top * part / 4)) for part in range(5))
    return LineChart(
        _LINE_TOP + _LINE_HEIGHT + _LINE_FOOT,
        tuple(name for name, _ in series),
        ticks,
        tuple(lines),
        _axis(across, labels),
    )


def _axis(across: Sequence[float], labels: Sequence[str]) -> tuple[AxisLabel, ...]:
    every = max(1, ceil(len(labels) / _MOST_LABELS))
    last = len(labels) - 1
    return tuple(
        AxisLabel(x, label, "end" if place == last and last > 0 else "middle")
        for place, (x, label) in enumerate(zip(across, labels, strict=True))
        if (last - place) % every == 0
    )


def _across(place: int, count: int) -> float:
    return round(_LINE_LEFT + (_LINE_RIGHT - _LINE_LEFT) * (place / (count - 1) if count > 1 else 0.5), 2)


def map_chart(values: Mapping[str, Value]) -> MapChart:
    """Sorts the regions into five steps of equal width over ``values`` (region code to number)."""
    drawing = region_map()
    known = [value for value in values.values() if value is not None]
    edges = _edges(known)
    regions = tuple(
        MapRegion(
            name=region.name,
            path=region.path,
            step=_step(values.get(region.code), edges),
            protected=region.code in values and values[region.code] is None,
            text=number(values.get(region.code)),
        )
        for region in drawing.regions
    )
    inset = next(region.path for region in drawing.regions if region.code == "07")
    x, y = (int(part) for part in inset[1:].split("h")[0].split())
    return MapChart(
        key=_key(sorted(values.items())),
        width=drawing.width,
        height=drawing.height,
        regions=regions,
        legend=_legend(edges),
        has_protected=any(region.protected for region in regions),
        has_missing=any(region.code not in values for region in drawing.regions),
        inset=inset,
        inset_x=max(x - 20, 0),
        inset_y=y - 12,
    )


def _edges(known: Sequence[int | float]) -> list[float]:
    """Upper ends of the steps; whole numbers stay whole."""
    if not known:
        return []
    low, high = min(known), max(known)
    if low == high:
        return [high]
    whole = all(isinstance(value, int) for value in known)
    ends = [low + (high - low) * part / _STEPS for part in range(1, _STEPS + 1)]
    return sorted({floor(end) for end in ends} if whole else set(ends))


def _step(value: Value, edges: Sequence[float]) -> int:
    if value is None:
        return 0
    place = next((place for place, end in enumerate(edges) if value <= end), len(edges) - 1)
    return _STEPS - len(edges) + place + 1


def _legend(edges: Sequence[float]) -> tuple[LegendStep, ...]:
    first = _STEPS - len(edges) + 1
    return tuple(LegendStep(first + place, f"hasta {number(end)}") for place, end in enumerate(edges))


def _share(value: float, top: float) -> float:
    return round(_WIDEST * value / top, 2)


def _nice(value: float) -> float:
    """The next 1, 2, 4, 5 or 8 times a power of ten: a quarter of it reads well."""
    if value <= 0:
        return 4
    power = 10.0 ** floor(log10(value))
    return next(factor * power for factor in (1, 2, 4, 5, 8, 10) if factor * power >= value)


def number(value: Value) -> str:
    """A number as Peru writes it (12,345.6); nothing for what is protected or missing."""
    if value is None:
        return ""
    return f"{value:,.1f}".removesuffix(".0")


def _key(data: object) -> str:
    return f"trama-{crc32(repr(data).encode()):08x}"
