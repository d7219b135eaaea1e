"""SciPy's L-BFGS-B in the place of our projected BFGS: our smoothed objective and compiled gradient, as many rounds."""

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from scipy.optimize import minimize

from beamwright import dma_noma as dn
from beamwright.systems.dma_noma.methods.base import certified_design
from beamwright.systems.dma_noma.physics import checked, reference_waves
from beamwright.systems.dma_noma.solve import Options, kernel, make_problems, scenario_sets, start
from beamwright.systems.dma_noma.solve.search import SHARPNESS, Candidate, power_step, scored, split_at
from benchmarks.timing import Times, timed_each

OPTIONS = Options()
"""For ours as well: the defaults."""


def by_scipy(s: dn.Scenario, known: dn.Known) -> tuple[dn.Design, Times]:
    """Designs, drop after drop, and times of the search."""
    known = checked(s, known)
    wave = reference_waves(s, known)
    problems = make_problems(s, scenario_sets(s, known), wave[:, None])
    points = start.initial(s, dn.channels(s, known.positions_m), wave)
    lanes = [kernel.Problem(*(jnp.asarray(a[i]) for a in problems)) for i in range(len(points[0]))]
    best, times = timed_each(lambda drop: _search_one(*drop), list(zip(lanes, *points, strict=True)), warm=True)
    beams = np.stack([np.asarray(kernel.normalised(one.point.beams)) for one in best])
    powers = s.power_w * np.stack([np.asarray(_halves(lane, one)) for lane, one in zip(lanes, best, strict=True)])
    amplitudes = np.stack([np.asarray(one.point.responses[0]) for one in best])
    return certified_design(s, known, amplitudes, beams[:, 0] + 1j * beams[:, 1], powers), times


def _search_one(problem: kernel.Problem, amplitudes: np.ndarray, beams: np.ndarray) -> Candidate:
    groups, elements = beams.shape[-1], len(amplitudes)
    x = np.concatenate([amplitudes, beams.real.ravel(), beams.imag.ravel()])
    bounds = [(0, 1)] * elements + [(None, None)] * (len(x) - elements)
    now = _judged(problem, _point(x, elements, groups), jnp.full(groups, 1 / groups))
    best = now
    for _ in range(OPTIONS.rounds):
        for sharpness in SHARPNESS:

            def look(y: np.ndarray, sharpness: float = sharpness, now: Candidate = now) -> tuple[float, np.ndarray]:
                value, slope = _loss(y, problem, now.powers, sharpness, elements, groups)
                return float(value), np.asarray(slope)

            x = minimize(look, x, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": OPTIONS.steps}).x
        now = _judged(problem, _point(x, elements, groups), now.powers)
        if (bool(now.feasible), float(now.merit)) > (bool(best.feasible), float(best.merit)):
            best = now
    return best


def _point(x: Any, elements: int, groups: int) -> kernel.Point:
    return kernel.Point(jnp.asarray(x[None, :elements]), jnp.asarray(x[elements:]).reshape(2, -1, groups))


@partial(jax.jit, static_argnums=(4, 5))
@partial(jax.value_and_grad, argnums=0)
def _loss(x: Any, problem: kernel.Problem, powers: Any, sharpness: float, elements: int, groups: int) -> Any:
    received = kernel.received_at(problem, _point(x, elements, groups), sharpness)
    logs = kernel.log_ratios(problem, received, powers, sharpness)
    return -kernel.merit(problem, kernel.split(problem, logs, powers, sharpness), powers)


@jax.jit
def _judged(problem: kernel.Problem, point: kernel.Point, powers: Any) -> Candidate:
    return power_step(problem, scored(problem, point, powers))


@jax.jit
def _halves(problem: kernel.Problem, best: Candidate) -> Any:
    split = split_at(problem, best)
    return jnp.stack([split.near, split.far], axis=-1)
