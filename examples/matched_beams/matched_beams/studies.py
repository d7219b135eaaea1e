"""A figure, as data: power against required SNR."""

import jax
import numpy as np

from beamwright.records import Axis, Case, Claim, Curve, Line, Metric, Panel, Picture, Study, sweep
from matched_beams.scenario import Scenario
from matched_beams.scene import Realisation
from matched_beams.types import Design


def power(scenario: Scenario, realisation: Realisation, design: Design, keys: jax.Array) -> dict[str, np.ndarray]:
    """What is measured on every design."""
    return {"power_w": design.certificate.objective, "gap": np.abs(design.certificate.gap)}


STUDIES = (
    Study(
        name="matched-beams/power",
        title="Power of matched beams",
        system="matched_beams",
        measure="matched_beams.studies:power",
        axes=(Axis(name="snr_db", label="Required SNR", unit="dB"),),
        points=sweep(0, 4, 8, 12),
        curves=(
            Curve(name="four", label="4 antennas", method="min-power"),
            Curve(name="eight", label="8 antennas", method="min-power", settings={"antennas": 8}),
        ),
        metrics=(Metric(name="power_w", label="Power", unit="W"), Metric(name="gap", label="Certified gap")),
        drops=64,
        pictures=(
            Picture(
                name="power",
                caption="Mean power against the required SNR.",
                panels=(
                    Panel(
                        metric="power_w", axis="snr_db", lines=(Line(curve="four"), Line(curve="eight")), scale="log"
                    ),
                ),
            ),
        ),
        claims=(
            Claim(
                text="Twice the antennas cost less than half the power.",
                source="array gain",
                rule="mean",
                metric="power_w",
                relation="<",
                cases=(Case(curve="eight", versus="four", label="8 against 4 antennas"),),
            ),
        ),
    ),
)
