"""Which axis is which: every proposal that a refusal makes, followed to the letter, reads the array that was meant."""

import re
import shlex

import numpy as np
import pytest

from beamwright.cli.axes import parse_axes
from beamwright.cli.channels import ChannelFile, read_channels
from beamwright.core import Input

INPUTS = {"h": Input("drops users antennas", "amplitude", conjugated=True)}
SIZES = {"users": 3, "antennas": 8}
LINKS = {
    "gain": Input("drops users aps paths", "amplitude"), "link": Input("drops aps aps paths", "amplitude"),
    "cosine": Input("drops aps", "real"), "power_w": Input("drops", "power", "W", spread=True),
}  # fmt: skip


def random(*shape):
    real, imaginary = np.random.default_rng(7).standard_normal((2, *shape))
    return real + 1j * imaginary


H = random(5, 3, 8)


def read(path, array, words="", inputs=INPUTS, sizes=SIZES, transpose=False, groups=None):
    """As ``beamwright design`` reads the file with these options."""
    arrays = array if isinstance(array, dict) else {"h": array}
    np.savez(path / "a.npz", **arrays)
    options = shlex.split(words)
    told = dict(pair.split("=") for at, pair in enumerate(options) if options[at - 1] == "--set")
    orders = [text for at, text in enumerate(options) if options[at - 1] == "--axes"]
    source = ChannelFile(path / "a.npz", axes=parse_axes(orders, inputs), transpose=transpose)
    found = read_channels(source, inputs, {**sizes, **{n: int(v) for n, v in told.items()}}, groups)
    return found.arrays if inputs is not INPUTS else found.arrays["h"]


def refusal(path, array, **more):
    with pytest.raises(ValueError) as caught:
        read(path, array, **more)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (H.T, '--axes "antennas users drops"'),
        (np.moveaxis(H, 0, -1), '--axes "users antennas drops"'),
        (np.swapaxes(H, 1, 2), '--axes "drops antennas users"'),
        (np.moveaxis(H, 0, -1)[:, :, None], '--axes "users antennas 1 drops"'),
        (np.stack([H.real, H.imag]), '--axes "parts drops users antennas"'),
        (np.stack([H.real, H.imag], -1), '--axes "drops users antennas parts"'),
    ],
)
@pytest.mark.parametrize("transpose", [False, True])
def test_the_one_way_to_read_an_array_is_proposed_and_works(array, words, transpose, tmp_path):
    """Also after --transpose, which the proposal replaces."""
    if transpose and array.shape == H.T.shape and np.array_equal(array, H.T):
        assert np.array_equal(read(tmp_path, array, transpose=True), H)
        return
    said = refusal(tmp_path, array, transpose=transpose)
    assert said.endswith(f"Try {words}" + (" (in place of --transpose)" if transpose else ""))
    assert np.array_equal(read(tmp_path, array, words), H)


def test_several_ways_are_all_named_and_none_mixes_up_axes(tmp_path):
    """MATLAB's H(user, antenna, drop) of 3 x 4 x 10 with the default of 8 antennas: users are 3, whatever the rest."""
    meant = random(10, 3, 4)
    array = np.moveaxis(meant, 0, -1)
    for transpose in (False, True):
        said = refusal(tmp_path, array, transpose=transpose)
        ways = re.findall(r'--axes "[a-z ]+" --set \w+=\d+', said)
        assert set(ways) == {'--axes "users antennas drops" --set antennas=4',
                             '--axes "users drops antennas" --set antennas=10'}  # fmt: skip
        assert "users=" not in said
    read_so = [read(tmp_path, array, way) for way in ways]
    assert any(np.array_equal(one, meant) for one in read_so if one.shape == meant.shape)
    assert np.array_equal(read(tmp_path, array, '--axes "users antennas drops" --set antennas=4'), meant)


@pytest.mark.parametrize(
    ("shape", "remedy"),
    [
        ((4, 8), r"Try --set users=4, or --drops N in place of --set, for random groups of users"),
        ((8, 3), '--axes "antennas users"$'),
        ((8, 4), '--axes "antennas users" --set users=4, or --drops N in place of --set'),
        ((5, 3, 6), r"Which axis is which\? --set antennas=6, or "),
        ((8,), r"axes \(drops users antennas\).*Name the axes .* with --axes"),
        ((5, 3, 4, 6), "Name the axes"),
        ((2, 3, 8), r"must be complex.*drops users antennas.*parts users antennas"),
    ],
)
def test_wrong_axes_name_a_remedy(shape, remedy, tmp_path):
    assert re.search(remedy, refusal(tmp_path, np.ones(shape)))


