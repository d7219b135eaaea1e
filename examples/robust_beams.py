"""Robust beams for random users of a street, and what the errors would have done to beams that ignore them."""

from pathlib import Path

import numpy as np

from beamwright import noma_isac as ni

CSI_ERROR = 1e-7  # radius of the channel error, in the units of the channels
DROPS = 20

folder = Path(__file__).parent
scenario = ni.Scenario.from_yaml(folder / "street.yaml")
with np.load(folder / "data" / "munich_3p5ghz_ula8.npz", allow_pickle=False) as file:
    pool = np.conj(file["h"])  # in the file a user receives h^T x, here h^H x; hence steering_sign in street.yaml

random = np.random.default_rng(0)
users = np.stack([random.choice(len(pool), scenario.users, replace=False) for _ in range(DROPS)])
h = pool[users]

careful = ni.minimise_power(scenario, h, sinr_db=8.0, csi_error=CSI_ERROR)
careless = ni.minimise_power(scenario, h, sinr_db=8.0)

for name, design in (("robust", careful), ("not robust", careless)):
    worst = ni.worst_case_sinr(scenario, h, design.beams, CSI_ERROR).sinr
    served = np.isfinite(design.objective_w)
    least_db = 10 * np.log10(np.nanmin(worst[served], axis=(1, 2)))
    print(
        f"{name:>10}: {served.sum()} of {DROPS} drops, median power {np.median(design.objective_w[served]):.3f} W, "
        f"worst SINR {least_db.min():.2f} to {least_db.max():.2f} dB, "
        f"largest certified gap {np.max(design.certificate.gap[served]):.1e}"
    )
