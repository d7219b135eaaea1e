"""Studies 3 to 6 and the learners of 7 to 9: agents that learn every scene by itself, beside what needs no learning."""

from typing import Any

from beamwright.records import Axis, Case, Claim, Curve, Line, Panel, Picture, Study, Table, sweep
from beamwright.studies.figures.cellfree.common import MEASURES, POWER, RANGE, REGION, SOURCE, SYSTEM, TARGET, metric

NOTE = (
    "Scenes are those of the specification. Every agent learns a scene by itself, drop i with its own channel and "
    "random numbers, in as many environment steps; the meta-agent's comparing rollouts count. A policy is worth the "
    "least utility of its best design in an episode, by the offsets' oracle, with its own receive filters."
)
STEPS = 24_000
_EQUAL: dict[str, Any] = {"env_steps": STEPS}
_AGENTS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "meta": ("meta-exploration", "meta", {}),
    "frozen": ("teacher frozen", "meta", {"teacher_rate": 0.0}),
    "ddpg": ("DDPG", "ddpg", {}),
    "amortised": ("differentiated", "amortised", {"environments": 2}),
    "single": ("one offset (baseline 1)", "ddpg", {"objective": "single"}),
    "joint": ("agent picks offset (baseline 2)", "ddpg", {"objective": "joint"}),
    "nominal": ("offsets ignored", "ddpg", {"objective": "nominal"}),
    "no-offset": ("no offsets", "meta", {}),
}
_PLAIN = {"moving": ("optimiser", "robust"), "fixed": ("optimiser, fixed arrays", "fixed-array"),
          "silence": ("radar silent", "silence")}  # fmt: skip
_WORDS = ("meta", "frozen", "ddpg", "amortised")
_FEARS = ("meta", "single", "joint", "nominal")
_LEARNT = (
    metric("env_steps", "Environment steps"),
    metric("score", "Utility of the policy", "bit/s/Hz"),
    metric("loss", "Critic's loss"),
    metric("worst", "Worst-case utility", "bit/s/Hz"),
    metric("first_loss", "Critic's loss at first"),
    metric("last_loss", "Critic's loss at last"),
    metric("steps_to", "Steps to 95 % of the last score"),
)


def _curves(*names: str, **settings: Any) -> tuple[Curve, ...]:
    learnt = tuple(
        Curve(
            name=n,
            label=_AGENTS[n][0],
            method=_AGENTS[n][1],
            settings=_EQUAL | _AGENTS[n][2] | settings,
            points=sweep(0.0) if n == "no-offset" else None,
        )
        for n in names
        if n in _AGENTS
    )
    plain = tuple(Curve(name=n, label=_PLAIN[n][0], method=_PLAIN[n][1]) for n in names if n in _PLAIN)
    return (*learnt, *plain)


def _versus(text: str, *pairs: tuple[str, str], source: str = "Section V", note: str = "", **more: Any) -> Claim:
    return Claim(
        text=text, source=source, rule="mean", metric=more.get("metric", "worst"), relation=more.get("relation", ">"),
        note=note, cases=tuple(
            Case(label=f"{a} against {b}", curve=a, versus=b, where=more.get("where", {})) for a, b in pairs),
    )  # fmt: skip


CLAIMS = (
    _versus("Meta-learning ends higher than ordinary learning.", ("meta", "ddpg")),
    _versus("It is the teacher's learning that helps.", ("meta", "frozen"), source="ablation",
            note="A frozen teacher explores just as broadly, and learns nothing."),
    _versus("Meta-learning converges faster.", ("meta", "ddpg"), metric="steps_to", relation="<"),
    _versus("Learning against all offsets beats learning against one, against those the agent picks, and against none.",
            ("meta", "single"), ("meta", "joint"), ("meta", "nominal"),
            ("ddpg", "single"), ("ddpg", "joint"), ("ddpg", "nominal")),
    _versus("Learning beats a silent radar.", ("meta", "silence"), ("ddpg", "silence"), source="ours"),
    _versus("The policy differentiated through the environment beats both agents in as many steps.",
            ("amortised", "ddpg"), ("amortised", "meta"), source="ours"),
    _versus("No agent reaches the deterministic optimiser.", ("moving", "meta"), ("moving", "ddpg"),
            ("moving", "amortised"), source="ours"),
)  # fmt: skip


