"""Measurements of learning: curves of agents, from scratch and from a policy."""

from functools import cache

import jax
import numpy as np

from beamwright.systems import cellfree as cf

Measured = dict[str, np.ndarray]


def learning(
    scenario: cf.Scenario, realisation: cf.Realisation, design: cf.Design, keys: jax.Array, env_steps: int = 24_000
) -> Measured:
    """The learning curve and where it ends; designs that were not learnt are level lines."""
    assert design.certificate is not None
    worst = design.certificate.worst_case_utility
    level, none = np.repeat(worst[:, None], 2, axis=1), np.full((len(worst), 2), np.nan)
    if (curve := design.curve) is None:
        curve = cf.LearningCurve(np.tile([0.0, env_steps], (len(worst), 1)), none, none, none, level)
    low = curve.loss <= 1.05 * curve.loss[:, -1:]
    return {
        "env_steps": curve.env_steps,
        "score": curve.score,
        "loss": curve.loss,
        "worst": worst,
        "first_loss": curve.loss[:, 0],
        "last_loss": curve.loss[:, -1],
        "loss_steps": np.where(np.isnan(curve.loss[:, -1]), np.nan, _first(curve.env_steps, low)),
    }


def _first(places: np.ndarray, there: np.ndarray) -> np.ndarray:
    """(drops,) the place of the first entry that is there."""
    return np.take_along_axis(places, there.argmax(axis=1)[:, None], 1)[:, 0]


PRETRAINING_KEY = 2**31 - 1
"""Seed of the drops that a policy is trained on first: no seed of a study is as large."""


def adaptation(
    scenario: cf.Scenario,
    realisation: cf.Realisation,
    design: cf.Design,
    keys: jax.Array,
    env_steps: int = 24_000,
    pretraining_steps: int = 96_000,
    pretraining_drops: int = 256,
) -> Measured:
    """Learning curves from scratch and from a policy trained on other drops, of every agent; level lines beside them.

    ``*_sooner``: environment steps until 95 % of the lower of both last scores, tuned less scratch; ``*_gain``: last
    score, tuned less scratch.
    """
    known, measured = realisation.known, {"level": np.asarray(design.worst_case_utility)}
    for agent in ("meta", "ddpg", "amortised"):
        policy = _pretrained(scenario, agent, pretraining_steps, pretraining_drops)
        asked = np.asarray(cf.design_by_policy(scenario, known, policy).worst_case_utility)
        curves = [
            cf.learn_each(scenario, known, agent, env_steps=env_steps, initial=initial).curve
            for initial in ("", policy)
        ]
        scratch, tuned = (curve.score for curve in curves if curve is not None)
        steps = curves[0].env_steps  # type: ignore[union-attr]
        level = 0.95 * np.minimum(scratch[:, -1], tuned[:, -1])[:, None]
        arrived = [_first(steps, row >= level) for row in (scratch, tuned)]
        rows = np.ones_like(scratch)
        measured |= {
            f"{agent}_steps": steps,
            f"{agent}_scratch": scratch,
            f"{agent}_tuned": tuned,
            f"{agent}_policy": asked[:, None] * rows,
            f"{agent}_level": measured["level"][:, None] * rows,
            f"{agent}_first": tuned[:, 0] - scratch[:, 0],
            f"{agent}_sooner": arrived[1] - arrived[0],
            f"{agent}_gain": tuned[:, -1] - scratch[:, -1],
        }
    return measured


@cache
def _pretrained(scenario: cf.Scenario, agent: str, env_steps: int, drops: int) -> cf.Policy:
    """Policy trained on drops of their own."""
    known = cf.draw(scenario, jax.random.key(PRETRAINING_KEY), drops).known
    return cf.train_policy(scenario, known, agent, env_steps=env_steps)[0]
