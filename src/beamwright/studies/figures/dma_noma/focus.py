"""The study ``focus``: where the power goes in range."""

from beamwright.studies.figures.dma_noma.common import FIXED_SCENE, NO_DEMANDS, PAPER
from beamwright.studies.figures.grammar import axis, curve, lines, outcome, profile

_SIZES = (32, 64, 128, 256)

STUDY = PAPER.study(
    "focus",
    "Focusing in range",
    "focus",
    draw=FIXED_SCENE,
    axes=(axis("near_range_m", "Distance of the focus", "m"),),
    points=((10.0,),),
    settings={"groups": 1, **NO_DEMANDS},
    curves=(curve(f"n{size}", f"{size} elements", "focusing", columns=size) for size in _SIZES),
    metrics=(
        outcome("matched_db", "Power of the matched field", "dB"),
        outcome("hologram_db", "Power of the hologram's field", "dB"),
        outcome("range_m", "Distance", "m"),
        outcome("near_edge_m", "Near edge at half power", "m"),
        outcome("far_edge_m", "Far edge at half power", "m"),
        outcome("loss_db", "Loss of the hologram at the user", "dB"),
        outcome("radiated_db", "Power that it radiates", "dB"),
        outcome("peak_m", "Peak of the hologram's field", "m"),
        outcome("rayleigh_m", "Rayleigh distance", "m"),
    ),
    drops=1,
    caption="Array gain along the line of sight of a user at 10 m straight ahead, over its largest: (a) all "
    "phases matched to the user, (b) hologram and matched digital beams. The line is at half power.",
    panels=(
        profile(metric, "range_m", *lines(*(f"n{size}" for size in _SIZES)), title=title,
                axis_scale="log", limits=(-20, 1), reference=-3.0)
        for metric, title in (("matched_db", "matched field"), ("hologram_db", "hologram"))
    ),
    numbers=("near_edge_m", "far_edge_m", "peak_m", "loss_db", "radiated_db", "rayleigh_m"),
    numbers_caption="Edges of the focus at half power (–: none between 2 and 60 m); power of the hologram's beam at "
    "the user below that of the matched field, and power that it radiates, both over what is fed.",
)  # fmt: skip
