"""Solutions as files that can be checked by themselves: the program, the design, its proof and what they claim.

One ``.npz`` holds the program's data, beams, scalars, the relaxation, multipliers and the certificate, a digest, and as
text (JSON) how the program is put together. Nothing is unpickled. ``load`` believes nothing that can be recomputed.
"""

import io
import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from beamwright.core import require
from beamwright.programs.certificate import Certificate
from beamwright.programs.expressions import Covariance, Scalar
from beamwright.programs.form import Model, span
from beamwright.programs.problem import Objective, Problem, Solution, verify
from beamwright.programs.written import Reader, Writer
from beamwright.records.archives import read_arrays
from beamwright.records.digest import digest_of
from beamwright.records.files import write_bytes

FORMAT_VERSION = 1
AGREEMENT = 1e-9
"""Difference, relative or of numbers of order one, that another machine's rounding may make."""
_ABOUT, _DIGEST = "about", "digest"


def save(solution: Solution, path: str | Path) -> Path:
    """Write a solution; the file appears whole or not at all. Raises ValueError unless the name ends in ``.npz``."""
    path = Path(path)
    require(path.suffix == ".npz", "path", "end in .npz", path.name)
    about, arrays = _written(solution.problem)
    arrays |= _of_solution(solution)
    about["bound_rests_on"] = list(solution.certificate.bound_rests_on)
    texts = {_ABOUT: np.array(json.dumps(about)), _DIGEST: np.array(digest_of(arrays, about))}
    content = io.BytesIO()
    np.savez(content, allow_pickle=False, **texts, **arrays)
    return write_bytes(path, content.getvalue())


def load(path: str | Path, problem: Problem | None = None) -> Solution:
    """A solution from a file, after everything in it that a reader could rely on has been recomputed from the data.

    Args:    problem: the program that it must be of; its data are compared entry for entry. Without it the program is
             the file's own, which nobody vouches for.
    Raises:  ValueError naming the file and every array that is not what the others say, where the file is missing,
             damaged, of another format, altered since it was written, or of another program. ``iterations`` can be
             confirmed by nothing but the digest, which a forger computes again.
    """
    path = Path(path)
    about, arrays, digest = _contents(path)
    wrong = [] if digest == digest_of(arrays, about) else ["the digest of the contents"]
    try:
        stored = _problem(about, arrays)
        if problem is not None:
            wrong += _differences(_written(problem), (about, arrays))
        found = _solution(stored if problem is None or wrong else problem, about, arrays)
        wrong += _misstated(found)
    except (KeyError, TypeError, IndexError, AttributeError, ValueError, np.linalg.LinAlgError) as error:
        raise ValueError(f"{path} must hold a solution of a program, but it is damaged ({error})") from None
    require(not wrong, str(path), "say what its arrays say", f"other values of {', '.join(wrong)}",
            "It was altered, or is of another program")  # fmt: skip
    return found


def _written(problem: Problem) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """How a program is put together, for JSON, and its arrays."""
    model = problem.model
    writer = Writer(model.covariances, model.scalars)
    about = {
        "format_version": FORMAT_VERSION,
        "sense": problem.sense,
        "covariances": [[v.name, v.antennas, v.rank_one] for v in model.covariances],
        "scalars": [v.name for v in model.scalars],
        "objective": writer.plain(problem.objective.expression, "objective"),
        "conditions": [writer.plain(c, f"condition.{i}") for i, c in enumerate(model.conditions)],
    }
    return about, writer.arrays


def _problem(about: dict[str, Any], arrays: dict[str, np.ndarray]) -> Problem:
    covariances = [Covariance(antennas, name, rank_one) for name, antennas, rank_one in about["covariances"]]
    reader = Reader(arrays, covariances, [Scalar(name) for name in about["scalars"]])
    require(about["sense"] in ("minimise", "maximise"), "sense", "be minimise or maximise", about["sense"])
    objective = Objective(about["sense"], reader.part(about["objective"]))
    return Problem(objective, reader.part(about["conditions"]))


