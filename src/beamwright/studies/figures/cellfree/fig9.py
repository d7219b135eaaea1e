"""Figure 9: utility against the distance of the target."""

from beamwright.studies.figures.cellfree.common import TARGET, on_average
from beamwright.studies.figures.cellfree.utility import utility
from beamwright.studies.figures.grammar import case, claim

STUDY = utility(
    "fig9",
    "Utility against the distance of the target",
    TARGET,
    (10.0, 40.0, 80.0, 120.0, 200.0, 300.0),
    "Worst-case utility and least radar SINR against the distance of the target from the middle of the circle of "
    "access points, whose radius is 100 m; mean over scenes with its 95 % confidence band.",
    claim("The utility falls with the distance of the target.", "Section V", "trend", "worst", "<",
          case("moving", "antennas move"),
          note="It rises as the target comes near an access point at 100 m, and falls behind them."),
    claim("Behind the access points it falls.", "ours", "trend", "worst", "<",
          case("moving", "120 m and farther", target_range_m=(120.0, 300.0))),
    on_average("Movable antennas beat fixed ones inside the circle.", ("moving", "fixed"),
               target_range_m=(10.0, 80.0)),
    names=("moving", "fixed", "silence"),
)  # fmt: skip
