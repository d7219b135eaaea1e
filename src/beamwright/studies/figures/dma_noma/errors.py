"""Studies 2 and 7: what moving a user does to its channel, bounds on it, and what they can promise."""

from typing import Any

from beamwright.records import Case, Claim, Curve, Line, Metric, Panel, Picture, Study, Table, sweep
from beamwright.studies.figures.dma_noma.common import ERROR, MEASURES, NO_DEMANDS, NOTE, SOURCE, SYSTEM

_SIZES = (32, 128, 256)
_USERS = {"near": "near user, 10 m", "far": "far user, 15 m"}


def _error(name: str, label: str = "Error over the channel's norm") -> Metric:
    return Metric(name=name, label=label, every_status=True)


FIG2 = Study(
    name="dma-noma/fig2",
    title="Channel errors over a ball of positions, and bounds",
    system=SYSTEM,
    measure=f"{MEASURES}:errors",
    axes=(ERROR,),
    points=sweep(3e-4, 6e-4, 1e-3, 1.5e-3, 2.5e-3, 6e-3, 0.02, 0.05, 0.1, 0.2),
    curves=tuple(
        Curve(name=f"n{size}", label=f"{size} elements", method="focusing", settings={"columns": size, **NO_DEMANDS})
        for size in _SIZES
    ),
    metrics=tuple(
        _error(f"{name}_{user}")
        for user in _USERS
        for name in ("raw", "raw_bound", "aligned", "aligned_bound", "printed", "restated")
    )
    + (_error("violation", "Truth over bound"), _error("tightness", "Aligned bound over truth")),
    drops=12,
    pictures=(
        Picture(
            name="fig2",
            caption="Largest error of a channel over a ball of positions, relative to its norm, mean over scenes: with "
            "its phase (raw) and up to it (aligned), found among 7000 positions; rigorous bounds; the polynomial that "
            "the source prints, which stops at $\\sqrt{3}$, and its restated form, which has no use beyond a "
            "millimetre. "
            "(a) near user at 10 m, 32 elements; (b) far user at 15 m, 32 elements; (c), (d) aligned errors by size.",
            panels=(
                *(
                    Panel(
                        metric=f"raw_{user}", axis="position_error_m", axis_scale="log", limits=(0.0, 2.6),
                        title=words, reference=1.0,
                        lines=(
                            Line(curve="n32", metric=f"raw_{user}", label="raw, found", colour=0),
                            Line(curve="n32", metric=f"raw_bound_{user}", label="raw, bound", colour=0, dash=1),
                            Line(curve="n32", metric=f"aligned_{user}", label="aligned, found", colour=1),
                            Line(curve="n32", metric=f"aligned_bound_{user}", label="aligned, bound", colour=1, dash=1),
                            Line(curve="n32", metric=f"printed_{user}", label="as printed", colour=2, dash=2),
                            Line(curve="n32", metric=f"restated_{user}", label="restated", colour=3, dash=2),
                        ),
                    )
                    for user, words in _USERS.items()
                ),
                *(
                    Panel(
                        metric=f"aligned_{user}", axis="position_error_m", axis_scale="log", scale="log",
                        title=f"aligned, {words}", reference=1.0,
                        lines=tuple(
                            Line(curve=f"n{size}", metric=f"{metric}_{user}", colour=4 + i, dash=dash,
                                 label=f"{size} elements, {what}")
                            for i, size in enumerate(_SIZES)
                            for metric, what, dash in (("aligned", "found", 0), ("aligned_bound", "bound", 1))
                        ),
                    )
                    for user, words in _USERS.items()
                ),
            ),
        ),
    ),
    claims=(
        Claim(
            text="The printed expression bounds the channel error.",
            source="Theorem 1",
            rule="every",
            metric="raw_near",
            relation="<=",
            against="printed_near",
            cases=tuple(Case(label=f"{size} elements", curve=f"n{size}") for size in _SIZES),
            note="Fourth-order series of the cosine: a lower bound, which stops at sqrt(3) norms.",
        ),
        Claim(
            text="Our bounds hold.",
            source="ours",
            rule="every",
            metric="violation",
            relation="<=",
            against=1e-9,
            cases=tuple(Case(label=f"{size} elements", curve=f"n{size}") for size in _SIZES),
        ),
        Claim(
            text="The aligned bound is within 20 % of the truth.",
            source="ours",
            rule="every",
            metric="tightness",
            relation="<=",
            against=1.2,
            cases=tuple(Case(label=f"{size} elements", curve=f"n{size}") for size in _SIZES),
        ),
    ),
    source=SOURCE,
    note=NOTE,
)  # fmt: skip


