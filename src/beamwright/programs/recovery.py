"""From covariances to beams: accept rank one, else the cheapest of some directions with optimal powers.

With directions v_k fixed, W_k = p_k v_k v_k^H turns the program into one in powers p_k >= 0, solved by the same engine,
S-lemma and all. Directions are top eigenvectors, what a penalty rho (I - v_k v_k^H) on every covariance leads to, and
draws from CN(0, W_k). Covariances of any rank stay matrices.
"""

from typing import NamedTuple

import numpy as np

from beamwright.core import draws, drop_keys, root_key
from beamwright.optim import Ending
from beamwright.programs import engine
from beamwright.programs.form import Form
from beamwright.programs.layout import Layout, coordinates, matrices


class Recovered(NamedTuple):
    """Designs of every drop in the coordinates of the standard form."""

    w: np.ndarray
    """(drops, n) with rank-one blocks where beams are wanted; NaN where there is none."""
    objective: np.ndarray
    """(drops,) c^T w; NaN where there is none."""


def rank_ratio(layout: Layout, single: list[bool], w: np.ndarray) -> np.ndarray:
    """Largest second eigenvalue over trace of the blocks that must come out as beams, (drops,); NaN without any."""
    ratios = []
    for s, d, must in zip(layout.columns, layout.blocks, single, strict=False):
        if must:
            values = np.linalg.eigvalsh(np.nan_to_num(matrices(w[:, s])))
            trace = values.sum(axis=1)
            second = values[:, -2] if d > 1 else np.zeros(len(w))
            ratios.append(np.where(trace > 0, np.maximum(second, 0) / np.where(trace > 0, trace, 1), 0))
    return np.max(ratios, axis=0) if ratios else np.full(len(w), np.nan)


def top_beams(layout: Layout, single: list[bool], w: np.ndarray) -> np.ndarray:
    """w with sqrt(lam1) v1 (.)^H for every block that must come out as a beam."""
    w = w.copy()
    for s, must in zip(layout.columns, single, strict=False):
        if must:
            values, vectors = np.linalg.eigh(np.nan_to_num(matrices(w[:, s])))
            v = vectors[..., -1] * np.sqrt(np.maximum(values[:, -1:], 0))
            w[:, s] = coordinates(v[:, :, None] * np.conj(v[:, None, :]))
    return w


