"""Splink 5 and recordlinkage on FEBRL 4, set up as their own guides do, and favoured where there is a choice.

Both see every field of the setting and block on the union of several keys. A pair is a match from a
probability of one half on; the score of a pair is 0 there.
"""

from collections.abc import Callable
from typing import Any

Scored = list[tuple[float, tuple[str, str]]]

_TERM_FREQUENCIES = {"given_name", "surname", "suburb", "postcode", "address_1"}


def splink(a: Any, b: Any) -> Callable[[], Scored]:
    """Probabilistic linkage in DuckDB: Jaro-Winkler levels, term frequencies, expectation-maximisation."""
    import duckdb  # noqa: F401, PLC0415 - imported here so that its start is not counted
    from splink import Linker, SettingsCreator, block_on  # noqa: PLC0415
    from splink.backends.duckdb import DuckDBAPI  # noqa: PLC0415

    fields = list(a.columns)
    frames = [_for_splink(frame) for frame in (a, b)]
    born = "date_of_birth"
    keys = [born, "surname", "given_name", "postcode", "soc_sec_id", "address_1", "suburb"]
    settings = SettingsCreator(
        link_type="link_only",
        unique_id_column_name="rec_id",
        comparisons=[_comparison(field) for field in fields],
        blocking_rules_to_generate_predictions=[block_on(key) for key in keys if key in fields],
        retain_matching_columns=False,
    )

    def link() -> Scored:
        api = DuckDBAPI()
        tables = [
            api.register(frame, dataset_display_name=f"febrl_{side}")
            for frame, side in zip(frames, "ab", strict=True)
        ]
        linker = Linker(tables, settings, log_level=50)
        training = linker.training
        exact = [block_on("given_name", "surname", born)]
        training.estimate_probability_two_random_records_match(exact, recall=0.5)
        training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
        for rule in (block_on(born), block_on("postcode", "surname"), block_on("given_name", "postcode")):
            training.estimate_parameters_using_expectation_maximisation(rule, record_sample_proportion=1.0)
        found = linker.inference.predict(threshold_match_probability=0.001).as_pandas_dataframe()
        pairs = zip(found["rec_id_l"], found["rec_id_r"], strict=True)
        return list(zip(found["match_weight"].tolist(), pairs, strict=True))

    return link


def _for_splink(frame: Any) -> Any:
    table = frame.reset_index()
    return table.astype(object).where(table.notna(), None)


def _comparison(field: str) -> Any:
    import splink.comparison_library as cl  # noqa: PLC0415

    if field == "date_of_birth" or field in {"soc_sec_id", "postcode", "street_number"}:
        made = cl.DamerauLevenshteinAtThresholds(field, [1, 2])
    elif field == "state":
        made = cl.ExactMatch(field)
    else:
        made = cl.JaroWinklerAtThresholds(field, [0.92, 0.8])
    return made.configure(term_frequency_adjustments=field in _TERM_FREQUENCIES)


def recordlinkage(a: Any, b: Any) -> Callable[[], Scored]:
    """Block on the union of keys, Jaro-Winkler and Levenshtein similarities, ECM classifier."""
    import recordlinkage as rl  # noqa: PLC0415

    fields = list(a.columns)
    keys = ["given_name", "surname", "date_of_birth", "soc_sec_id", ["address_1", "postcode"]]
    usable = [key for key in keys if all(part in fields for part in ([key] if isinstance(key, str) else key))]

    def link() -> Scored:
        index = rl.Index()
        for key in usable:
            index.block(key)
        pairs = index.index(a, b)
        compare = rl.Compare()
        for field in fields:
            if field in {"date_of_birth", "soc_sec_id", "postcode", "state", "street_number"}:
                compare.string(field, field, method="levenshtein", threshold=0.8, label=field)
            else:
                compare.string(field, field, method="jarowinkler", threshold=0.85, label=field)
        features = compare.compute(pairs, a, b)
        classifier = rl.ECMClassifier(binarize=None)
        classifier.fit(features)
        chances = classifier.prob(features)
        return [(float(chance) - 0.5, pair) for pair, chance in chances.items()]

    return link
