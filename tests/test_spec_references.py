"""Whatever sources and pages cite of the specification is there; and the finder that says so is not blind."""

from pathlib import Path

import pytest
from spec_references import Specification, places_in, references

PAGES = {
    "noma-isac": "# A {#top}\n## 1 {#section-1}\n**P1**{#p1} **(e)**{#p1-e}\n"
    "## 3 {#section-3}\n**A4**{#a4} 1. x{#a4-2}\n"
    "## 8 {#section-8}\n1. x{#section-8-item-1}\n2. y{#section-8-item-2}\n",
    "dma-noma": "## 5 {#section-5}\n## 6 {#section-6}\n**B**{#section-6-b}\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "docs" / "spec").mkdir(parents=True)
    for name, text in PAGES.items():
        (tmp_path / "docs" / "spec" / f"{name}.md").write_text(text)
    return tmp_path


def found(root: Path, path: str, source: str) -> list[tuple[str, str]]:
    """Citation and problem of one more file."""
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(source)
    return [(each.text, each.problem) for each in references(root) if each.where.startswith(path)]


def test_every_citation_resolves() -> None:
    everything = references()
    broken = [f"{each.where}: {each.text!r}: {each.problem}" for each in everything if each.problem]
    assert not broken, "\n".join(broken)
    assert sum(each.where.startswith("src") for each in everything) > 150


def test_anchors_are_unique() -> None:
    for name, anchors in Specification().anchors.items():
        assert len(anchors) == len(set(anchors)), name


HOUSE = "src/beamwright/systems/noma_isac/solve.py"


@pytest.mark.parametrize(
    ("path", "source"),
    [
        (HOUSE, '"""Beams (spec A4)."""'),
        (HOUSE, "x = 1  # spec section 8, items 1, 2"),
        (HOUSE, 'source = f"{x}; spec P1 e"'),
        (HOUSE, '"""The relaxation P1 (eps = 0)."""'),
        (HOUSE, '"""Lower the rank (spec A4 (2))."""'),
        (HOUSE, '"""Section 3 of the specification; the paper, section 7, says otherwise."""'),
        ("src/beamwright/optim/x.py", '"""Powers (spec dma_noma, 5\n    and 6, solver B)."""'),
        ("tests/test_dma_noma.py", '"""Powers (specification, sections 5 to 6)."""'),
        ("docs/systems/dma-noma.md", "By [the specification](../spec/dma-noma.md#section-5)."),
        ("docs/glossary.md", "Least power ([section 8](spec/noma-isac.md#section-8))."),
    ],
)
def test_what_is_there_is_found(root: Path, path: str, source: str) -> None:
    cited = found(root, path, source)
    assert cited and not [problem for _, problem in cited if problem], cited


@pytest.mark.parametrize(
    ("path", "source", "problem"),
    [
        (HOUSE, '"""Beams (spec A5)."""', "noma_isac has no a5"),
        (HOUSE, "x = 1  # spec section 8, items 1, 3", "noma_isac has no section-8-item-3"),
        (HOUSE, 'source = f"{x}; spec P1 d"', "noma_isac has no p1-d"),
        (HOUSE, '"""The relaxation P2."""', "noma_isac has no p2"),
        (HOUSE, '"""P1, as in\n\n    section 7."""', "noma_isac has no section-7"),
        (HOUSE, '"""Section 2 of the specification."""', "noma_isac has no section-2"),
        (HOUSE, '"""Powers (spec dma_noma, 6, C)."""', "dma_noma has no section-6-c"),
        ("src/beamwright/optim/x.py", '"""Powers (spec A4)."""', "names no system"),
        ("src/beamwright/optim/x.py", '"""Powers (spec star_ris, A4)."""', "there is no docs/spec/star-ris.md"),
        ("tests/test_dma_noma.py", '"""Powers (specification, sections 5 to 7)."""', "dma_noma has no section-7"),
        ("docs/index.md", "As section 9 of the specification says.", "names no system"),
        ("docs/systems/dma-noma.md", "By [the specification](../spec/dma-noma.md#s5).", "dma_noma has no s5"),
        ("docs/glossary.md", "Least power ([section 9](spec/noma-isac.md#section-9)).", "noma_isac has no section-9"),
    ],
)
def test_what_is_not_there_is_told(root: Path, path: str, source: str, problem: str) -> None:
    assert problem in [found for _, found in found(root, path, source)]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        (", A3, A6, 8)", ["a3", "a6", "section-8"]),
        (" P1 (eps = 0), P2", ["p1", "p2"]),
        (" P1, and P4 on the frame average", ["p1", "p4"]),
        (", section 5, seeds 0 to 2", ["section-5"]),
        (" A3 has 1e6 W", ["a3"]),
        (", sections 3 to 5 and 11", ["section-3", "section-4", "section-5", "section-11"]),
        (" 8, items 6, 7", ["section-8", "section-8-item-6", "section-8-item-7"]),
        (", section 6, FPA + SCA", ["section-6"]),
    ],
)
def test_places(text: str, places: list[str]) -> None:
    assert places_in(text)[0] == places
