"""What changed between two contents of a plan, in Spanish words. Pure.

A content is what a signature covers (`app.services.plans.versions.signable`). Every leaf that differs is
told, or lies in an objective or activity that is told as added or taken out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from types import MappingProxyType
from typing import Any, Final

from app.catalogues import code_list

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One change: where in the content (objectives and activities by their code), and a sentence."""

    path: Path
    text: str


class _Absent:
    """A leaf that one of the contents does not have at all."""


_ABSENT: Final = _Absent()
_DAY: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_LISTS: Final = MappingProxyType(
    {
        "place_of_execution": "execution_place",
        "execution_country": "country",
        "feasibility": "tristate",
        "language": "language",
        "interpreter": "tristate",
        "domain": "plan_domain",
        "frequency": "activity_frequency",
        "outcome": "outcome",
        "residual_risk": "risk_level",
        "achievement": "achievement",
        "states": "activity_state",
    }
)
"""Code lists of leaves, by the last word of their path that is a name of ours."""
_NAMES: Final = MappingProxyType(
    {
        "plan": "El código",
        "kind": "El tipo de plan",
        "place_of_execution": "El lugar de ejecución",
        "execution_country": "El país de ejecución",
        "feasibility": "La verificación del retorno",
        "feasibility_notes": "Las notas de la verificación del retorno",
        "starts_on": "La fecha de inicio",
        "pti_resolution": "La constancia de la resolución (PTI)",
        "pti_number": "El número de la resolución (PTI)",
        "pti_on": "La fecha de la resolución (PTI)",
        "language": "La lengua",
        "interpreter": "El intérprete",
        "summary": "El resumen",
        "domain": "El dominio",
        "wish": "Lo que quiere la persona",
        "goal": "La meta",
        "due_on": "La fecha",
        "unit": "La unidad",
        "description": "La descripción",
        "indicator": "El indicador",
        "person_in_charge": "La persona responsable",
        "frequency": "La frecuencia",
        "evidence_expected": "La evidencia esperada",
        "service_code": "El servicio",
        "closing": "El cierre",
        "outcome": "El resultado",
        "residual_risk": "El riesgo residual",
        "follow_up": "El seguimiento pactado",
    }
)
_LONGEST_NAME: Final = 60
_WORDY: Final = 3
"""A text of more words than this is compared word by word."""


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Every change from one content to the other, header first; none exactly where they are equal."""
    found = list(_leaves((), before, after, "objectives", " del plan"))
    found += _members(("objectives",), before.get("objectives"), after.get("objectives"), _GOALS)
    return found


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of members, told apart by their codes: how one is called, and by which text it is known."""

    one: str
    of: str
    order: str
    title: str
    inner: str | None


_GOALS: Final = _Kind(
    "el objetivo", " del objetivo", "Cambió el orden de los objetivos.", "goal", "activities"
)
_ACTIVITIES: Final = _Kind(
    "la actividad", " de la actividad", "Cambió el orden de las actividades", "description", None
)


def _members(path: Path, old: Any, new: Any, kind: _Kind) -> Iterator[Change]:
    """Changes of members (objectives of a plan, activities of an objective)."""
    if _same(old, new):
        return
    before, after = _by_code(old), _by_code(new)
    told = False
    for change in _each(path, before, after, kind):
        told = True
        yield change
    shared = [[code for code in side if code in before and code in after] for side in (before, after)]
    if shared[0] != shared[1]:
        yield Change(
            path, kind.order if kind.order.endswith(".") else f"{kind.order} del objetivo «{path[1]}»."
        )
    elif not told:  # one has an empty list where the other has none
        yield Change(path, f"Se anotó que {'hay' if new else 'no hay'} {path[-1]}.")


