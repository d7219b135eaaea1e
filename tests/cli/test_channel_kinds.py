"""What is done to arrays of a file follows from what they are: amplitudes are treated, the rest stays as it is."""

import numpy as np
import pytest
import scipy.io

from beamwright import cellfree, dma_noma, noma_isac, star_ris
from beamwright.cli import main
from beamwright.cli.channels import ChannelFile, read_channels
from beamwright.core import Input, plain_array
from beamwright.systems import SYSTEMS

INPUTS = {"h": Input("drops users antennas", "amplitude", conjugated=True)}
SIZES = {"users": 3, "antennas": 8}
STAR = {"users": 4, "antennas": 8, "elements": 16}


def random(*shape, seed=7):
    real, imaginary = np.random.default_rng(seed).standard_normal((2, *shape))
    return real + 1j * imaginary


def statistics(drops=3):
    return {
        "direct_mean": random(drops, 4, 8), "surface_mean": random(drops, 16, 8), "user_mean": random(drops, 4, 16),
        "direct_var": np.full((drops, 4), 0.1), "surface_var": np.full(drops, 0.05),
        "user_var": np.full((drops, 4), 0.1),
        "side": np.tile([1, 1, 0, 0], (drops, 1)), "kappa": np.full(drops, 10.0), "noise_power_w": np.full(drops, 0.01),
        "power_w": np.ones(drops),
    }  # fmt: skip


def stored(path, arrays):
    np.savez(path / "a.npz", **arrays)
    return path / "a.npz"


def read(path, system, sizes, **options):
    groups = options.pop("groups", None)
    return read_channels(ChannelFile(path, **options), SYSTEMS[system].channels, sizes, groups)


# --------------------------------------------------------------------------------------------------- star-ris


def test_every_way_to_store_statistics_is_the_same_as_python(tmp_path):
    """MATLAB's 1 x D vectors, logical sides, one number for all, one row of sides: real arrays stay real."""
    a = statistics()
    expected = SYSTEMS["star-ris"].known(star_ris.Scenario(elements=16), **a)
    scipy.io.savemat(tmp_path / "full.mat", a)
    few = {
        "kappa": 10.0,
        "noise_power_w": 0.01,
        "power_w": 1.0,
        "surface_var": 0.05,
        "direct_var": 0.1,
        "user_var": 0.1,
    }
    variants = {
        "full.npz": a, "numbers.npz": {**a, **{name: np.array(value) for name, value in few.items()}},
        "logical.npz": {**a, "side": a["side"] == 1}, "row.npz": {**a, "side": a["side"][0] == 1},
    }  # fmt: skip
    for name, arrays in variants.items():
        np.savez(tmp_path / name, **arrays)
    for name in ("full.mat", *variants):
        arrays = read(tmp_path / name, "star-ris", STAR).arrays
        found = SYSTEMS["star-ris"].known(star_ris.Scenario(elements=16), **arrays)
        for key, array in expected.to_arrays().items():
            other = found.to_arrays()[key]
            assert np.array_equal(other, array) and other.dtype == array.dtype, (name, key)


def test_one_drop_of_matlab_has_its_scalars(tmp_path):
    a = statistics()
    scipy.io.savemat(tmp_path / "one.mat", {name: array[0] for name, array in a.items()})
    found = read(tmp_path / "one.mat", "star-ris", STAR).arrays
    assert all(np.array_equal(found[name], array[:1]) for name, array in a.items())


def test_infinite_concentration_is_a_value_and_other_infinities_are_not(tmp_path):
    a = statistics()
    path = stored(tmp_path, {**a, "kappa": np.full(3, np.inf)})
    assert np.isinf(read(path, "star-ris", STAR).arrays["kappa"]).all()
    for name in ("direct_var", "kappa"):
        with pytest.raises(ValueError, match=f"{name} must be"):
            read(stored(tmp_path, {**a, name: np.full(a[name].shape, np.nan)}), "star-ris", STAR)
    with pytest.raises(ValueError, match=r"direct_var must be real \(power\)"):
        read(stored(tmp_path, {**a, "direct_var": a["direct_var"] * 1j}), "star-ris", STAR)


def test_only_what_acts_as_its_conjugate_is_conjugated(tmp_path):
    """h^T w in the file: what arrives, direct^T w + user^T diag(u) G w, is the same by the model's formula."""
    a = statistics()
    found = read(stored(tmp_path, a), "star-ris", STAR, conjugate=False).arrays
    w, u = random(8, seed=1), random(16, seed=2)
    sent = a["surface_mean"] @ w
    for drop in range(3):
        model = (
            found["direct_mean"][drop].conj() @ w
            + (found["user_mean"][drop].conj() * u) @ found["surface_mean"][drop] @ w
        )
        assert np.allclose(model, a["direct_mean"][drop] @ w + a["user_mean"][drop] @ (u * sent[drop]), rtol=1e-12)


