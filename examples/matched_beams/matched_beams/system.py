"""The record that every command reads."""

from beamwright.core import Method, System
from matched_beams import audit, scene
from matched_beams.methods import MinPower, minimise_power
from matched_beams.scenario import Scenario
from matched_beams.types import Design

METHODS = {"min-power": Method("min-power", "Least power for given SNRs, in closed form", MinPower, minimise_power)}

SYSTEM = System(
    name="matched-beams",
    title="Matched beams in orthogonal slots",
    source="textbook",
    scenario=Scenario,
    design=Design,
    methods=METHODS,
    channels=scene.INPUTS,
    draw=scene.draw,
    known=scene.known,
    evaluate=audit.evaluate,
    certify=audit.certify,
    headline=audit.headline,
    asked=audit.demanded,
    bound={"min-power": ("snr_db",)},
)
