"""The study ``munich``: a surface in a street, with and without, against the loss of the direct links."""

from beamwright.records import sweep
from beamwright.studies.figures.grammar import axis, case, curve, line, panel
from beamwright.studies.figures.star_ris.common import PAPER, RATES, higher_rate

_LOSS = axis("direct_loss_db", "Loss of the direct links", "dB")
_CURVES = (
    curve("joint", "Designed, WMMSE and energy split", "max-sum-rate", precoder="wmmse", amplitudes="joint"),
    curve("wmmse", "Designed, WMMSE", "max-sum-rate", precoder="wmmse"),
    curve("random", "Random phases, WMMSE", "random", precoder="wmmse"),
    curve("none", "No surface, WMMSE", "no-surface", precoder="wmmse"),
    curve("rzf", "Designed, RZF", "max-sum-rate", precoder="rzf"),
    curve("rzf-none", "No surface, RZF", "no-surface", precoder="rzf"),
)
_GAINS = {"joint": "none", "wmmse": "none", "random": "none", "rzf": "rzf-none"}
_COLOUR = {one.name: i for i, one in enumerate(_CURVES)}

STUDY = PAPER.study(
    "munich",
    "A surface in a street of Munich, ray-traced at 28 GHz",
    "rates",
    draw="beamwright.studies.figures.star_ris.street:draw",
    axes=(_LOSS,),
    points=sweep(0, 10, 20, 30, 40, 50),
    settings={"scale": "physical"},
    curves=_CURVES,
    metrics=RATES,
    drops=24,
    caption="Sum rate of random groups of four users with 8 antennas, a surface of 64 elements, 30 dBm and "
    "10 MHz against further loss of the direct links: mean over groups with its 95 % confidence band. "
    "(a) Rates, (b) mean gain over no surface with the same kind of precoder.",
    panels=(
        panel("sum_rate", _LOSS, *(line(name, colour=colour) for name, colour in _COLOUR.items())),
        panel("sum_rate", _LOSS, *(line(name, colour=_COLOUR[name], versus=other) for name, other in _GAINS.items()),
              kind="gain", better="higher"),
    ),
    claims=(
        higher_rate(
            "A designed surface raises the sum rate.", "ours",
            *(case("wmmse", f"{words}, direct links {loss:g} dB weaker", versus, direct_loss_db=loss)
              for words, versus in (("against no surface", "none"), ("against random phases", "random"))
              for loss in (0.0, 30.0, 50.0)),
        ),
        higher_rate(
            "Splitting the energy of every element freely raises it further.", "ours",
            *(case("joint", f"direct links {loss:g} dB weaker", "wmmse", direct_loss_db=loss)
              for loss in (0.0, 30.0, 50.0)),
        ),
    ),
    source="",
    note="Links are ray-traced means; scattering (10 dB below them) and phase noise (kappa = 10) are added to them.",
)  # fmt: skip