def test_a_pool_of_statistics_gives_groups_with_sides_and_numbers_for_all(tmp_path):
    a = {name: array[0] for name, array in statistics().items()} | {"direct_var": np.array(0.1)}
    found = read(stored(tmp_path, a), "star-ris", {**STAR, "users": 2}, groups=6).arrays
    users = np.array(
        [[np.flatnonzero((a["direct_mean"] == row).all(1))[0] for row in drop] for drop in found["direct_mean"]]
    )
    assert np.array_equal(found["user_mean"], a["user_mean"][users]) and np.array_equal(found["side"], a["side"][users])
    assert found["direct_var"].shape == (6, 2) and found["surface_mean"].shape == (6, 16, 8)


# ------------------------------------------------------------------------------------------ scale and convention


def test_normalised_channels_have_mean_gain_one(tmp_path):
    h = 3e-5 * random(5, 3, 8)
    found = read_channels(ChannelFile(stored(tmp_path, {"h": h}), normalise=True), INPUTS, SIZES)
    assert np.mean(np.abs(found.arrays["h"]) ** 2) == pytest.approx(1.0, rel=1e-12)
    assert np.allclose(found.arrays["h"] / found.notes["scale"], h, rtol=1e-12)
    assert "one factor for the whole file" in found.remarks[0]


def test_all_amplitudes_of_a_file_have_one_factor_and_geometry_none(tmp_path):
    inputs = {"g": Input("drops users", "amplitude"), "f": Input("drops users", "amplitude"),
              "cosine": Input("drops users", "real"), "place_m": Input("drops xyz", "position", "m")}  # fmt: skip
    a = {"g": 9 * random(2, 4), "f": 1e-3 * random(2, 4), "cosine": np.full((2, 4), 0.3), "place_m": np.ones((2, 3))}
    found = read_channels(ChannelFile(stored(tmp_path, a), normalise=True), inputs, {"users": 4})
    ratio = found.arrays["g"] / a["g"]
    assert np.allclose(ratio, ratio[0, 0]) and np.allclose(found.arrays["f"] / a["f"], ratio[0, 0])
    assert np.mean(np.abs([found.arrays["g"], found.arrays["f"]]) ** 2) == pytest.approx(1)
    assert np.array_equal(found.arrays["cosine"], a["cosine"]) and np.array_equal(found.arrays["place_m"], a["place_m"])


@pytest.mark.parametrize(
    ("system", "options", "words"),
    [
        ("dma-noma", {"normalise": True}, "--normalise must come with amplitudes of channels"),
        ("dma-noma", {"conjugate": False}, "--no-conjugate must come with channels that act as h\\^H w"),
        ("dma-noma", {"groups": 1}, "--drops must come with channels of users.*all drops of the file are taken"),
        ("dma-noma", {"skip_blocked": True}, "--skip-blocked must come with channels of users"),
        ("cellfree", {"normalise": True}, r"1/sqrt\(W\), which hold the noise.*divide plain amplitudes"),
        ("cellfree", {"conjugate": False}, "--no-conjugate must come with"),
        ("star-ris", {"normalise": True}, "not come with powers in the same file.*ratio of power to noise"),
    ],
)
def test_options_without_a_meaning_are_refused_before_the_file_is_read(system, options, words, tmp_path):
    with pytest.raises(ValueError, match=words):
        read(tmp_path / "nowhere.npz", system, {}, **options)


@pytest.mark.parametrize("command", [["design", "cellfree"], ["train", "cellfree"]])
def test_design_and_train_have_the_same_options_of_channels(command, tmp_path, capsys):
    path = str(stored(tmp_path, {"uplink_gain": np.ones((2, 2))}))
    for options, words in (
        (["--channels", path, "--normalise"], "--normalise must not come with amplitudes in 1/sqrt(W)"),
        (["--channels", path, "--no-conjugate"], "--no-conjugate must come with"),
        (["--channels", path, "--axes", "users aps", "--transpose"], "--axes must come without --transpose"),
        (["--channels", path, "--variable", "echo_gain=g"], "has no variable 'uplink_cosine'"),
        (["--skip-blocked", "--axes", "users aps"], "--axes and --skip-blocked must come with --channels FILE"),
    ):
        assert main([*command, *options, "--out", str(tmp_path / "out")]) == 2
        said = capsys.readouterr().err
        assert words in said and said.count("\n") == 1
    assert not (tmp_path / "out").exists()


# -------------------------------------------------------------------------------------------------- blocked users


