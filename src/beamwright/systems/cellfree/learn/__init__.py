"""Learning: the environment of an agent, its actions, and the designs of trained agents."""

from beamwright.systems.cellfree.learn.environment import CellFree, environment
from beamwright.systems.cellfree.learn.methods import (
    Amortised,
    Ddpg,
    Meta,
    Policy,
    PolicyDesign,
    design_by_policy,
    learn_each,
    single_offsets,
    train_policy,
)
from beamwright.systems.cellfree.learn.search_policy import Search, SearchPolicy, train_search

__all__ = [
    "Amortised", "CellFree", "Ddpg", "Meta", "Policy", "PolicyDesign", "Search", "SearchPolicy", "design_by_policy",
    "environment", "learn_each", "single_offsets", "train_policy", "train_search",
]  # fmt: skip
