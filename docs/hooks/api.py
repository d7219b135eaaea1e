"""MkDocs hook: an API page asks for the public names of a package, and gets an entry for each of them.

A page holds the line ``<!-- public names of beamwright.metrics -->``. It becomes one mkdocstrings entry for every name
in the package's ``__all__``, in that order, or for every public module of a package that has no ``__all__``. Sources
are parsed, never imported, so pages cannot disagree with the code and need none of its dependencies.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_SRC = Path(__file__).parents[2] / "src"
_MARKER = re.compile(r"^<!-- public names of (?P<package>[\w.]+) -->$", re.MULTILINE)


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Replace every marker of a page by its entries."""
    return _MARKER.sub(lambda found: "\n\n".join(f"::: {path}" for path in public_paths(found["package"])), markdown)


def public_paths(package: str, src: Path = _SRC) -> list[str]:
    """Dotted paths of what a package offers, each where a static reader finds it."""
    folder = src / Path(*package.split("."))
    tree = ast.parse((folder / "__init__.py").read_text())
    bound = {path.stem for path in folder.iterdir()}
    for node in _statements(tree.body):
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        bound |= {target.id for target in targets if isinstance(target, ast.Name)}
        bound |= {node.name} if isinstance(node, ast.FunctionDef | ast.ClassDef) else set()
        if isinstance(node, ast.Import | ast.ImportFrom):
            bound |= {alias.asname or alias.name for alias in node.names}
    names = public_names(tree)
    if names is None:
        modules = [path for path in sorted(folder.iterdir()) if path.suffix == ".py" or (path / "__init__.py").exists()]
        return [f"{package}.{path.stem}" for path in modules if not path.stem.startswith("_")]
    return [f"{package}.{name}" if name in bound else _lazy(package, folder, name) for name in names]


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """All of a module, also below ``if TYPE_CHECKING`` and its like; no function's own."""
    for node in body:
        yield node
        if isinstance(node, ast.If | ast.Try | ast.With):
            yield from _statements(node.body)


def public_names(tree: ast.Module) -> list[str] | None:
    """What ``__all__`` lists, if there is one."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(getattr(target, "id", "") == "__all__" for target in node.targets):
            return [item.value for item in getattr(node.value, "elts", []) if isinstance(item, ast.Constant)]
    return None


def _lazy(package: str, folder: Path, name: str) -> str:
    """Where a name is defined that the package imports only when it is asked for."""
    for module in sorted(folder.rglob("*.py")):
        defined = {getattr(node, "name", "") for node in ast.parse(module.read_text()).body}
        if name in defined:
            return ".".join([package, *module.relative_to(folder).with_suffix("").parts, name])
    raise ValueError(f"{package}.__all__ must name what the package defines. Got {name!r}.")
