"""README and docs do what they say: Python blocks run, command lines run or at least parse, links lead somewhere."""

import re
import runpy
import shlex
from collections.abc import Iterator
from pathlib import Path

import jax
import pytest

import beamwright.core
from beamwright.core import Status
from beamwright.systems import SYSTEMS

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


@pytest.mark.parametrize("name", [path.stem for path in sorted((ROOT / "docs" / "systems").glob("*.md"))])
def test_every_method_is_in_choosing_a_method(name: str) -> None:
    """In the section of its system, so that a name which two systems share counts once each."""
    sections = (ROOT / "docs" / "choosing-a-method.md").read_text().split("\n## ")
    section = next(text for text in sections if f"(systems/{name}.md)" in text)
    assert [method for method in SYSTEMS[name].methods if f"`{method}`" not in section] == []


@pytest.mark.parametrize("page", ["glossary.md", "choosing-a-method.md"])
def test_every_status_is_explained(page: str) -> None:
    text = (ROOT / "docs" / page).read_text()
    assert [status.name for status in Status if f"| `{status.name.lower()}` |" not in text] == []


def test_every_public_package_has_an_api_page() -> None:
    asked = set()
    for page in (ROOT / "docs" / "api").glob("*.md"):
        asked |= set(re.findall(r"^<!-- public names of ([\w.]+) -->$", page.read_text(), re.MULTILINE))
    inner = {"cli", "report", "systems"}  # commands, pictures, and the registry
    rooms = [
        path.parent for path in (ROOT / "src" / "beamwright").glob("*/__init__.py") if path.parent.name not in inner
    ]
    rooms += [path.parent for path in (ROOT / "src" / "beamwright" / "systems").glob("*/__init__.py")]
    assert {".".join(room.relative_to(ROOT / "src").parts) for room in rooms} == asked


def test_api_pages_list_public_names(tmp_path: Path) -> None:
    public_paths = runpy.run_path(str(ROOT / "docs" / "hooks" / "api.py"))["public_paths"]
    assert [path.rpartition(".")[2] for path in public_paths("beamwright.core")] == beamwright.core.__all__
    for name, source in {
        "named/__init__.py": "from named.inner import f as g\nif g:\n    from m import h\nX: int = 1\n"
        "__all__ = ['g', 'h', 'X', 'lazy', 'inner']",
        "named/inner/__init__.py": "",
        "named/inner/deep.py": "def lazy(): ...",
        "plain/__init__.py": "",
        "plain/roots.py": "",
        "plain/_hidden.py": "",
        "wrong/__init__.py": "__all__ = ['nowhere']",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(source)
    assert public_paths("named", tmp_path) == ["named.g", "named.h", "named.X", "named.inner.deep.lazy", "named.inner"]
    assert public_paths("plain", tmp_path) == ["plain.roots"]
    with pytest.raises(ValueError, match="nowhere"):
        public_paths("wrong", tmp_path)


@pytest.mark.parametrize("page", [pytest.param(page, id=page.name) for page in [*PAGES, ROOT / "CONTRIBUTING.md"]])
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text()):
        assert target.startswith("https://") or (page.parent / target).exists(), target
