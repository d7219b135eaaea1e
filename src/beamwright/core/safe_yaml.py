"""YAML from anywhere, as plain values: small, shallow, without tricks, or refused in one line.

What a scenario needs is a mapping of names to numbers, words and short lists. Size, depth and number of values are
limited while they are read, before anything is built; an alias may stand for a single value only, so that nothing can
grow; keys are names and stand once.
"""

from pathlib import Path

import yaml

_ODD = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""Further exceptions of PyYAML, for values such as ``!!timestamp x`` or an integer of 5000 digits."""
MOST_BYTES, MOST_DEPTH, MOST_VALUES = 100_000, 8, 2_000


class _Refused(yaml.YAMLError):
    """A rule that the text breaks, in words."""


class _Loader(yaml.SafeLoader):
    depth = values = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """One value, counted."""
        self.values += 1
        self.depth += 1
        self._require(self.values <= MOST_VALUES, f"hold at most {MOST_VALUES} values")
        self._require(self.depth <= MOST_DEPTH, f"be nested at most {MOST_DEPTH} deep")
        if self.check_event(yaml.AliasEvent):
            anchor = self.peek_event().anchor
            known = self.anchors.get(anchor)
            self._require(known is None or isinstance(known, yaml.ScalarNode), f"use *{anchor} for a single value only")
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict:
        """Keys are texts, each once."""
        seen: set[str] = set()
        for key, _ in node.value:
            named = isinstance(key, yaml.ScalarNode) and key.tag == "tag:yaml.org,2002:str"
            text = str(key.value) if isinstance(key, yaml.ScalarNode) else "a list or mapping"
            at = key.start_mark.line + 1
            self._require(named, f"have names as keys, got {text[:40] or 'nothing'} in line {at}")
            self._require(text not in seen, f"set {text[:40]} once, got it again in line {at}")
            seen.add(text)
        return super().construct_mapping(node, deep)

    @staticmethod
    def _require(good: bool, rule: str) -> None:
        if not good:
            raise _Refused(rule)


def parse_yaml(text: str | bytes, name: str) -> object:
    """The value that a YAML text holds: numbers, words, lists, mappings with names as keys.

    Raises: ValueError naming ``name`` and what is wrong, always in one line, within a second.
    """
    if len(text) > MOST_BYTES:
        raise ValueError(f"{name} must be YAML of at most {MOST_BYTES} bytes, got {len(text)}")
    try:
        loader = _Loader(text)
        try:
            return loader.get_single_data()
        finally:
            loader.dispose()
    except _Refused as error:
        raise ValueError(f"{name} must {error}") from None
    except (yaml.YAMLError, *_ODD) as error:
        reason = (str(getattr(error, "problem", None) or error) or type(error).__name__).splitlines()[0]
        raise ValueError(f"{name} must be YAML: {reason[:200]}") from None


def read_yaml(path: Path) -> object:
    """``parse_yaml`` of a file. Raises ValueError naming the file, OSError where it cannot be read."""
    with path.open("rb") as file:
        return parse_yaml(file.read(MOST_BYTES + 1), str(path))
