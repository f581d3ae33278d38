"""Expressions that the database's catalogue gives in long lines, laid out over short ones."""

from __future__ import annotations

import re

WIDTH = 110
"""A line longer than this is divided where that is possible."""

_STEP = "    "
_TOKEN = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|\s+|\w+|.""", re.DOTALL)
_OPEN = {"(", "[", "CASE"}
_CLOSE = {")", "]", "END"}
_BREAKS = {"AND", "OR", "JOIN", "WHERE", "WHEN", "ELSE", "REFERENCES"}


def laid_out(expression: str, indent: str = "") -> str:
    """The expression over lines of a tolerable length; nothing but white space outside literals differs."""
    return "\n".join(_lines(_tokens(expression), indent))


def _tokens(expression: str) -> list[str]:
    tokens: list[str] = []
    for token in _TOKEN.findall(expression):
        if token.isspace():
            if tokens and tokens[-1] not in {"(", "[", " "}:
                tokens.append(" ")
        elif token in {")", "]"} and tokens[-1] == " ":
            tokens[-1] = token
        else:
            tokens.append(token)
    return tokens


def _lines(tokens: list[str], indent: str) -> list[str]:
    line = indent + "".join(tokens).strip()
    if len(line) <= WIDTH:
        return [line]
    parts = _divided(tokens)
    if len(parts) > 1:
        return [line for part in parts for line in _lines(part, indent)]
    start, end = _widest_group(tokens)
    if end - start < 2:  # noqa: PLR2004 - nothing between the brackets
        return [line]
    return [
        indent + "".join(tokens[: start + 1]).strip(),
        *_lines(tokens[start + 1 : end], indent + _STEP),
        indent + "".join(tokens[end:]).strip(),
    ]


def _depths(tokens: list[str]) -> list[int]:
    """How deep each token lies; brackets count as what surrounds them."""
    depths, depth = [], 0
    for token in tokens:
        depth -= token in _CLOSE
        depths.append(depth)
        depth += token in _OPEN
    return depths


def _divided(tokens: list[str]) -> list[list[str]]:
    """Before each conjunction that lies in no bracket; where there is none, after each comma."""
    top = [at for at, depth in enumerate(_depths(tokens)) if depth == 0]
    cuts = [at for at in top if tokens[at] in _BREAKS and "".join(tokens[:at]).strip()]
    cuts = cuts or [at + 1 for at in top[:-1] if tokens[at] == ","]
    return [tokens[a:b] for a, b in zip([0, *cuts], [*cuts, len(tokens)], strict=True)]


def _widest_group(tokens: list[str]) -> tuple[int, int]:
    """Where the longest bracket of the outermost level opens and closes."""
    depths = _depths(tokens)
    starts = [at for at, token in enumerate(tokens) if token in _OPEN and depths[at] == 0]
    groups = [(at, _closing(depths, tokens, at)) for at in starts]
    return max(groups, key=lambda group: len("".join(tokens[slice(*group)])), default=(0, 0))


def _closing(depths: list[int], tokens: list[str], start: int) -> int:
    return next(
        at for at in range(start + 1, len(tokens)) if depths[at] == depths[start] and tokens[at] in _CLOSE
    )