@pytest.mark.parametrize("nothing", [0, np.nan])
def test_blocked_users_of_a_pool_are_counted_and_can_be_left_out(nothing, tmp_path):
    pool = random(12, 8)
    pool[[3, 7]] = nothing
    path = stored(tmp_path, {"h": pool})
    if nothing == 0:
        said = read_channels(ChannelFile(path), INPUTS, SIZES, groups=20).remarks
        assert said[0].startswith(
            "blocked, channel zero: 2 of 12 users (3, 7); none of them can be served. --skip-blocked"
        )
    else:
        with pytest.raises(
            ValueError, match=r"NaN for 2 of 12 users \(3, 7\). --skip-blocked leaves out blocked users"
        ):
            read_channels(ChannelFile(path), INPUTS, SIZES, groups=20)
    found = read_channels(ChannelFile(path, skip_blocked=True, normalise=True), INPUTS, SIZES, groups=20)
    left = np.delete(pool, [3, 7], axis=0)
    expected = read_channels(ChannelFile(stored(tmp_path, {"h": left}), normalise=True), INPUTS, SIZES, groups=20)
    assert np.array_equal(found.arrays["h"], expected.arrays["h"])
    assert found.remarks[0] == "blocked users left out: no channel for 2 of 12 users (3, 7)"
    with pytest.raises(ValueError, match=r"users must be the 10 that are left .* --set users=10"):
        read_channels(ChannelFile(path.with_name("a.npz"), skip_blocked=True), INPUTS, SIZES | {"users": 9})


def test_drops_with_blocked_users_are_left_out_whole(tmp_path):
    h = random(5, 3, 8)
    h[2] = np.nan
    h[4, 1] = 0
    found = read_channels(ChannelFile(stored(tmp_path, {"h": h}), skip_blocked=True), INPUTS, SIZES)
    assert np.array_equal(found.arrays["h"], h[[0, 1, 3]])
    with pytest.raises(ValueError, match="--skip-blocked must leave something"):
        read_channels(ChannelFile(stored(tmp_path, {"h": h[2:3]}), skip_blocked=True), INPUTS, SIZES)


# ----------------------------------------------------------------------------------------------------- from Python


SCENARIOS = {
    "noma-isac": noma_isac.Scenario.small(), "star-ris": star_ris.Scenario.small(),
    "dma-noma": dma_noma.Scenario.small(), "cellfree": cellfree.Scenario.small(),
}  # fmt: skip


@pytest.mark.parametrize("name", SCENARIOS)
def test_empty_ragged_masked_and_logical_arrays_are_refused_by_name(name):
    """Every array of every system that a person may bring, one at a time."""
    import jax

    system, scenario = SYSTEMS[name], SCENARIOS[name]
    drawn = system.draw(scenario, jax.random.key(0), 2).known
    good = {key: np.asarray(drawn if key == "h" else getattr(drawn, key)) for key in system.channels}
    for key, array in good.items():
        if system.channels[key].kind != "logical":
            hidden = np.ma.masked_array(array, np.arange(array.size).reshape(array.shape) == 1)
            with pytest.raises(ValueError, match=f"^{key} must have no masked entries"):
                system.known(scenario, **{**good, key: hidden})
            system.known(scenario, **{**good, key: np.ma.masked_array(array)})
        with pytest.raises(ValueError, match=f"^{key} must be an array of numbers, got rows of different lengths"):
            system.known(scenario, **{**good, key: [[1.0], [1.0, 2.0]]})
        if system.channels[key].kind == "amplitude":
            with pytest.raises(ValueError, match=f"^{key} must be numeric, got true/false"):
                system.known(scenario, **{**good, key: np.ones(array.shape, bool)})
    with pytest.raises(ValueError, match="must have at least one drop"):
        system.known(scenario, **{key: array[:0] for key, array in good.items()})


def test_traced_links_are_named():
    """A simulator's links, conjugated but for the surface's; what does not fit is named."""
    a = statistics()
    links = {"direct": a["direct_mean"], "surface": a["surface_mean"][0], "user": a["user_mean"], "side": a["side"]}
    more = {"rician": np.inf, "kappa": 10.0, "power_w": 1.0, "noise_power_w": 0.01}
    assert np.array_equal(star_ris.traced_statistics(**links, **more).surface_mean[2], links["surface"])
    hidden = np.ma.masked_invalid(np.where(links["direct"] == links["direct"][0, 0, 0], np.nan, 1))
    for name, wrong in (("direct", links["direct"][0]), ("surface", links["surface"].T), ("user", links["user"][:2]),
                        ("direct", hidden),
                        ("side", [[1], [1, 0]]), ("surface", [[True]])):  # fmt: skip
        with pytest.raises(ValueError, match=f"^{name} must"):
            star_ris.traced_statistics(**{**links, name: wrong}, **more)


@pytest.mark.parametrize(
    ("h", "options", "name"),
    [([[1.0, 2.0], [1.0]], {}, "channels"), (np.ones((0, 2, 4)), {}, "channels"),
     (np.ones((2, 4)), {"sinr_db": True}, "sinr_db"),
     (np.ones((2, 4)), {"csi_error": np.ma.masked_array([0.1, 0.2], [0, 1])}, "csi_error"),
     (np.ones((2, 4)), {"csi_error": [[0.1, 0.2], [0.1]]}, "csi_error")],
)  # fmt: skip
def test_functions_refuse_by_name_too(h, options, name):
    with pytest.raises(ValueError, match=f"^{name} must "):
        noma_isac.minimise_power(noma_isac.Scenario.small(), h, **{"sinr_db": 5.0, **options})


def test_numbers_must_be_numbers():
    for bad in (["a"], [None], object()):
        with pytest.raises(ValueError, match="x must be an array of numbers"):
            plain_array(bad, "x")
