"""The study ``munich``: random groups of users in a street, ray-traced at 28 GHz, with and without a surface."""

from functools import cache

import jax
import numpy as np

from beamwright.core import drop_keys, require
from beamwright.core.checkout import from_checkout
from beamwright.records import Axis, Case, Claim, Curve, Line, Panel, Picture, Setting, Study, sweep
from beamwright.studies.figures.star_ris.common import MEASURES, RATES, SYSTEM
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


_METHODS: dict[str, tuple[str, str, dict[str, Setting]]] = {
    "joint": ("Designed, WMMSE and energy split", "max-sum-rate", {"precoder": "wmmse", "amplitudes": "joint"}),
    "wmmse": ("Designed, WMMSE", "max-sum-rate", {"precoder": "wmmse"}),
    "random": ("Random phases, WMMSE", "random", {"precoder": "wmmse"}),
    "none": ("No surface, WMMSE", "no-surface", {"precoder": "wmmse"}),
    "rzf": ("Designed, RZF", "max-sum-rate", {"precoder": "rzf"}),
    "rzf-none": ("No surface, RZF", "no-surface", {"precoder": "rzf"}),
}

MUNICH = Study(
    name="star-ris/munich",
    title="A surface in a street of Munich, ray-traced at 28 GHz",
    system=SYSTEM,
    measure=f"{MEASURES}:rates",
    draw="beamwright.studies.figures.star_ris.munich:draw",
    axes=(Axis(name="direct_loss_db", label="Loss of the direct links", unit="dB"),),
    points=sweep(0, 10, 20, 30, 40, 50),
    settings={"scale": "physical"},
    curves=tuple(
        Curve(name=name, label=label, method=method, settings=settings)
        for name, (label, method, settings) in _METHODS.items()
    ),
    metrics=RATES,
    drops=24,
    pictures=(
        Picture(
            name="munich",
            caption="Sum rate of random groups of four users with 8 antennas, a surface of 64 elements, 30 dBm and "
            "10 MHz against further loss of the direct links: mean over groups with its 95 % confidence band. "
            "(a) Rates, (b) mean gain over no surface with the same kind of precoder.",
            panels=(
                Panel(
                    metric="sum_rate", axis="direct_loss_db",
                    lines=tuple(Line(curve=name, colour=i) for i, name in enumerate(_METHODS)),
                ),
                Panel(
                    kind="gain", metric="sum_rate", axis="direct_loss_db", better="higher",
                    lines=tuple(
                        Line(curve=name, versus="rzf-none" if name == "rzf" else "none", colour=i)
                        for i, name in enumerate(_METHODS) if "none" not in name
                    ),
                ),
            ),
        ),
    ),
    claims=(
        Claim(
            text="A designed surface raises the sum rate.",
            source="ours",
            rule="mean",
            metric="sum_rate",
            relation=">",
            cases=tuple(
                Case(label=f"{name}, direct links {loss:g} dB weaker", curve="wmmse", versus=versus,
                     where={"direct_loss_db": (loss, loss)})
                for name, versus in (("against no surface", "none"), ("against random phases", "random"))
                for loss in (0.0, 30.0, 50.0)
            ),
        ),
        Claim(
            text="Splitting the energy of every element freely raises it further.",
            source="ours",
            rule="mean",
            metric="sum_rate",
            relation=">",
            cases=tuple(
                Case(label=f"direct links {loss:g} dB weaker", curve="joint", versus="wmmse",
                     where={"direct_loss_db": (loss, loss)})
                for loss in (0.0, 30.0, 50.0)
            ),
        ),
    ),
    note="Links are ray-traced means; scattering (10 dB below them) and phase noise (kappa = 10) are added to them.",
)  # fmt: skip
