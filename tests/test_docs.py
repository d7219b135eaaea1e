"""README and docs do what they say: Python blocks run, command lines run or at least parse, links lead somewhere."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import jax
import pytest

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
RUN = {"list", "show", "design", "verify"}
"""Commands cheap enough to run; the others (studies, reports) are only parsed."""


def lines_in(page: Path, language: str) -> list[str]:
    """The page with everything blank but its fenced blocks in one language, so that line numbers stay true."""
    lines, inside = [], False
    for line in page.read_text().splitlines():
        inside = line == f"```{language}" or (inside and line != "```")
        lines.append(line if inside and not line.startswith("```") else "")
    return lines


def pages_with(language: str) -> list[object]:
    """Pages that have such blocks, as parameters with readable names."""
    return [pytest.param(page, id=str(page.relative_to(ROOT))) for page in PAGES if any(lines_in(page, language))]


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder beside ``examples/``; JAX's cache folder is put back as it was."""
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BEAMWRIGHT_CACHE_DIR", "off")  # the suite has its own
    cache = jax.config.jax_compilation_cache_dir  # type: ignore[attr-defined]
    yield tmp_path
    jax.config.update("jax_compilation_cache_dir", cache)


@pytest.mark.parametrize("page", pages_with("python"))
def test_python_examples_run(page: Path, workplace: Path) -> None:
    source = "\n".join(lines_in(page, "python"))
    exec(compile(source, str(page), "exec"), {"__name__": "example"})


@pytest.mark.parametrize("page", pages_with("bash"))
def test_command_lines_run(page: Path, workplace: Path) -> None:
    from beamwright.cli import main

    lines = [line for line in lines_in(page, "bash") if line.startswith("beamwright ")]
    assert lines
    for line in lines:
        arguments = shlex.split(line, comments=True)[1:]
        cheap = arguments[0] in RUN and "--checkpoint" not in arguments  # which takes a training
        asked = arguments if cheap else [*arguments, "--help"]
        assert main(asked) == 0, line


@pytest.mark.parametrize("page", [pytest.param(page, id=page.name) for page in [*PAGES, ROOT / "CONTRIBUTING.md"]])
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text()):
        assert target.startswith("https://") or (page.parent / target).exists(), target
