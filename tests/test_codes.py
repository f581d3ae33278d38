"""Public codes: what the check symbol catches, and what a person may type."""

import re
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import codes

prefixes = st.sampled_from(sorted(codes.PREFIXES))


def _bodies(prefix: str) -> st.SearchStrategy[tuple[str, str]]:
    length = codes._RANDOM_SYMBOLS[prefix]
    return st.tuples(st.just(prefix), st.text(codes.ALPHABET, min_size=length, max_size=length))


drawn = prefixes.flatmap(_bodies)
Check = Callable[[str, str], str]


def _code(prefix: str, body: str) -> str:
    return codes._spelled(prefix, body + codes._check_symbol(prefix, body))


def _accepted(text: str, prefix: str) -> bool:
    try:
        codes.parse_code(text, prefix)
    except ValueError:
        return False
    return True


def _slips(symbols: str) -> Iterator[str]:
    """Every single wrong symbol, every swap of two symbols, every double written as another double."""
    for at, right in enumerate(symbols):
        for wrong in codes.ALPHABET:
            if wrong != right:
                yield symbols[:at] + wrong + symbols[at + 1 :]
                if symbols[at + 1 : at + 2] == right:
                    yield symbols[:at] + wrong * 2 + symbols[at + 2 :]
        for other in range(at + 1, len(symbols)):
            if symbols[other] != right:
                swapped = list(symbols)
                swapped[at], swapped[other] = symbols[other], right
                yield "".join(swapped)


def _missed(check: Check, prefix: str, body: str) -> int:
    symbols = body + check(prefix, body)
    return sum(check(prefix, slip[:-1]) == slip[-1] for slip in _slips(symbols))


@given(drawn)
def test_every_single_error_swap_and_double_is_caught(code: tuple[str, str]) -> None:
    prefix, body = code
    assert _missed(codes._check_symbol, prefix, body) == 0


def test_a_plain_sum_would_be_found_wanting() -> None:
    def plain_sum(_prefix: str, body: str) -> str:
        return codes.ALPHABET[sum(codes._VALUE[symbol] for symbol in body) % 32]

    assert _missed(plain_sum, "TP", "0123456") > 0


@given(drawn)
def test_a_code_is_of_one_kind_only(code: tuple[str, str]) -> None:
    prefix, body = code
    symbols = _code(prefix, body)[3:]
    checks = {codes._check_symbol(other, body) for other in codes.PREFIXES}
    assert len(checks) == len(codes.PREFIXES)
    assert [other for other in codes.PREFIXES if _accepted(f"{other}-{symbols}", other)] == [prefix]
    assert not any(_accepted(_code(prefix, body), other) for other in codes.PREFIXES - {prefix})


@given(drawn, st.data())
def test_what_people_type_is_read(what: tuple[str, str], data: st.DataObject) -> None:
    prefix, body = what
    code = _code(prefix, body)
    misread = {"0": "0oO", "1": "1iIlL", "-": ["-", " ", "", "\u2013", "\u2014", "\u00a0", "_", ". "]}
    typed = "".join(data.draw(st.sampled_from(misread.get(one, [one, one.lower()]))) for one in code)
    assert codes.parse_code(f" {typed}\n", prefix) == code


@pytest.mark.parametrize(
    "text",
    ["", "TP", "TP-", "TP-0000-000", "TP-0000-00000", "U" * 10, "TP-000U-0000", "0000-0000", "TP" * 5000,
     "TP-٠٠٠٠-٠٠٠٠", "TP-００００-００００", "TP\x00-0000-0000", "TP-0000-0000'--"],
)  # fmt: skip
def test_anything_else_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(ValueError, match="código") as refused:
        codes.parse_code(text, "TP")
    assert not text or text not in str(refused.value)


@given(st.text(max_size=60))
def test_no_text_escapes_the_refusal(text: str) -> None:
    _accepted(text, "TP")


@given(prefixes)
def test_new_codes_have_the_form_and_differ(prefix: str) -> None:
    drawn = {codes.new_code(prefix) for _ in range(20)}
    assert len(drawn) == 20
    for code in drawn:
        groups = 2 if prefix == "TP" else 3
        assert re.fullmatch(rf"{prefix}(-[0-9A-HJKMNP-TV-Z]{{4}}){{{groups}}}", code)
        assert codes.parse_code(code, prefix) == code


def test_every_symbol_is_drawn_in_every_random_place() -> None:
    drawn = [codes.new_code("TP")[3:].replace("-", "") for _ in range(2000)]
    for place in range(8):
        assert {symbols[place] for symbols in drawn} == set(codes.ALPHABET)


@pytest.mark.parametrize("prefix", ["", "tp", "XX", "TPX"])
def test_an_unknown_prefix_is_a_mistake_of_the_caller(prefix: str) -> None:
    with pytest.raises(ValueError, match="prefix"):
        codes.new_code(prefix)
    with pytest.raises(ValueError, match="prefix"):
        codes.parse_code("TP-0000-0000", prefix)


@pytest.mark.parametrize(
    ("code", "prefix"),
    [
        ("TP-7K3M-9QXY", "TP"),
        ("TP-0000-000V", "TP"),
        ("CA-7K3M-9QX2-H4T7", "CA"),
        ("DE-0123-4567-89AY", "DE"),
        ("VA-ZZZZ-ZZZZ-ZZZV", "VA"),
    ],
)
def test_codes_on_papers_that_are_out_stay_valid(code: str, prefix: str) -> None:
    assert codes.parse_code(code, prefix) == code
    assert codes._check_symbol(prefix, code[3:-1].replace("-", "")) == code[-1]


def test_the_kinds_of_codes() -> None:
    assert {
        *("TP", "AU", "CA", "DE", "PR", "OB", "AC", "AL", "LI", "CO", "DU", "LE"),
        *("AV", "CN", "CR", "CT", "DI", "MD", "MP", "NC", "OJ", "PJ", "PP", "RE", "RZ", "SD", "SE", "VA"),
    } == codes.PREFIXES
    assert {prefix: len(codes.new_code(prefix)) for prefix in codes.PREFIXES} == {
        prefix: 12 if prefix == "TP" else 17 for prefix in codes.PREFIXES
    }


@pytest.mark.parametrize(("separators", "read"), [(28, True), (29, False)])
def test_what_is_longer_than_anybody_types_is_not_looked_at(separators: int, read: bool) -> None:
    assert _accepted("TP-7K3M-9QXY" + " " * separators, "TP") is read


def test_signs_of_other_scripts_are_refused_in_words() -> None:
    with pytest.raises(ValueError, match="código no es válido"):
        codes.parse_code("TP-7K3M-9QXÝ", "TP")
