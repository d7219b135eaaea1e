"""Figure 6: what robustness costs in radiated power, and what it leaves of the sensing power."""

from beamwright.records import Picture
from beamwright.studies.figures.grammar import cases, claim, picture
from beamwright.studies.figures.noma_isac.common import CHAIN, OWN, PAPER, RADIATED, SENSED, SINR_TARGET
from beamwright.studies.figures.noma_isac.pairs import TARGETS, pair, pair_panel

_ROBUST = {"chain robust": "chain-robust-2", "own robust": "own-robust-2"}
_EVERY = {f"{mode} {words}": f"{mode}-{kind}-2" for mode in (CHAIN, OWN)
          for words, kind in (("robust", "robust"), ("non robust", "naive"))}  # fmt: skip


def _picture(name: str, mode: str) -> Picture:
    return picture(
        name,
        f"{mode.capitalize()} mode, channel errors up to 0.05: (a) radiated power, (b) sum of the powers "
        "at the targets. Mean over channels with its 95 % confidence band.",
        pair_panel("radiated_w", mode, 2, title="radiated power"),
        pair_panel("sensing_w", mode, 2, title="sensing power"),
    )


STUDY = PAPER.study(
    "fig6",
    "Radiated and sensing power of robust and non-robust designs",
    "power",
    axes=(SINR_TARGET,),
    points=TARGETS[CHAIN],
    curves=(*pair(CHAIN, 2.0), *pair(OWN, 2.0)),
    metrics=(RADIATED, SENSED),
    drops=32,
    pictures=(_picture("fig6", CHAIN), _picture("fig6-own", OWN)),
    claims=(
        claim(
            "The robust design radiates more power than the non-robust one.", "Section V, figure 6(a)", "mean",
            "radiated_w", ">", *cases({mode: (f"{mode}-robust-2", f"{mode}-naive-2") for mode in (CHAIN, OWN)}),
            tolerance=1e-5,
        ),
        claim("Both designs meet the sensing threshold.", "Section V, figure 6(b)", "every", "sensing_w", ">=",
              *cases(_EVERY), against=4.0),
        claim(
            "Robustness changes the power spent on communication only; the sensing power stays at its threshold.",
            "Section V, figures 5 and 6", "every", "sensing_w", "=", *cases(_ROBUST), against=4.0, tolerance=1e-3,
            note="Two targets of 2 W each, to within the allowed difference of 1 mW.",
        ),
    ),
)  # fmt: skip