PENALTIES = (1e-3, 1e-2, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
"""Penalties in turn, relative to the objective per trace; a drop stops at the first that makes it rank one."""


def recover(form: Form, single: list[bool], w: np.ndarray, drops: np.ndarray, samples: int, seed: int) -> Recovered:
    """Cheapest design of every drop among two directions and ``samples`` draws; drop i draws from key i of the seed."""
    pushed = _by_penalty(form, single, w)
    lanes = np.repeat(np.arange(len(w)), samples + 2)
    directions = _directions(form.layout, single, w, drops, samples, seed)
    for given, own in zip(directions, _top_directions(form.layout, single, pushed), strict=True):
        given.reshape(len(w), samples + 2, -1)[:, 1] = own
    powers, columns = _power_form(form.take(lanes), single, directions)
    found = engine.solve(powers)
    value = np.einsum("dn,dn->d", powers.c, found.w)
    value = np.where((found.ending == Ending.SOLVED), value, np.inf)
    best = value.reshape(len(w), -1).argmin(axis=1) + (samples + 2) * np.arange(len(w))
    whole = _whole(form.layout, single, found.w[best], [v[best] for v in directions], columns)
    none = ~np.isfinite(value[best])
    whole[none] = np.nan
    return Recovered(whole, np.where(none, np.nan, value[best]))


def _by_penalty(form: Form, single: list[bool], w: np.ndarray) -> np.ndarray:
    """w (drops, n) of the program with covariances penalised across their top eigenvectors, until they are rank one."""
    layout = form.layout
    w, active = w.copy(), np.arange(len(w))
    traces = sum(w[:, s] @ coordinates(np.eye(d)) for s, d in zip(layout.columns, layout.blocks, strict=False))
    unit = np.abs(np.einsum("dn,dn->d", form.c, w)) / np.where(traces > 0, traces, 1)
    for share in PENALTIES:
        now = form.take(active)
        cost = now.c.copy()
        directions = iter(_top_directions(layout, single, w[active]))
        for s, d, must in zip(layout.columns, layout.blocks, single, strict=False):
            if must:
                v = next(directions)
                away = coordinates(np.eye(d) - v[:, :, None] * np.conj(v[:, None, :]))
                cost[:, s] += share * unit[active, None] * away
        found = engine.solve(now._replace(c=cost))
        solved = found.ending == Ending.SOLVED
        w[active[solved]] = found.w[solved]
        active = active[solved & (rank_ratio(layout, single, w[active]) > 1e-6)]
        if not len(active):
            break
    return w


def _top_directions(layout: Layout, single: list[bool], w: np.ndarray) -> list[np.ndarray]:
    """Top eigenvectors (drops, d) of every block that must be a beam."""
    blocks = [s for s, must in zip(layout.columns, single, strict=False) if must]
    return [np.linalg.eigh(np.nan_to_num(matrices(w[:, s])))[1][..., -1] for s in blocks]


def _directions(
    layout: Layout, single: list[bool], w: np.ndarray, drops: np.ndarray, samples: int, seed: int
) -> list[np.ndarray]:
    """Unit vectors (lanes (samples + 2), d) of every block that must be a beam; the first two are top eigenvectors."""
    keys = drop_keys(root_key(seed), int(drops.max()) + 1)[drops]
    found = []
    for k, (s, d) in enumerate(zip(layout.columns, layout.blocks, strict=False)):
        if not single[k]:
            continue
        values, vectors = np.linalg.eigh(np.nan_to_num(matrices(w[:, s])))
        root = vectors * np.sqrt(np.maximum(values, 0))[:, None, :]
        x = np.einsum("dab,dsb->dsa", root, draws.complex_normal(draws.fold_in(keys, k), (samples + 2, d)))
        x[:, :2] = vectors[:, None, :, -1]
        norm = np.linalg.norm(x, axis=-1, keepdims=True)
        found.append(np.where(norm > 0, x / np.where(norm > 0, norm, 1), vectors[:, None, :, -1]).reshape(-1, d))
    return found


def _power_form(form: Form, single: list[bool], directions: list[np.ndarray]) -> tuple[Form, list[slice]]:
    """The program in powers of fixed directions, and where its remaining matrices stand in w."""
    layout, blocks = form.layout, len(form.layout.blocks)
    kept = [k for k in range(blocks) if not single[k]]
    columns = [layout.columns[k] for k in kept]
    outer = [coordinates(v[:, :, None] * np.conj(v[:, None, :])) for v in directions]
    fixed = [layout.columns[k] for k in range(blocks) if single[k]]
    rest = slice(layout.unknowns - layout.scalars, layout.unknowns)

    def reduced(x: np.ndarray) -> np.ndarray:
        """Columns (lanes, ..., n) of matrices, powers, scalars."""
        powers = [
            (x[..., s] * (o[:, None] if x.ndim == 3 else o)).sum(axis=-1)[..., None]
            for s, o in zip(fixed, outer, strict=True)
        ]
        return np.concatenate([*(x[..., s] for s in columns), *powers, x[..., rest]], axis=-1)

    new = Layout(
        tuple(layout.blocks[k] for k in kept), len(fixed) + layout.scalars, layout.zero, layout.rows, layout.norms,
        layout.matrices,
    )  # fmt: skip
    return Form(new, reduced(form.a), form.b, reduced(form.c)), columns


def _whole(
    layout: Layout, single: list[bool], reduced: np.ndarray, directions: list[np.ndarray], columns: list[slice]
) -> np.ndarray:
    """w from the unknowns of the program in powers."""
    w, at = np.zeros((len(reduced), layout.unknowns)), 0
    for s in columns:
        w[:, s] = reduced[:, at : at + s.stop - s.start]
        at += s.stop - s.start
    for s, v in zip([s for s, must in zip(layout.columns, single, strict=False) if must], directions, strict=True):
        w[:, s] = np.maximum(reduced[:, at, None], 0) * coordinates(v[:, :, None] * np.conj(v[:, None, :]))
        at += 1
    w[:, layout.unknowns - layout.scalars :] = reduced[:, at:]
    return w
