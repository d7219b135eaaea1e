"""A system small enough to check by hand, for tests of what is generic: matched beams in orthogonal slots."""

from dataclasses import dataclass

import jax
import numpy as np

from beamwright.core import (
    ArrayRecord,
    Asked,
    Config,
    Found,
    Input,
    Method,
    Residual,
    Status,
    StatusRecord,
    System,
    Violation,
    as_array,
    drop_keys,
    parameter,
)


class ToyScenario(Config):
    antennas: int = parameter(4, "Antennas", source="here", ge=1)
    users: int = parameter(2, "Users", source="here", ge=1)
    noise_power_w: float = parameter(0.01, "Noise", unit="W", source="here", gt=0)
    angles_deg: tuple[float, ...] = parameter((-60.0, 60.0), "Directions, only listed", unit="deg")

    @classmethod
    def small(cls):
        return cls()


class ToyOptions(Config):
    snr_db: float = parameter(8.0, "Wanted SNR", unit="dB", le=60)


@dataclass(frozen=True)
class ToyCertificate(StatusRecord):
    objective_w: np.ndarray
    bound_w: np.ndarray
    gap: Residual
    sinr_violation: Residual
    status: np.ndarray

    sense = "minimise"

    @property
    def objective(self):
        return self.objective_w

    @property
    def bound(self):
        return self.bound_w

    @property
    def violations(self):
        return {"sinr_violation": Violation(self.sinr_violation, 1e-6)}


@dataclass(frozen=True)
class ToyDesign(ArrayRecord):
    beams: Found
    order: Asked
    snr_target: Asked
    multipliers: Found
    objective_w: np.ndarray
    bound_w: np.ndarray
    status: np.ndarray
    certificate: ToyCertificate


@dataclass(frozen=True)
class Realisation:
    known: np.ndarray


def run(scenario, h, snr_db):
    target = np.full(h.shape[:2], 10 ** (snr_db / 10))
    gain = np.sum(np.abs(h) ** 2, -1)
    multipliers = target * scenario.noise_power_w / gain
    beams = np.sqrt(multipliers / gain)[..., None] * h
    blank = np.zeros(len(h))
    status = np.full(len(h), Status.OPTIMAL)
    empty = ToyCertificate(blank, blank, blank, blank, status)
    order = np.argsort(gain, -1, kind="stable")
    draft = ToyDesign(beams, order, target, multipliers, blank, blank, status, empty)
    found = certify(scenario, h, draft)
    return ToyDesign(beams, order, target, multipliers, found.objective_w, found.bound_w, found.status, found)


def certify(scenario, h, design):
    objective = np.sum(np.abs(design.beams) ** 2, (-1, -2))
    bound = design.multipliers.sum(-1)
    snr = np.abs(np.sum(h.conj() * design.beams, -1)) ** 2 / scenario.noise_power_w
    violation = np.max(1 - snr / design.snr_target, -1).clip(0)
    gap = objective / bound - 1
    status = np.where((violation < 1e-6) & (gap < 1e-6), Status.OPTIMAL, Status.STALLED)
    return ToyCertificate(objective, bound, gap, violation, status)


def asked(scenario, h, design, method, options):
    target = np.full(h.shape[:2], 10 ** (options.snr_db / 10))
    return {"snr_target": target, "order": np.argsort(np.sum(np.abs(h) ** 2, -1), -1, kind="stable")}


def draw(scenario, key, drops, first=0):
    def one(k):
        return jax.random.normal(k, (scenario.users, scenario.antennas, 2))

    parts = np.asarray(jax.vmap(one)(drop_keys(key, drops, first)))
    return Realisation(parts[..., 0] + 1j * parts[..., 1])


TOY = System(
    name="toy",
    title="Matched beams",
    source="nobody, 1900",
    scenario=ToyScenario,
    design=ToyDesign,
    methods={
        "matched": Method("matched", "Matched beams at least power", ToyOptions, run),
        "broken": Method("broken", "Raises what only a bug would raise", Config, lambda s, h: [][1]),
    },
    channels={"h": Input("drops users antennas", "amplitude", conjugated=True)},
    draw=draw,
    known=lambda s, h: as_array(h, "h", "drops users antennas", complex, users=s.users, antennas=s.antennas),
    evaluate=lambda s, realisation, design: None,
    certify=certify,
    asked=asked,
    bound={"matched": ("snr_db",)},
    scenery=("angles_deg",),
    headline=lambda s, d: [{"drop": i, "J (W)": float(j)} for i, j in enumerate(d.objective_w)],
)
