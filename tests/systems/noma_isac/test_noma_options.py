"""NOMA-ISAC options: what methods may be told, refused by name where it makes no sense."""

import numpy as np
import pytest

from beamwright.systems.noma_isac import methods


@pytest.mark.parametrize(
    ("model", "values", "message"),
    [
        (methods.MinPower, {"sinr_db": "loud"}, "sinr_db must be a number or one number per user, got 'loud'"),
        (methods.MinPower, {"sinr_db": float("inf")}, "sinr_db must be finite"),
        (methods.MinPower, {"csi_error": 0.1}, "csi_error is not a parameter of MinPower"),
        (methods.RobustMinPower, {"csi_error": -0.1}, "csi_error must be >= 0, got -0.1"),
        (methods.RobustMinPower, {"csi_error": (0.1, -0.1, 0.1)}, "csi_error must be >= 0"),
        (methods.MaxMin, {"power_w": 0.0}, "power_w must be >= 1e-30"),
        (methods.OmaMinPower, {"sensing": "never"}, "sensing"),
        (methods.Randomisation, {"samples": 0}, "samples must be >= 1"),
    ],
)
def test_bad_options_are_refused_by_name(model, values, message):
    with pytest.raises(ValueError) as error:
        model(**values)
    assert str(error.value).startswith(message)


def test_one_value_or_one_per_user():
    assert methods.MinPower(sinr_db=np.float64(3)).sinr_db == 3.0
    assert methods.RobustMinPower(sinr_db=[1, 2, 3], csi_error=np.array([0.1, 0.0, 0.2])).csi_error == (0.1, 0.0, 0.2)


def test_every_option_says_what_it_is():
    for model in (methods.NonRobustMinPower, methods.OmaMaxMin, methods.Randomisation):
        assert all(row["description"] for row in model.describe())
