"""A system small enough to test the study engine on: matched filters for one user, some drops declared infeasible."""

import os
import time
from dataclasses import dataclass

import jax
import numpy as np

from beamwright.core import ArrayRecord, Config, Input, Method, Status, System, drop_keys, parameter
from beamwright.records import Axis, Case, Claim, Curve, Line, Metric, Panel, Picture, Study, Table, sweep


class Scenario(Config):
    antennas: int = parameter(4, "antennas", ge=1)
    noise_power_w: float = parameter(0.01, "noise", unit="W", gt=0)


class Options(Config):
    sinr_db: float = parameter(5.0, "target", unit="dB")
    waste: float = parameter(1.0, "power factor", ge=1)
    seconds: float = parameter(0.0, "time to waste", unit="s", ge=0)


@dataclass(frozen=True)
class Design(ArrayRecord):
    power_w: np.ndarray
    status: np.ndarray


@dataclass(frozen=True)
class Realisation:
    known: dict
    truth: dict


def draw(scenario, key, drops, first=0):
    normal = jax.vmap(lambda k: jax.random.normal(k, (scenario.antennas,)))(drop_keys(key, drops, first))
    h = {"h": np.asarray(normal)}
    return Realisation(h, h)


def matched(scenario, known, sinr_db, waste, seconds):
    time.sleep(seconds)
    if "TOY_LOG" in os.environ:  # one line per chunk computed
        with open(os.environ["TOY_LOG"], "a") as log:
            log.write("chunk\n")
    gain = (known["h"] ** 2).sum(axis=1)
    status = np.where(gain < 0.5, Status.INFEASIBLE, Status.OPTIMAL)
    return Design(waste * 10 ** (sinr_db / 10) * scenario.noise_power_w / gain, status)


def measure(scenario, realisation, design, keys, samples=5):
    noise = np.asarray(jax.vmap(lambda k: jax.random.normal(k, (samples,)))(keys))
    gain = (realisation.truth["h"] ** 2).sum(axis=1)
    return {
        "power_w": design.power_w,
        "gain": gain,
        "sample_w": design.power_w[:, None] * (1 + 0.1 * noise),
        "unused": gain,
    }


METHODS = {
    "matched": Method("matched", "matched filter", Options, matched),
}
SYSTEM = System(
    name="toy",
    title="Toy",
    source="none",
    scenario=Scenario,
    design=Design,
    methods=METHODS,
    channels={"h": Input("drops antennas", "amplitude")},
    draw=draw,
    known=dict,
    evaluate=dict,
    certify=dict,
    headline=list,
)

STUDY = Study(
    name="toy/power",
    title="Power of a matched filter",
    system="toy_system",
    measure="toy_system:measure",
    measure_options={"samples": 4},
    axes=(Axis(name="sinr_db", label="SINR target", unit="dB"),),
    points=sweep(0, 5, 10),
    curves=(
        Curve(name="plain", label="Matched", method="matched", mode="plain"),
        Curve(name="waste", label="Wasteful", method="matched", settings={"waste": 1.5}, points=sweep(0, 5)),
    ),
    metrics=(
        Metric(name="power_w", label="Power", unit="W"),
        Metric(name="gain", label="Gain"),
        Metric(name="sample_w", label="Sampled power", unit="W"),
    ),
    drops=40,
    chunk=16,
    pictures=(
        Picture(
            name="power",
            caption="Power against target.",
            panels=(
                Panel(metric="power_w", axis="sinr_db", lines=(Line(curve="plain"), Line(curve="waste")), scale="log"),
                Panel(kind="wins", metric="power_w", axis="sinr_db", lines=(Line(curve="plain", versus="waste"),)),
                Panel(kind="cdf", metric="sample_w", lines=(Line(curve="plain"),), marks=("power_w",), reference=0.01),
                Panel(kind="density", metric="sample_w", lines=(Line(curve="plain"),)),
            ),
        ),
    ),
    tables=(Table(name="means", caption="Means.", metrics=("power_w", "sample_w"), curves=("plain", "waste")),),
    claims=(
        Claim(
            text="Waste costs power.",
            source="here",
            rule="mean",
            metric="power_w",
            relation="<",
            cases=(Case(curve="plain", versus="waste", label="plain"),),
        ),
    ),
)
