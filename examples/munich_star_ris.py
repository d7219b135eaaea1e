"""What a surface of 64 elements buys random groups of users in a street of Munich: ray-traced links at 28 GHz."""

from pathlib import Path

import numpy as np

from beamwright import star_ris as sr

GROUPS, USERS, RICIAN, KAPPA = 24, 4, 10.0, 10.0
POWER_W, NOISE_W = 1.0, 4e-14  # 30 dBm; -104 dBm: 10 MHz
BLOCKAGE_DB = 50.0  # of the direct links: what a surface is for

folder = Path(__file__).parent
with np.load(folder / "data" / "munich_28ghz_star_ris.npz", allow_pickle=False) as file:
    # in the file what arrives is the sum of entries times what is sent; here it is h^H w
    direct = np.conj(file["bs_to_user"]).astype(complex) * 10 ** (-BLOCKAGE_DB / 20)
    middle, last = file["bs_to_surface"].astype(complex), np.conj(file["surface_to_user"]).astype(complex)
    position, surface, station = file["user_position_m"], file["surface_position_m"], file["bs_position_m"]
    # the surface's plane parts the street: users on the base station's side are served by reflection
    towards = np.sum((position - surface)[:, :2] * (station - surface)[:2], axis=1)
side = (towards > 0).astype(int)


def statistics(users: np.ndarray) -> sr.Statistics:
    """Ray-traced links as the known means of Rician channels, for groups (groups, users) of user numbers."""
    return sr.traced_statistics(
        direct[users],
        middle,
        last[users],
        side[users],
        rician=RICIAN,
        kappa=KAPPA,
        power_w=POWER_W,
        noise_power_w=NOISE_W,
    )


random = np.random.default_rng(0)
reached = np.flatnonzero(np.abs(last).sum(axis=1) > 0)
groups = np.stack([random.choice(reached, USERS, replace=False) for _ in range(GROUPS)])
scenario, known = sr.Scenario(elements=middle.shape[0], users=USERS, scale="physical"), statistics(groups)

designs = {
    "no surface, RZF": sr.no_surface(scenario, known),
    "random phases, RZF": sr.random_surface(scenario, known),
    "designed, RZF": sr.maximise_sum_rate(scenario, known, "rzf"),
    "no surface, WMMSE": sr.no_surface(scenario, known, "wmmse"),
    "random phases, WMMSE": sr.random_surface(scenario, known, "wmmse"),
    "designed, WMMSE": sr.maximise_sum_rate(scenario, known, "wmmse"),
    "designed, WMMSE and energy split": sr.maximise_sum_rate(scenario, known, "wmmse", amplitudes="joint"),
}
for name, design in designs.items():
    gain = design.sum_rate - designs["no surface, RZF" if "RZF" in name else "no surface, WMMSE"].sum_rate
    error = gain.std(ddof=1) / np.sqrt(GROUPS)
    print(f"{name:>33}: {design.sum_rate.mean():6.2f} bit/s/Hz, {gain.mean():+6.2f} +- {error:.2f} against no surface")