def _of_solution(solution: Solution) -> dict[str, np.ndarray]:
    """Arrays of a solution by their names in the file."""
    arrays = {f"beams.{k}": x for k, x in enumerate(solution.beams)}
    arrays |= {f"scalars.{i}": x for i, x in enumerate(solution.scalars)}
    arrays |= {name: getattr(solution, name) for name in ("multipliers", "relaxed", "iterations")}
    return arrays | {f"certificate.{name}": getattr(solution.certificate, name) for name in _recomputed()}


def _recomputed() -> list[str]:
    """Arrays of a certificate."""
    return [f.name for f in fields(Certificate) if f.type in (np.ndarray, "np.ndarray")]


def _solution(problem: Problem, about: dict[str, Any], arrays: dict[str, np.ndarray]) -> Solution:
    model = problem.model
    beams = tuple(arrays[f"beams.{k}"] for k in range(len(model.covariances)))
    scalars = tuple(arrays[f"scalars.{i}"] for i in range(len(model.scalars)))
    certificate = Certificate(
        **{name: arrays[f"certificate.{name}"] for name in _recomputed()},
        names=problem.names,
        bound_rests_on=tuple(about["bound_rests_on"]),
        sense=problem.sense,
    )
    return Solution(
        problem, beams, scalars, arrays["multipliers"], certificate, arrays["iterations"], arrays["relaxed"]
    )


def _misstated(found: Solution) -> list[str]:
    """Names of what a certificate says otherwise than the data do."""
    truth = verify(found.problem, found)
    wrong = [f"vectors of {name}" for name in _outside(found.problem.model)]
    wrong += [
        f"certificate.{name}"
        for name in _recomputed()
        if not _same(name, getattr(found.certificate, name), getattr(truth, name))
    ]
    return wrong + ([] if found.certificate.bound_rests_on == truth.bound_rests_on else ["bound_rests_on"])


def _outside(model: Model) -> list[str]:
    """Names of expressions whose forms do not lie in the span of their vectors: a reduction to it would lose them."""
    names = []
    for e in model.expressions:
        for v, form in e.forms.items():
            columns = e.vectors.get(v, ())
            q = (span(columns) if columns else np.zeros((1, v.antennas, 1)))[:, None]
            turned = np.conj(np.swapaxes(q, -1, -2))
            lost = np.linalg.norm(form - q @ (turned @ form @ q) @ turned, axis=(-2, -1))
            if (lost > AGREEMENT * np.linalg.norm(form, axis=(-2, -1))).any():
                names.append(e.name)
    return names


def _differences(ours: tuple[Any, dict[str, np.ndarray]], theirs: tuple[Any, dict[str, np.ndarray]]) -> list[str]:
    """Names of parts of a program that two descriptions do not share."""
    wrong = [name for name, value in ours[0].items() if value != theirs[0].get(name)]
    return wrong + [
        name for name, array in ours[1].items() if not np.array_equal(array, theirs[1].get(name, np.empty(0)))
    ]


def _same(name: str, stored: np.ndarray, recomputed: np.ndarray) -> bool:
    """Equal, numbers to rounding, NaN and infinity where the other has them."""
    if np.shape(stored) != np.shape(recomputed):
        return False
    if recomputed.dtype.kind != "f":
        return bool(np.array_equal(stored, recomputed))
    absolute = AGREEMENT if name in ("gap", "shortfall", "rank_ratio") else 0.0  # differences of numbers of order one
    return bool(np.allclose(stored, recomputed, rtol=AGREEMENT, atol=absolute, equal_nan=True))


def _contents(path: Path) -> tuple[dict[str, Any], dict[str, np.ndarray], str]:
    """Description, arrays and digest of a file. Raises ValueError naming it."""
    require(path.is_file(), str(path), "be a file written by save", "none")
    try:
        arrays = read_arrays(path)
        about, digest = json.loads(str(arrays.pop(_ABOUT))), str(arrays.pop(_DIGEST))
    except (ValueError, KeyError, RecursionError) as error:
        why = " ".join(str(error).split())
        raise ValueError(f"{path} must be a file written by save, but it is damaged ({why})") from None
    known = isinstance(about, dict) and about.get("format_version") == FORMAT_VERSION
    require(known, str(path), f"have format {FORMAT_VERSION}", about.get("format_version") if known else "another")
    return about, arrays, digest
