"""The scripts and notebooks in examples/ run as they are."""

import json
import runpy
from pathlib import Path

import matplotlib.pyplot as plt
import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"
SCRIPTS = sorted(EXAMPLES.glob("*.py"))
NOTEBOOKS = sorted(EXAMPLES.glob("*.ipynb"))
COMPILED = {"objectives", "two_ray"}
"""Ten seconds each for the compiler, with programs that nothing else in the suite needs."""


@pytest.mark.parametrize(
    "script", [pytest.param(p, id=p.stem, marks=pytest.mark.slow if p.stem in COMPILED else ()) for p in SCRIPTS]
)
def test_example_runs(script, capsys):
    runpy.run_path(str(script), run_name="__main__")
    assert capsys.readouterr().out.strip()


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda notebook: notebook.stem)
def test_notebook_runs_from_top_to_bottom_and_draws(notebook, capsys, monkeypatch):
    """Cell after cell in one namespace; what it computes is not kept in the file."""
    cells = [cell for cell in json.loads(notebook.read_text())["cells"] if cell["cell_type"] == "code"]
    assert len(cells) > 2 and not any(cell["outputs"] or cell["execution_count"] for cell in cells)
    drawn = []
    monkeypatch.setattr(plt, "show", lambda: drawn.extend(plt.get_fignums()))
    names = {"__name__": "__main__"}
    for number, cell in enumerate(cells):
        exec(compile("".join(cell["source"]), f"{notebook.name}[{number}]", "exec"), names)
    plt.close("all")
    assert drawn and capsys.readouterr().out.strip()
