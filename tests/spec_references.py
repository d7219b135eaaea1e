"""Finds what sources and pages cite of the specification, and whether it is there: ``python tests/spec_references.py``.

A citation names a system or stands in a file of one: ``spec noma_isac, A4``, ``spec section 8, items 4, 5``,
``F3 and F4 of the specification``. It resolves if ``docs/spec/<system>.md`` has the anchors: ``{#a4}``,
``{#section-8-item-4}``, ``{#f3}``.
"""

import re
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("src", "tests", "benchmarks", "examples", "docs")
_TEXT = {tokenize.STRING, tokenize.COMMENT, getattr(tokenize, "FSTRING_MIDDLE", -1)}

_MENTION = re.compile(r"(?<![\w./`-])[Ss]pec(?:ification)?\b(?![./`-])")
_SYSTEM = re.compile(r"[\s,]*(?P<system>[a-z]+(?:_[a-z]+)+|cellfree)\b")
_PLACE = re.compile(
    r"""(?:\s*\([^()]*\)(?=\s*,\s*(?:and\s+)?[A-Z]\d))?      # "P1 (eps = 0), P2"
    [\s,(]*(?:(?P<to>to)\s+|and\s+|solver\s+)?(?:
        [Ss]ections?\s+(?P<section>\d{1,2})\b
      | items?\s+(?P<item>\d{1,2})\b
      | figures?\s+(?P<figure>\d{1,2})\b
      | (?P<label>[A-Z]\d{1,2})\b(?:\s\(?(?P<part>[a-e]|\d)\)?(?=[\s),.;:"']|$))?
      | (?P<letter>[A-Z])(?=[),.;"']|$)
      | (?P<number>\d{1,2})(?![\w.]*\w)
    )""",
    re.VERBOSE,
)
_BEFORE = re.compile(
    r"(?:[Ss]ections?\s+\d{1,2}|[A-Z]\d{1,2})(?:(?:,|\s+and|\s+to)\s+(?:\d{1,2}|[A-Z]\d{1,2}))*\s+of\s+the\s+$"
)
_BARE_SECTION = re.compile(r"\b[Ss]ections?\s+\d{1,2}\b")
_BARE_LABEL = re.compile(r"(?<![\w/-])(?:[AEFP]\d{1,2}|S[12])(?![\w-])")
_ELSEWHERE = re.compile(r"\b(?:paper|source|manuscript)(?:'s)?,?\s+$")
_TO_SPEC = re.compile(r"\[[^\]]*\]\((?:[^)\s]*/)?spec/[^)\s]*\)")
_LINK = re.compile(r"\]\((?P<page>[^)\s#]*)#(?P<anchor>[\w-]+)\)")


class Reference(NamedTuple):
    """One citation."""

    where: str
    """Path and line."""
    text: str
    problem: str
    """Empty where it resolves."""


class Specification:
    """The pages, their anchors, and which system a file belongs to."""

    def __init__(self, folder: Path = ROOT / "docs" / "spec") -> None:
        pages = {page.stem.replace("-", "_"): page.read_text() for page in folder.glob("*.md")}
        self.anchors = {name: re.findall(r"\{#([\w-]+)\}", text) for name, text in pages.items()}

    def system_of(self, path: Path) -> str | None:
        """The one system that a path names, in full or by its first word; none where it names none or several."""
        rest = path.as_posix().replace("-", "_")
        named = {name for name in self.anchors if name in rest}
        for name in named:
            rest = rest.replace(name, "")
        words = set(re.split(r"[/_.]", rest))
        named |= {name for name in self.anchors if name.split("_")[0] in words}
        return named.pop() if len(named) == 1 else None

    def problem(self, system: str | None, places: list[str]) -> str:
        """Why a citation does not resolve; empty if it does."""
        if system is None:
            return "names no system"
        if system not in self.anchors:
            return f"there is no docs/spec/{system.replace('_', '-')}.md"
        missing = [place for place in places if place not in self.anchors[system]]
        return f"{system} has no {', '.join(missing)}" if missing else ""