def _lines(*names: str) -> tuple[Line, ...]:
    every = (*_AGENTS, *_PLAIN)
    return tuple(Line(curve=name, colour=every.index(name) % 8, dash=every.index(name) // 8) for name in names)


def _panel(of: str, title: str, *names: str, **more: Any) -> Panel:
    return Panel(kind="profile", metric=of, place=("env_steps",), title=title, lines=_lines(*names), **more)


def _learning(name: str, title: str, caption: str, claims: tuple[Claim, ...], **settings: Any) -> Study:
    names = (*_WORDS, *_FEARS[1:], "no-offset", "moving", "silence")
    return Study(
        name=f"cellfree/{name}", title=title, system=SYSTEM, measure=f"{MEASURES}:learning", axes=(RANGE,),
        points=sweep(500.0), drops=8, metrics=_LEARNT, source=SOURCE, note=NOTE, claims=claims,
        curves=_curves(*names, **settings),
        pictures=(
            Picture(name=name, caption=caption, panels=(
                _panel("score", "agents", *_WORDS, "moving", "silence"),
                _panel("score", "what is feared", *_FEARS, "no-offset", "moving", "silence"))),
        ),
        tables=(Table(name=f"{name}-table", caption="Where they end.", digits=3, metrics=("worst", "steps_to"),
                      curves=names),),
    )  # fmt: skip


FIG3 = _learning(
    "fig3", "Learning curves, structured actions",
    "Worst-case utility of the policy against the steps taken in the environment; mean over scenes, each with its own "
    "channel and random numbers, with its 95 % confidence band. Actions: regularisation and power of leakage beams, "
    "positions, user powers.", CLAIMS,
)  # fmt: skip
FIG4 = _learning(
    "fig4", "Learning curves, literal actions",
    "As in the figure before, where actions are the entries of the beams themselves.", CLAIMS, actions="literal",
)  # fmt: skip
FIG5 = Study(
    name="cellfree/fig5", title="Critic's loss in learning", system=SYSTEM, measure=f"{MEASURES}:learning",
    axes=(RANGE,), points=sweep(500.0), drops=8, metrics=_LEARNT, source=SOURCE, note=NOTE,
    curves=_curves("meta", "frozen", "ddpg", "single", "joint", "nominal"),
    pictures=(
        Picture(name="fig5", caption="Critic's loss, and what the policy is worth, against the steps taken in the "
                "environment; mean over scenes with its 95 % confidence band. A low loss means that rewards are easily "
                "predicted, not that they are high.",
                panels=(
                    _panel("loss", "critic's loss", "meta", "frozen", "ddpg", "single", "joint", "nominal",
                           scale="log"),
                    _panel("score", "worth", "meta", "frozen", "ddpg", "single", "joint", "nominal"))),
    ),
    tables=(Table(name="fig5-table", caption="Losses at first and at last.", digits=3,
                  metrics=("first_loss", "last_loss", "worst"),
                  curves=("meta", "frozen", "ddpg", "single", "joint", "nominal")),),
    claims=(
        Claim(text="The loss falls.", source="Section V", rule="every", metric="last_loss", relation="<",
              against="first_loss", cases=tuple(
                  Case(label=n, curve=n) for n in ("meta", "ddpg", "single", "joint"))),
        _versus("The proposed agent has the lowest loss.", ("meta", "ddpg"), ("meta", "single"), ("meta", "joint"),
                metric="last_loss", relation="<", note="The loss is no measure of performance, see the right panel."),
    ),
)  # fmt: skip
FIG6 = Study(
    name="cellfree/fig6", title="Critic's loss against the region", system=SYSTEM, measure=f"{MEASURES}:learning",
    axes=(REGION,), points=sweep(1.75, 2.0, 3.0), drops=8, metrics=_LEARNT, source=SOURCE, note=NOTE,
    curves=_curves("meta", "ddpg", "moving"),
    pictures=(
        Picture(name="fig6", caption="Critic's loss at the end of learning, and what the policy is worth, against half "
                "of the region of the antennas; mean over scenes with its 95 % confidence band.",
                panels=(
                    Panel(metric="last_loss", axis=REGION.name, title="critic's loss", lines=_lines("meta", "ddpg")),
                    Panel(metric="worst", axis=REGION.name, title="worth", lines=_lines("meta", "ddpg", "moving")))),
    ),
    tables=(Table(name="fig6-table", caption="The same in numbers.", digits=3, metrics=("last_loss", "worst"),
                  curves=("meta", "ddpg", "moving")),),
    claims=(
        Claim(text="A smaller region has a higher loss.", source="Section V", rule="trend", metric="last_loss",
              relation="<", cases=(Case(label="meta", curve="meta"), Case(label="DDPG", curve="ddpg")),
              note="The printed region of one wavelength to each side cannot hold eight antennas half a wavelength "
              "apart; 1.75 is the smallest that does."),
    ),
)  # fmt: skip

_SWEPT = ("meta", "ddpg", "amortised", "single", "joint", "nominal", "moving", "fixed", "silence")


def _swept(name: str, title: str, axis: Axis, points: tuple[float, ...], claims: tuple[Claim, ...],
           scale: str = "linear") -> Study:  # fmt: skip
    return Study(
        name=f"cellfree/{name}", title=title, system=SYSTEM, measure=f"{MEASURES}:learning", axes=(axis,),
        points=sweep(*points), drops=8, metrics=_LEARNT, source=SOURCE, note=NOTE, claims=claims,
        curves=_curves(*_SWEPT),
        pictures=(
            Picture(name=name, caption=f"Worst-case utility against the {axis.label.lower()}; mean over scenes, each "
                    "with its own channel and random numbers, with its 95 % confidence band.",
                    panels=(
                        Panel(metric="worst", axis=axis.name, axis_scale=scale, title="agents",  # type: ignore[arg-type]
                              lines=_lines("meta", "ddpg", "amortised", "moving", "fixed", "silence")),
                        Panel(metric="worst", axis=axis.name, axis_scale=scale, title="what is feared",  # type: ignore[arg-type]
                              lines=_lines("meta", "single", "joint", "nominal", "moving", "silence")))),
        ),
        tables=(Table(name=f"{name}-table", caption="The same in numbers.", digits=3, metrics=("worst",),
                      curves=_SWEPT),),
    )  # fmt: skip


_BEST = (
    _versus("The proposed agent beats the baselines everywhere.", ("meta", "single"), ("meta", "joint")),
    _versus("It beats fixed arrays with a convex design.", ("meta", "fixed"),
            note="Fixed arrays here by the deterministic optimiser, which beats convex programs."),
    _versus("It beats ordinary learning.", ("meta", "ddpg")),
    _versus("It beats a silent radar.", ("meta", "silence"), source="ours"),
    _versus("The policy differentiated through the environment beats it.", ("amortised", "meta"), source="ours"),
)  # fmt: skip
FIG7L = _swept(
    "fig7-learning", "Learnt utility against the power", POWER, (1e-2, 1e-1, 1.0, 10.0),
    (Claim(text="The utility rises with the power.", source="Section V", rule="trend", metric="worst", relation=">",
           cases=tuple(Case(label=n, curve=n) for n in ("meta", "ddpg", "joint"))), *_BEST), "log",
)  # fmt: skip
FIG8L = _swept(
    "fig8-learning", "Learnt utility against the carrier offset", RANGE, (0.0, 250.0, 500.0, 2000.0),
    (Claim(text="The utility falls with the range of offsets.", source="Section V", rule="trend", metric="worst",
           relation="<", cases=tuple(Case(label=n, curve=n) for n in ("meta", "single", "joint"))), *_BEST),
)  # fmt: skip
FIG9L = _swept(
    "fig9-learning", "Learnt utility against the distance of the target", TARGET, (10.0, 80.0, 120.0, 200.0),
    (Claim(text="The utility falls with the distance of the target.", source="Section V", rule="trend",
           metric="worst", relation="<", cases=tuple(Case(label=n, curve=n) for n in ("meta", "single", "joint"))),
     *_BEST),
)  # fmt: skip
LEARNING: tuple[Study, ...] = (FIG3, FIG4, FIG5, FIG6, FIG7L, FIG8L, FIG9L)