_METHODS: dict[str, tuple[str, dict[str, Any]]] = {
    "positions": ("robust", {}),
    "aligned": ("csi-ball", {"kind": "aligned"}),
    "raw": ("csi-ball", {"kind": "raw"}),
}

FIG7 = Study(
    name="dma-noma/fig7",
    title="Balls of positions against balls of channels",
    system=SYSTEM,
    measure=f"{MEASURES}:sets",
    axes=(ERROR,),
    points=sweep(1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1),
    curves=tuple(
        Curve(name=name, label=f"designed for {name}", method=method, settings=settings)
        for name, (method, settings) in _METHODS.items()
    ),
    metrics=(
        Metric(name="positions", label="Guaranteed sum rate", unit="bit/s/Hz", every_status=True),
        Metric(name="aligned", label="Guaranteed by an aligned ball", unit="bit/s/Hz", every_status=True),
        Metric(name="raw", label="Guaranteed by a raw ball", unit="bit/s/Hz", every_status=True),
        Metric(name="verified", label="Worst sum rate", unit="bit/s/Hz", every_status=True),
        Metric(name="excess", label="Promise of the ball over the truth", unit="bit/s/Hz", every_status=True),
    ),
    drops=12,
    pictures=(
        Picture(
            name="fig7",
            caption="Sum rate that a design can promise if positions are known up to a ball, mean over scenes with its "
            "95 % confidence band: (a) proven over balls of positions (solid), over the aligned and the raw ball of "
            "channels that contains them (exact worst case); (b) the true worst case of the same designs.",
            panels=(
                Panel(metric="positions", axis="position_error_m", axis_scale="log", title="promised",
                      lines=(Line(curve="positions", label="positions"),
                             Line(curve="aligned", metric="aligned", label="channels up to phase"),
                             Line(curve="raw", metric="raw", label="channels"))),
                Panel(metric="verified", axis="position_error_m", axis_scale="log", title="true worst case",
                      lines=(Line(curve="positions", label="positions"),
                             Line(curve="aligned", label="channels up to phase"),
                             Line(curve="raw", label="channels"))),
            ),
        ),
    ),
    tables=(
        Table(name="fig7-table", caption="The same in numbers.", metrics=("positions", "aligned", "raw", "verified"),
              curves=tuple(_METHODS), digits=3),
    ),
    claims=(
        Claim(
            text="A bounded channel error is a workable model of an uncertain position.",
            source="Section III",
            rule="mean",
            metric="raw",
            relation=">",
            against=4.0,
            cases=(
                Case(label="1 mm", curve="raw", where={"position_error_m": (1e-3, 1e-3)}),
                Case(label="0.1 m", curve="raw", where={"position_error_m": (0.1, 0.1)}),
            ),
            note="Read as: it can promise the required rates, 4 bit/s/Hz in all.",
        ),
        Claim(
            text="What the ball of channels promises is true.",
            source="ours",
            rule="every",
            metric="excess",
            relation="<=",
            against=1e-6,
            cases=tuple(Case(label=name, curve=name) for name in _METHODS),
        ),
        Claim(
            text="Designing for positions promises more than for channels up to their phase.",
            source="ours",
            rule="mean",
            metric="positions",
            relation=">",
            cases=(Case(label="designs compared on positions", curve="positions", versus="aligned"),),
        ),
    ),
    source=SOURCE,
    note=NOTE,
)  # fmt: skip