def _each(path: Path, before: Mapping[str, Any], after: Mapping[str, Any], kind: _Kind) -> Iterator[Change]:
    for code in dict.fromkeys([*before, *after]):
        here = (*path, code)
        old, new = before.get(code), after.get(code)
        if old is None or new is None:
            verb = "Se agregó" if old is None else "Se quitó"
            yield Change(here, f"{verb} {kind.one} {_title(new or old or {}, kind)}.")
            if kind.inner:
                yield from _members(
                    (*here, kind.inner), (old or {}).get(kind.inner), (new or {}).get(kind.inner), _ACTIVITIES
                )
            continue
        yield from _leaves(here, old, new, kind.inner, f"{kind.of} {_title(new, kind)}")
        if kind.inner:
            yield from _members((*here, kind.inner), old.get(kind.inner), new.get(kind.inner), _ACTIVITIES)


def _leaves(
    path: Path, old: Mapping[str, Any], new: Mapping[str, Any], apart: str | None, whose: str
) -> Iterator[Change]:
    before, after = dict(_flat((), old, apart)), dict(_flat((), new, apart))
    for leaf in dict.fromkeys([*before, *after]):
        one, other = before.get(leaf, _ABSENT), after.get(leaf, _ABSENT)
        if not _same(one, other):
            yield Change((*path, *leaf), _sentence(leaf, one, other, whose))


def _flat(path: Path, value: Any, apart: str | None = None) -> Iterator[tuple[Path, Any]]:
    """Leaves of nested objects and lists; an empty one is a leaf."""
    if isinstance(value, Mapping) and (value or not path):
        for name, inner in value.items():
            if path or name != apart:
                yield from _flat((*path, str(name)), inner)
    elif isinstance(value, list) and value:
        for place, inner in enumerate(value, 1):
            yield from _flat((*path, str(place)), inner)
    else:
        yield path, value


def _by_code(members: Any) -> dict[str, Mapping[str, Any]]:
    return {str(member["code"]): member for member in members or ()}


def _same(one: Any, other: Any) -> bool:
    """Equal in the canonical spelling: `True` is not 1 there."""
    if _ABSENT in (one, other):
        return one is other
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def _title(member: Mapping[str, Any], kind: _Kind) -> str:
    text = str(member.get(kind.title) or member["code"])
    short = text if len(text) <= _LONGEST_NAME else text[: _LONGEST_NAME - 1].rstrip() + "…"
    domain = code_list("plan_domain").labels.get(str(member.get("domain")))
    return f"«{short}»" + (f" ({domain})" if domain else "")


def _sentence(leaf: Path, old: Any, new: Any, whose: str) -> str:
    name = _NAMES.get(leaf[0], f"El dato «{leaf[0]}»")
    rest = "".join(f", {_part(leaf[0], step)}" for step in leaf[1:])
    subject = f"{name}{'' if leaf[0] == 'closing' else whose}{rest}"
    if isinstance(old, str) and isinstance(new, str) and len(old.split()) > _WORDY < len(new.split()):
        return f"{subject} cambió: {_words(old.split(), new.split())}."
    return f"{subject} pasó de {_value(leaf, old)} a {_value(leaf, new)}."


def _part(root: str, step: str) -> str:
    if step in _NAMES:
        return _NAMES[step].lower()
    domain = code_list("plan_domain").labels.get(step)
    return domain or (f"«{step}»" if root else step)


def _value(leaf: Path, value: Any) -> str:
    if value is _ABSENT:
        return "no consta"
    if value is None or value in ([], {}):
        return "sin indicar" if value is None else "ninguno"
    if isinstance(value, bool):
        return "sí" if value else "no"
    if not isinstance(value, str):
        return str(value)
    if day := _DAY.fullmatch(value):
        return "/".join(reversed(day.groups()))
    for step in reversed(leaf):
        if step in _LISTS:
            return f"«{code_list(_LISTS[step]).labels.get(value, value)}»"
    return f"«{value}»"


def _words(old: Sequence[str], new: Sequence[str]) -> str:
    """Which words went and which came, in order."""
    parts = []
    for tag, i, j, k, n in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        gone, come = " ".join(old[i:j]), " ".join(new[k:n])
        if tag == "replace":
            parts.append(f"donde decía «{gone}» dice «{come}»")
        elif tag == "delete":
            parts.append(f"se quitó «{gone}»")
        elif tag == "insert":
            parts.append(f"se agregó «{come}»")
    return "; ".join(parts) or "los espacios entre palabras"
