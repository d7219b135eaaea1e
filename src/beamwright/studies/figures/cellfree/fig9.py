"""Figure 9: utility against the distance of the target."""

from beamwright.studies.figures.cellfree.common import TARGET, on_average
from beamwright.studies.figures.cellfree.utility import utility
from beamwright.studies.figures.grammar import case, cases, claim, curve

STUDY = utility(
    "fig9",
    "Utility against the distance of the target",
    TARGET,
    (10.0, 40.0, 80.0, 120.0, 200.0, 300.0),
    "the distance of the target from the middle of the circle of access points, whose radius is 100 m",
    claim("The utility falls with the distance of the target.", "Section V", "trend", "worst", "<",
          case("moving", "antennas move"),
          note="It rises as the target comes near an access point at 100 m, and falls behind them."),
    claim("Behind the access points it falls.", "ours", "trend", "worst", "<",
          case("moving", "120 m and farther", target_range_m=(120.0, 300.0))),
    on_average("Movable antennas beat fixed ones inside the circle.", ("moving", "fixed"),
               target_range_m=(10.0, 80.0)),
    claim("The sensing rate falls with the distance of the target.", "Section V", "trend", "sensing", "<",
          *cases({"in the weighted sum": "moving", "fixed arrays": "fixed", "sensing alone": "sensing-only"}),
          note="Judged on the radar's own least rate; alone: weight 1."),
    claim("It falls behind the access points.", "ours", "trend", "sensing", "<",
          *cases({"in the weighted sum": "moving", "sensing alone": "sensing-only"}, target_range_m=(120.0, 300.0))),
    claim("With moving antennas it falls least.", "Section V", "change", "worst", ">",
          *cases({"against fixed arrays": ("moving", "fixed")})),
    names=("moving", "fixed", "silence"),
    sensing=(curve("sensing-only", "sensing alone", "robust", sensing_weight=1.0),),
)  # fmt: skip
