"""Random groups of users in a street of Munich, ray-traced at 28 GHz, with a surface."""

from functools import cache

import jax
import numpy as np

from beamwright.core import drop_keys, require
from beamwright.core.checkout import from_checkout
from beamwright.systems import star_ris as sr

DATA = "examples/data/munich_28ghz_star_ris.npz"


def draw(scenario: sr.Scenario, key: jax.Array, drops: int, first: int = 0) -> sr.Realisation:
    """Groups of ``scenario.users`` users whom the surface reaches; drop number i chooses with fold_in(key, i).

    The surface's plane parts the street: users on the base station's side are served by reflection. Powers, noise,
    Rician factor, phase noise and loss of the direct links are the scenario's (physical scale).

    Raises: ValueError where the data are not there, or do not fit the scenario's antennas and elements.
    """
    links = _links()
    elements, antennas = links["surface"].shape
    require(
        (scenario.elements, scenario.antennas) == (elements, antennas), "elements, antennas",
        f"be {elements}, {antennas} as in the ray-traced data", (scenario.elements, scenario.antennas),
    )  # fmt: skip
    require(scenario.scale == "physical", "scale", "be physical for ray-traced links", scenario.scale)
    keys = drop_keys(key, drops, first)
    chosen = np.asarray(jax.vmap(lambda k: jax.random.permutation(k, len(links["reached"])))(keys))
    users = links["reached"][chosen[:, : scenario.users]]
    known = sr.traced_statistics(
        links["direct"][users] * 10 ** (-scenario.direct_loss_db / 20), links["surface"], links["user"][users],
        links["side"][users], rician=scenario.rician, kappa=float(scenario.kappa),
        power_w=10 ** (scenario.power_dbm / 10 - 3), noise_power_w=10 ** (scenario.noise_dbm / 10 - 3),
    )  # fmt: skip
    known = sr.Statistics(**{**vars(known), "drop": np.arange(first, first + drops)})
    return sr.Realisation(known, links["position_m"][users], np.asarray(jax.random.key_data(keys)))


@cache
def _links() -> dict[str, np.ndarray]:
    path = from_checkout(DATA)
    require(path is not None, "data", f"be at {DATA} in a checkout of the repository", "no such file",
            "Clone the repository and run there.")  # fmt: skip
    assert path is not None
    with np.load(path, allow_pickle=False) as file:
        # in the file what arrives is the sum of entries times what is sent; here it is h^H w
        direct, user = np.conj(file["bs_to_user"]).astype(complex), np.conj(file["surface_to_user"]).astype(complex)
        position, surface_m, station_m = file["user_position_m"], file["surface_position_m"], file["bs_position_m"]
        middle = file["bs_to_surface"].astype(complex)
    towards = np.sum((position - surface_m)[:, :2] * (station_m - surface_m)[:2], axis=1)
    return {
        "direct": direct,
        "surface": middle,
        "user": user,
        "side": (towards > 0).astype(int),
        "position_m": position,
        "reached": np.flatnonzero(np.abs(user).sum(axis=1) > 0),
    }
