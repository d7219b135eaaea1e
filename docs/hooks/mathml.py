"""MkDocs hook: formulas become MathML while the site is built, so that pages need no script and no network."""

import html
import re
from typing import Any

from latex2mathml.converter import convert

_FORMULA = re.compile(r'<(span|div) class="arithmatex">\\[(\[](.*?)\\[)\]]</\1>', re.DOTALL)
_RELATION = re.compile(r"<mi>(&#x02AB0;|&#x02AAF;)</mi>")
"""Curly order signs, which the converter takes for letters and sets without space around them."""


def on_page_content(page_html: str, **_: Any) -> str:
    """Replace what arithmatex marked, inline ``\\( \\)`` and display ``\\[ \\]``."""
    return _FORMULA.sub(_to_mathml, page_html)


def _to_mathml(found: re.Match[str]) -> str:
    mathml = convert(html.unescape(found[2].strip()), display="block" if found[1] == "div" else "inline")
    return _RELATION.sub(r"<mo>\1</mo>", mathml)
