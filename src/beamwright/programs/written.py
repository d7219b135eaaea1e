"""Programs as plain JSON and arrays, and back: parts by their names, variables by their numbers, no pickle."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from beamwright.core import require
from beamwright.programs.conditions import Condition
from beamwright.programs.cones import Hermitian, Norm
from beamwright.programs.expressions import Combination, Covariance, Expression, Scalar
from beamwright.programs.robust import Ball, Robust

_PARTS = {part.__name__: part for part in (Condition, Expression, Combination, Norm, Hermitian, Ball, Robust)}
"""All that a program is made of, but for its variables."""
Variables = list[Covariance] | list[Scalar]
Arrays = dict[str, np.ndarray]


class Writer:
    """Takes parts of programs apart: ``arrays`` collects what does not fit into JSON."""

    def __init__(self, covariances: list[Covariance], scalars: list[Scalar]):
        self.arrays: Arrays = {}
        self._number = {v: i for variables in (covariances, scalars) for i, v in enumerate(variables)}

    def plain(self, part: Any, name: str) -> Any:
        """JSON of a part; its arrays get names that begin with ``name``."""
        if isinstance(part, np.ndarray):
            self.arrays[name] = part
            return {"array": name}
        if isinstance(part, Covariance | Scalar):
            return {type(part).__name__.lower(): self._number[part]}
        if isinstance(part, Mapping):
            return {"map": [[self.plain(k, ""), self.plain(v, f"{name}.{self._number[k]}")] for k, v in part.items()]}
        if isinstance(part, tuple | list):
            return [self.plain(x, f"{name}.{i}") for i, x in enumerate(part)]
        if type(part).__name__ in _PARTS:
            fields = {f.name: self.plain(getattr(part, f.name), f"{name}.{f.name}") for f in dataclasses.fields(part)}
            return {"part": type(part).__name__, **fields}
        return part


class Reader:
    """Puts parts of programs together again."""

    def __init__(self, arrays: Mapping[str, np.ndarray], covariances: list[Covariance], scalars: list[Scalar]):
        self._arrays = arrays
        self._variables: dict[str, Variables] = {"covariance": covariances, "scalar": scalars}

    def part(self, plain: Any) -> Any:
        """Inverse of ``Writer.plain``. Raises ValueError or KeyError where something is no part of a program."""
        if isinstance(plain, list):
            return tuple(self.part(x) for x in plain)
        if not isinstance(plain, dict):
            return plain
        if "array" in plain:
            require(plain["array"] in self._arrays, plain["array"], "be among the arrays", sorted(self._arrays))
            return self._arrays[plain["array"]]
        if "map" in plain:
            return {self.part(k): self.part(v) for k, v in plain["map"]}
        for kind, variables in self._variables.items():
            if kind in plain:
                return variables[plain[kind]]
        fields = {name: self.part(value) for name, value in plain.items() if name != "part"}
        return _PARTS[plain["part"]](**fields)
