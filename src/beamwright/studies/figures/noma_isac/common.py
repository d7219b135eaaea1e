"""Shared parts of the studies of this paper: axes, metrics, curves and cases of claims."""

from collections.abc import Sequence

from beamwright.records import Axis, Case, Curve, Line, Metric, Setting

SYSTEM = "beamwright.systems.noma_isac"
MEASURES = "beamwright.studies.figures.noma_isac.measures"
PAPER = (
    "C. Li, S. Mohammadzadeh, H. Al-Obiedollah, K. Cumanan and O. A. Dobre, “Beamforming Techniques for NOMA-based "
    "Integrated Sensing and Communication Systems”, manuscript TGCN-RP-A2-25-0030, 2025."
)

SINR_TARGET = Axis(name="sinr_db", label="SINR target", unit="dB")
BUDGET = Axis(name="power_w", label="Power budget", unit="W")
SENSING = Axis(name="sensing_power_w", label="Sensing threshold", unit="W")

POWER = Metric(name="objective_w", label="Total power J", unit="W")
RADIATED = Metric(name="radiated_w", label="Radiated power tr R", unit="W")
SENSED = Metric(name="sensing_w", label="Sum of sensing powers", unit="W")
TARGET_POWER = Metric(name="target_power_w", label="Power at target", unit="W")
USER_SINR = Metric(name="user_sinr_db", label="SINR of user", unit="dB")
GAP = Metric(name="gap_percent", label="Certified gap", unit="%")
RANK_ONE = Metric(name="rank_one", label="Rank-one optimum found", every_status=True)
DESIGNED = Metric(name="designed", label="Usable design found", every_status=True)

CHAIN, OWN = "chain", "own"
MODES = {
    CHAIN: "chain (successive cancellation)",
    OWN: "own (interference cancelled by a genie)",
}
"""The decoding rules of the specification (erratum E1), as a reader of the report should call them."""

BOTH_MODES = (
    "Two readings of who decodes what: in chain mode every user also decodes the streams of all weaker users, as "
    "successive cancellation needs; in own mode a genie removes them. Published values are attainable in own mode only."
)


Points = tuple[tuple[float, ...], ...]


def noma(
    name: str, method: str, mode: str = CHAIN, label: str = "NOMA", points: Points | None = None, **settings: Setting
) -> Curve:
    """A NOMA curve; ``settings`` are scenario fields and options beside the decoding mode."""
    return Curve(
        name=name, label=label, method=method, mode=mode, settings={"decoding": mode, **settings}, points=points
    )


def oma(name: str, method: str, label: str = "OMA", points: Points | None = None, **settings: Setting) -> Curve:
    """A time-shared curve; nobody decodes another's stream, so it has no decoding mode."""
    return Curve(name=name, label=label, method=method, mode="oma", settings=settings, points=points)


def lines(*names: str, colours: Sequence[int] = (), dashes: Sequence[int] = ()) -> tuple[Line, ...]:
    """Lines for curves of these names, in groups of colour and dash where given."""
    return tuple(
        Line(curve=name, colour=colours[i] if colours else None, dash=dashes[i] if dashes else 0)
        for i, name in enumerate(names)
    )


def cases(**curves: str | tuple[str, str]) -> tuple[Case, ...]:
    """``cases(chain="noma", own=("noma-own", "oma"))``: label -> curve, or curve versus another."""
    pairs = {label: (c, None) if isinstance(c, str) else c for label, c in curves.items()}
    return tuple(Case(curve=c, versus=v, label=label.replace("_", " ")) for label, (c, v) in pairs.items())