def test_axes_of_length_one_may_be_there_or_not(tmp_path):
    assert np.array_equal(read(tmp_path, H[:, :, None, None, :, None]), H)
    assert np.array_equal(read(tmp_path, H[:1].transpose(1, 2, 0)), H[:1])  # MATLAB's (user, antenna, 1)
    one = {"users": 1, "antennas": 8}
    assert np.array_equal(read(tmp_path, H[:, :1, None], sizes=one), H[:, :1])
    assert np.array_equal(read(tmp_path, H[:, 0], '--axes "drops antennas"', sizes=one), H[:, :1])
    assert np.array_equal(read(tmp_path, H[0], '--axes "users antennas drops"'), H[:1])  # the last was dropped


def test_a_pool_may_have_other_axes_too(tmp_path):
    pool = random(12, 8)
    groups = read(tmp_path, pool, groups=4)
    assert np.array_equal(read(tmp_path, pool.T, '--axes "antennas users"', groups=4), groups)
    assert 'Try --axes "antennas users"' in refusal(tmp_path, pool.T, groups=4)
    assert "must be a pool with axes (users antennas)" in refusal(tmp_path, H, groups=4)


def test_groups_are_users_of_the_file_and_do_not_depend_on_their_number(tmp_path):
    pool = np.arange(40)[:, None] + 1j * np.arange(8)
    np.savez(tmp_path / "pool.npz", h=pool)
    source = ChannelFile(tmp_path / "pool.npz")
    many = read_channels(source, INPUTS, SIZES, groups=20, seed=3).arrays["h"]
    few = read_channels(source, INPUTS, SIZES, groups=6, seed=3).arrays["h"]
    assert many.shape == (20, 3, 8) and np.array_equal(few, many[:6])
    users = many[:, :, 0].real.astype(int)
    assert all(len(set(group)) == 3 for group in users)
    assert np.array_equal(pool[users], many)
    assert len(np.unique(users)) > 20
    other = read_channels(source, INPUTS, SIZES, groups=20, seed=4).arrays["h"]
    assert not np.array_equal(other, many)


def test_groups_need_as_many_users(tmp_path):
    with pytest.raises(ValueError, match="users must be at most the 2 in the file, got 3"):
        read(tmp_path, H[0, :2], groups=2)


def test_one_order_holds_for_every_array_that_has_these_axes(tmp_path):
    arrays = {
        "gain": random(4, 3, 2, 5),
        "link": random(4, 2, 2, 6),
        "cosine": H.real[:4, 0, :2],
        "power_w": np.float64(2),
    }
    turned = {"gain": arrays["gain"].transpose(3, 1, 2, 0), "link": arrays["link"].transpose(3, 1, 2, 0),
              "cosine": arrays["cosine"].T, "power_w": [[2.0]]}  # fmt: skip
    found = read(tmp_path, turned, '--axes "paths users aps aps drops"', inputs=LINKS, sizes={"users": 3, "aps": 2})
    for name in ("gain", "link", "cosine"):
        assert np.array_equal(found[name], arrays[name])
    assert np.array_equal(found["power_w"], np.full(4, 2.0))
    swapped = {**arrays, "link": arrays["link"].swapaxes(1, 2)}
    found = read(tmp_path, swapped, '--axes "link=drops aps2 aps1 paths"', inputs=LINKS, sizes={"users": 3, "aps": 2})
    assert np.array_equal(found["link"], arrays["link"])


def test_last_axes_that_matlab_dropped_are_proposed_for_all_arrays_at_once(tmp_path):
    arrays = {"gain": random(1, 3, 2, 1), "link": random(1, 2, 2, 1), "cosine": np.ones((1, 2)), "power_w": 1.0}
    dropped = {name: np.squeeze(array) for name, array in arrays.items()}
    sizes = {"users": 3, "aps": 2}
    said = refusal(tmp_path, dropped, inputs=LINKS, sizes=sizes)
    words = said.partition(" try ")[2] or said.partition(". Try ")[2]
    assert words == '--axes "gain=users aps" --axes "link=aps aps"'
    found = read(tmp_path, dropped, words, inputs=LINKS, sizes=sizes)
    assert all(np.array_equal(found[name], np.reshape(arrays[name], found[name].shape)) for name in arrays)
    assert found["gain"].shape == (1, 3, 2, 1)


@pytest.mark.parametrize(
    ("text", "words"),
    [("users antenas", "--axes must name axes out of antennas, drops, users"), ("g=users", "must name an array"),
     ("users users antennas", "each axis once"), ("", "must name axes")],
)  # fmt: skip
def test_orders_that_mean_nothing_are_refused(text, words):
    with pytest.raises(ValueError, match=words):
        parse_axes([text], INPUTS)
