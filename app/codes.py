"""Public codes: `TP-7K3M-9QXC` or `CA-7K3M-9QX2-H4TC`, random and without meaning, the last symbol a check.

A person's code is short, since people copy it by hand, and the register sees to it that it is free. Codes of
what hangs from a person are longer: nobody has to look whether they are taken.

The check is one linear equation over GF(32), every position weighted by its own power of a primitive
element. Two different weights never cancel, so every single wrong symbol and every swap of two symbols,
adjacent or not, is caught; any other slip with probability 31/32. The prefix takes part, so the code of
a case can never pass for the code of a person.
"""

import secrets

__all__ = ["PREFIXES", "new_code", "parse_code"]

# Crockford base 32: no I, L, O or U, which are misread on paper.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
PREFIXES = frozenset(
    {
        *("TP", "AU", "CA", "DE", "PR", "OB", "AC", "AL", "LI", "CO", "DU", "LE"),
        *("AV", "CN", "CR", "CT", "DI", "MD", "MP", "NC", "OJ", "PJ", "PP", "RE", "RZ", "SD", "SE", "VA"),
    }
)

_RANDOM_SYMBOLS = {prefix: 7 if prefix == "TP" else 11 for prefix in PREFIXES}
_GROUP = 4
_LONGEST_INPUT = 40
_ORDER = 31
_VALUE = {symbol: value for value, symbol in enumerate(ALPHABET)}
_MISREAD = str.maketrans("OIL", "011")
# Separators people type or that word processors put in place of a hyphen; all are dropped.
_SEPARATORS = str.maketrans("", "", " \t\r\n-_.\u00a0\u00ad\u2010\u2011\u2012\u2013\u2014\u2015\u2212")
_REFUSED = "El código no es válido; revise que esté completo y bien copiado."


def _powers() -> tuple[int, ...]:
    """The 31 powers of x in GF(32) = GF(2)[x] / (x^5 + x^2 + 1); all different, none zero."""
    values = [1]
    while len(values) < _ORDER:
        doubled = values[-1] << 1
        values.append(doubled ^ 0b100101 if doubled & 0b100000 else doubled)
    return tuple(values)


_POWER = _powers()
_LOG = {value: exponent for exponent, value in enumerate(_POWER)}


def _weighted(value: int, exponent: int) -> int:
    return _POWER[(_LOG[value] + exponent) % _ORDER] if value else 0


def _check_symbol(prefix: str, symbols: str) -> str:
    """The symbol of weight one that makes the whole sum zero (subtraction is XOR here)."""
    total = 0
    for exponent, symbol in enumerate(symbols, start=1):
        total ^= _weighted(_VALUE[symbol], exponent)
    for exponent, letter in enumerate(prefix, start=1 + _RANDOM_SYMBOLS[prefix]):
        total ^= _weighted(ord(letter) - ord("A"), exponent)
    return ALPHABET[total]


def new_code(prefix: str) -> str:
    """Draw a new public code: 35 random bits for a person (its table keeps it unique), 55 for the rest.

    Raises:
        ValueError: the prefix is not one of `PREFIXES`.
    """
    if prefix not in PREFIXES:
        raise ValueError("unknown code prefix")
    symbols = "".join(secrets.choice(ALPHABET) for _ in range(_RANDOM_SYMBOLS[prefix]))
    return _spelled(prefix, symbols + _check_symbol(prefix, symbols))


def parse_code(text: str, prefix: str) -> str:
    """Return the canonical spelling of a code as a person typed it.

    Lower case, missing or odd separators, O for 0 and I or L for 1 are accepted.

    Raises:
        ValueError: anything else, with a message in Spanish that never repeats the text.
    """
    if prefix not in PREFIXES:
        raise ValueError("unknown code prefix")
    if len(text) > _LONGEST_INPUT:
        raise ValueError(_REFUSED)
    bare = text.translate(_SEPARATORS)
    if not bare.isascii():
        raise ValueError(_REFUSED)
    bare = bare.upper().translate(_MISREAD)
    head, symbols = bare[: len(prefix)], bare[len(prefix) :]
    if head != prefix.translate(_MISREAD) or len(symbols) != _RANDOM_SYMBOLS[prefix] + 1:
        raise ValueError(_REFUSED)
    if any(symbol not in _VALUE for symbol in symbols):
        raise ValueError(_REFUSED)
    if symbols[-1] != _check_symbol(prefix, symbols[:-1]):
        raise ValueError(_REFUSED)
    return _spelled(prefix, symbols)


def _spelled(prefix: str, symbols: str) -> str:
    groups = [symbols[at : at + _GROUP] for at in range(0, len(symbols), _GROUP)]
    return "-".join([prefix, *groups])
