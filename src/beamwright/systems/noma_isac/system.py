"""Names of the NOMA-ISAC system: its methods and itself, as the contract sees them."""

from beamwright.core import Method, System
from beamwright.systems.noma_isac import audit, methods
from beamwright.systems.noma_isac.physics import Design, Scenario
from beamwright.systems.noma_isac.scene import INPUTS, draw, known

METHODS = {
    method.name: method
    for method in (
        Method("min-power", "Least power for given SINRs, channels taken as exact",
               methods.MinPower, methods.minimise_power),
        Method("robust-min-power", "Least power for given SINRs whatever the channel errors within a ball, exactly",
               methods.RobustMinPower, methods.minimise_power_robust),
        Method("non-robust-min-power", "min-power on estimates; its SINRs are those of the worst error",
               methods.NonRobustMinPower, methods.minimise_power_non_robust),
        Method("max-min", "Largest common SINR for a power budget",
               methods.MaxMin, methods.balance_sinr),
        Method("oma-min-power", "Baseline: least power, users one after another",
               methods.OmaMinPower, methods.minimise_power_oma),
        Method("oma-max-min", "Baseline: max-min, users one after another",
               methods.OmaMaxMin, methods.balance_sinr_oma),
        Method("randomisation",
               "Comparison: Gaussian randomisation with optimal powers in place of rank-one recovery",
               methods.Randomisation, methods.randomised),
        Method("reference", "Comparison: the relaxation by CVXPY and Clarabel, drop after drop (extra: reference)",
               methods.Reference, methods.reference),
    )
}  # fmt: skip

SYSTEM = System(
    name="noma-isac",
    title="NOMA integrated sensing and communication",
    source=(
        "C. Li, S. Mohammadzadeh, H. Al-Obiedollah, K. Cumanan, O. A. Dobre: Beamforming Techniques for NOMA-based "
        "Integrated Sensing and Communication Systems, manuscript TGCN-RP-A2-25-0030, 2025"
    ),
    scenario=Scenario,
    design=Design,
    methods=METHODS,
    channels=INPUTS,
    draw=draw,
    known=known,
    evaluate=audit.evaluate,
    certify=audit.certify,
    headline=audit.headline,
    asked=audit.demanded,
    bound=audit.BOUND,
    truths=("csi_error",),
    hint=audit.hint,
)
