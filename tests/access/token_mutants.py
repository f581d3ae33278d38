"""Good tokens changed at random: by symbol, by character, by part, by bit, by digit of a claim."""

import random
from collections.abc import Iterator

from tests.access import token_corpus as corpus


def mutants(seed: int, count: int) -> Iterator[str]:
    """Changed tokens, none equal to a good one."""
    draw = random.Random(seed)
    good = [corpus.changed(sub=str(number)) for number in range(1, 9)]
    made = 0
    while made < count:
        token = draw.choice(good)
        mutant = draw.choice(MUTATIONS)(draw, token, draw.choice(good))
        if mutant not in good:
            made += 1
            yield mutant


def _other_symbol(draw: random.Random, token: str, _: str) -> str:
    at = draw.randrange(len(token))
    return token[:at] + draw.choice(corpus.ALPHABET) + token[at + 1 :]


def _other_character(draw: random.Random, token: str, _: str) -> str:
    at = draw.randrange(len(token))
    return token[:at] + chr(draw.choice((draw.randrange(128), draw.randrange(0x2FF)))) + token[at + 1 :]


def _cut(draw: random.Random, token: str, _: str) -> str:
    start, end = sorted(draw.sample(range(len(token) + 1), 2))
    return token[:start] + token[end:]


def _doubled(draw: random.Random, token: str, _: str) -> str:
    start, end = sorted(draw.sample(range(len(token) + 1), 2))
    return token[:end] + token[start:]


def _parts_of_two(draw: random.Random, token: str, other: str) -> str:
    return ".".join(draw.choice(pair) for pair in zip(token.split("."), other.split("."), strict=True))


def _spliced(draw: random.Random, token: str, other: str) -> str:
    return token[: draw.randrange(len(token))] + other[draw.randrange(len(other)) :]


def _flipped_bit(draw: random.Random, token: str, _: str) -> str:
    parts = token.split(".")
    at = draw.randrange(3)
    raw = bytearray(corpus.unb64(parts[at]))
    raw[draw.randrange(len(raw))] ^= 1 << draw.randrange(8)
    parts[at] = corpus.b64(bytes(raw))
    return ".".join(parts)


def _other_digit(draw: random.Random, token: str, _: str) -> str:
    header, claims, part = token.split(".")
    text = corpus.unb64(claims).decode()
    digits = [at for at, one in enumerate(text) if one.isdigit()]
    at = draw.choice(digits)
    return f"{header}.{corpus.b64((text[:at] + draw.choice('0123456789') + text[at + 1 :]).encode())}.{part}"


MUTATIONS = (
    _other_symbol, _other_character, _cut, _doubled, _parts_of_two, _spliced, _flipped_bit, _other_digit
)  # fmt: skip
