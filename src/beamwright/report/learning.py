"""A learning curve as a picture: what the policy is worth, and what it was paid, against the steps it took."""

import pandas as pd
from matplotlib.figure import Figure

from beamwright.report.style import COLOURS, new_figure, styled


def draw_learning(curve: pd.DataFrame, score: str) -> Figure:
    """Columns ``env_steps``, ``score`` (its label given), ``reward``, and ``loss`` with a panel where there is one."""
    with styled():
        critic = bool(curve["loss"].notna().any())
        figure = new_figure(1 + critic, 1)
        axes = figure.subplots(1, 1 + critic, squeeze=False)[0]
        axes[0].plot(curve["env_steps"], curve["score"], color=COLOURS[0], label="policy")
        axes[0].set_ylabel(score)
        paid = axes[0].twinx()
        paid.plot(curve["env_steps"], curve["reward"], color=COLOURS[1], ls=(0, (4, 1.5)), label="reward in training")
        paid.set_ylabel("Reward")
        paid.grid(False)
        if critic:
            axes[1].plot(curve["env_steps"], curve["loss"], color=COLOURS[2], label="critic's loss")
            axes[1].set_ylabel("Critic's loss")
            axes[1].set_yscale("log")
        for ax in axes:
            ax.set_xlabel("Environment steps")
        handles = [h for ax in (*axes, paid) for h in ax.get_legend_handles_labels()[0]]
        figure.legend(handles=handles, loc="outside lower center", ncols=3)
    return figure
