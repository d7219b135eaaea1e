"""Griffe extension: docstrings of this library as Markdown, and fields of scenarios and options with what they mean.

A docstring here is prose, an indented formula, then ``Args:``, ``Returns:``, ``Raises:``, ``Source:``, ``Deviation:``,
each with its text on the same line. A field is declared by ``parameter(default, description, unit=..., source=...)``.
"""

import ast
import re
from inspect import cleandoc
from typing import Any

import griffe

LONGEST_VALUE = 120
"""Characters of a constant that are worth showing: no table of methods."""
_LABEL = re.compile(r"^(Args|Returns|Yields|Raises|Source|Deviation):\s+")
_CODE = re.compile(r"(``[^`]*``|`[^`]*`)")


class Docstrings(griffe.Extension):
    """Rewrites every docstring of a package once it is loaded."""

    def on_package(self, *, pkg: griffe.Module, **_: Any) -> None:
        """Called by Griffe."""
        _rewrite(pkg)


def _rewrite(item: griffe.Object) -> None:
    if isinstance(item, griffe.Module):
        _add_pairs(item)
    if isinstance(item, griffe.Attribute):
        _describe(item)
        if len(str(item.value)) > LONGEST_VALUE:
            item.value = None
    if item.docstring:
        item.docstring.value = as_markdown(item.docstring.value)
    for member in item.members.values():
        if not member.is_alias:
            _rewrite(member)


def _add_pairs(module: griffe.Module) -> None:
    """Constants assigned together, ``NEAR, FAR = 3.0, 15.0``, which Griffe passes over; they share a docstring."""
    body = ast.parse(module.filepath.read_text()).body  # type: ignore[union-attr]
    for node, after in zip(body, [*body[1:], None], strict=True):
        if not (isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple)):
            continue
        value = getattr(after, "value", None) if isinstance(after, ast.Expr) else None
        text = value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else None
        for name in node.targets[0].elts:
            if isinstance(name, ast.Name) and name.id not in module.members:
                docstring = griffe.Docstring(text) if text else None
                module.set_member(name.id, griffe.Attribute(name.id, lineno=node.lineno, docstring=docstring))


def _describe(field: griffe.Attribute) -> None:
    """Turn ``parameter(default, description, ...)`` into a default value and a docstring."""
    call = field.value
    if not isinstance(call, griffe.ExprCall) or str(call.function) != "parameter" or len(call.arguments) < 2:
        return
    default, description, *_ = call.arguments
    try:
        text = str(ast.literal_eval(str(description))) + "."
    except (ValueError, SyntaxError):  # put together at run time
        return
    told = {item.name: str(item.value) for item in call.arguments if isinstance(item, griffe.ExprKeyword)}
    text += f" Unit: {ast.literal_eval(told['unit'])}." if "unit" in told else ""
    field.value = default
    field.docstring = griffe.Docstring(text, parent=field)


def as_markdown(docstring: str) -> str:
    """Formulas stay indented blocks, labelled parts become paragraphs, prose loses its markup characters."""
    out: list[str] = []
    labelled = False
    for line in cleandoc(docstring).splitlines():
        label = _LABEL.match(line)
        if label:
            out += ["", f"**{label[1]}:** {_plain(line[label.end() :])}"]
        elif labelled and line.startswith(" "):
            out.append(_plain(line.strip()))
        elif line.startswith("    "):
            out.append(line)
        else:
            out.append(_plain(line))
        labelled = bool(label) or (labelled and line.startswith(" "))
    return "\n".join(out)


def _plain(text: str) -> str:
    """Text in which stars, angle brackets and square brackets mean themselves; code in backticks stays code."""
    parts = _CODE.split(text)
    parts[::2] = [re.sub(r"([*\[\]])", r"\\\1", part).replace("<", "&lt;") for part in parts[::2]]
    return "".join(parts)
