"""Solutions as files: what is read is what was written, and every altered entry is found."""

import json

import numpy as np
import pytest
from programs.cases import channels

from beamwright import programs as bp
from beamwright.records.digest import digest_of

H = channels(range(2), 2, antennas=3)


def made(h=H):
    """A bit of everything: a ball, a norm, a matrix, a scalar, a covariance of any rank, two drops."""
    (w,), (q,) = bp.covariances(1, 3), bp.covariances(1, 3, rank_one=False, name="q")
    level = bp.scalar("level")
    return bp.Problem(
        bp.minimise((w + q).power() + level),
        [
            bp.sinr(w, bp.ball(h[:, 0], 0.1), [w, q], 0.01) >= 2.0,
            bp.norm([w.gain(h[:, 1]), 0.1 * w.cross(h[:, 0], h[:, 1])]) <= level,
            (bp.hermitian([[q.gain(h[:, 0]) + level, q.cross(h[:, 0], h[:, 1])], [0.0, q.power() + 0.2]]) >= 0),
            q.antenna_power() >= np.array([0.01, 0.02]),
            (q.gain(h[:, 0]) >= 0.02).named("sensing"),
        ],
    )


@pytest.fixture(scope="module")
def found():
    return made().solve()


@pytest.fixture
def file(found, tmp_path):
    return bp.save(found, tmp_path / "found.npz")


def test_what_is_read_is_what_was_written(found, file) -> None:
    for read in (bp.load(file), bp.load(file, found.problem), bp.load(file, made())):
        assert read.status_text == found.status_text == ["optimal"] * 2
        assert read.problem.explain() == found.problem.explain() and read.problem.names == found.problem.names
        for ours, theirs in zip([*read.beams, *read.scalars], [*found.beams, *found.scalars], strict=True):
            np.testing.assert_array_equal(ours, theirs)
    np.testing.assert_array_equal(read.problem.solve().value, found.value)


def rewrite(file, change, with_digest):
    """The file with its arrays and description changed; the digest too, as a forger would."""
    with np.load(file) as archive:
        arrays = {name: archive[name] for name in archive}
    about, digest = json.loads(str(arrays.pop("about"))), arrays.pop("digest")
    change(arrays, about)
    digest = np.array(digest_of(arrays, about)) if with_digest else digest
    np.savez(file, about=np.array(json.dumps(about)), digest=digest, **arrays)


def test_every_altered_array_is_found(found, file) -> None:
    """One entry of each, by a thousandth: the digest finds it; of a forger who computes that again, the rest does.

    Nothing depends on iterations, which the digest alone protects, nor on columns that span all antennas either way.
    """
    with np.load(file) as archive:
        names = [name for name in archive if name not in ("about", "digest")]
        original = file.read_bytes()
    for name in names:
        for with_digest in (False, True):
            file.write_bytes(original)

            def change(arrays, about, name=name):
                x = np.array(arrays[name])
                entry = np.unravel_index(np.argmax(np.abs(np.nan_to_num(x))), x.shape)
                x[entry] = x[entry] + 1 if x.dtype.kind == "i" else x[entry] * 1.001 + 1e-6
                arrays[name] = x

            rewrite(file, change, with_digest)
            if with_digest and name in ("iterations", "condition.3.inside.vectors.1.0"):
                continue
            with pytest.raises(ValueError, match=r"found\.npz must"):
                bp.load(file)
            if name.split(".")[0] in ("objective", "condition"):
                with pytest.raises(ValueError, match="other values of|damaged"):
                    bp.load(file, found.problem)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda arrays, about: about.update(sense="maximise"), "other values of"),
        (lambda arrays, about: about.update(sense="neither"), "minimise or maximise"),
        (lambda arrays, about: about.update(bound_rests_on=["faith", "faith"]), "bound_rests_on"),
        (lambda arrays, about: about.update(format_version=9), "have format 1"),
        (lambda arrays, about: arrays.pop("beams.0"), "damaged"),
        (lambda arrays, about: arrays.update(multipliers=arrays["multipliers"][:, 1:]), "multipliers must have shape"),
        (lambda arrays, about: about["conditions"][0].update(part="Anything"), "damaged"),
    ],
)
def test_what_is_no_solution_is_refused_by_name(file, change, words: str) -> None:
    rewrite(file, change, True)
    with pytest.raises(ValueError, match=words):
        bp.load(file)


def test_another_program_and_other_files_are_refused(found, file, tmp_path) -> None:
    with pytest.raises(ValueError, match=r"other values of condition\.0\.inside\.ball\.centre"):
        bp.load(file, made(H * 1.01))
    with pytest.raises(ValueError, match="end in .npz"):
        bp.save(found, tmp_path / "found.pkl")
    with pytest.raises(ValueError, match=r"absent\.npz must be a file"):
        bp.load(tmp_path / "absent.npz")
    (tmp_path / "empty.npz").write_bytes(b"")
    with pytest.raises(ValueError, match=r"empty\.npz must be a file"):
        bp.load(tmp_path / "empty.npz")