def places_in(text: str, start: int = 0) -> tuple[list[str], int]:
    """Anchors of a list of places that begins at ``start``, and where it ends."""
    places: list[str] = []
    section, counts = "", "section"
    while found := _PLACE.match(text, start):
        start = found.end()
        if number := found["section"] or found["item"] or found["figure"] or found["number"]:
            kind = next((name for name in ("section", "item", "figure") if found[name]), counts)
            first = int(number)
            if found["to"] and places:
                first = int(places[-1].rpartition("-")[2]) + 1
            for count in range(first, int(number) + 1) or [int(number)]:
                places.append(f"{section}-item-{count}" if kind == "item" else f"{kind}-{count}")
            counts, section = kind, places[-1] if kind == "section" else section
        elif found["letter"]:
            places.append(f"{section}-{found['letter'].lower()}")
        else:
            places.append("-".join(filter(None, (found["label"].lower(), found["part"]))))
    return places, start


def citations(text: str, labels: bool = False) -> Iterator[tuple[int, int, str | None, list[str]]]:
    """Start, end, system if one is named, anchors; ``labels``: also of bare labels such as P1."""
    taken: list[tuple[int, int]] = []
    named: str | None = None
    for mention in _MENTION.finditer(text):
        start, end = mention.span()
        before = _BEFORE.search(text, 0, start)
        system = _SYSTEM.match(text, end)
        named = system["system"] if system else named
        places, end = places_in(text, system.end() if system else end)
        if before:
            start = before.start()
            places = [*places_in(text[: mention.start()], start)[0], *places]
        taken.append((start, end))
        yield start, end, named, places
    for pattern in (_BARE_SECTION, _BARE_LABEL) if labels else (_BARE_SECTION,):
        for bare in pattern.finditer(text):
            cited = any(start <= bare.start() < end for start, end in taken)
            if cited or _ELSEWHERE.search(text, 0, bare.start()):
                continue
            earlier = [found["system"] for found in re.finditer(r"\bspec (?P<system>\w+),", text[: bare.start()])]
            places, end = places_in(text, bare.start())
            taken.append((bare.start(), end))
            yield bare.start(), end, earlier[-1] if earlier else None, places


def texts_of(path: Path) -> Iterator[tuple[int, str]]:
    """Line and text of every comment and string of a module, or a page without its links to the specification."""
    if path.suffix == ".md":
        page = _TO_SPEC.sub(lambda link: "\n" * link[0].count("\n"), path.read_text())
        yield 1, re.sub(r"\]\([^)\s]*\)", "]", page)
        return
    with tokenize.open(path) as file:
        for token in tokenize.generate_tokens(file.readline):
            if token.type in _TEXT:
                yield token.start[0], token.string


def references(root: Path = ROOT, specification: Specification | None = None) -> list[Reference]:
    """All citations below ``root``."""
    spec = specification or Specification(root / "docs" / "spec")
    found = []
    for path in sorted(path for folder in FOLDERS for path in (root / folder).rglob("*.*")):
        if path.suffix not in (".py", ".md") or "spec_references" in path.stem:  # whose examples are invented
            continue
        relative = path.relative_to(root)
        own = spec.system_of(relative)
        labels = own is not None and "systems" in relative.parts and path.suffix == ".py"
        for first, text in texts_of(path):
            for start, end, named, places in citations(text, labels):
                line = first + text.count("\n", 0, start)
                quoted = " ".join(text[start:end].split())
                found.append(Reference(f"{relative}:{line}", quoted, spec.problem(named or own, places)))
        if path.suffix == ".md":
            found += _links(path, relative, spec)
    return found


def _links(path: Path, relative: Path, spec: Specification) -> Iterator[Reference]:
    """Links of a page to an anchor of the specification."""
    for link in _LINK.finditer(path.read_text()):
        target = Path(link["page"]) if link["page"] else path
        if "spec" in (*target.parts[:-1], path.parent.name if not link["page"] else ""):
            name = target.stem.replace("-", "_")
            yield Reference(str(relative), link[0], spec.problem(name, [link["anchor"]]))


if __name__ == "__main__":
    everything = references()
    broken = [each for each in everything if each.problem]
    print(*(f"{each.where}: {each.text!r}: {each.problem}" for each in broken), sep="\n")
    print(f"{len(everything)} citations, {len(broken)} unresolved")
