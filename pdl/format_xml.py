"""The first element of an XML document, found without parsing it (XML 1.0, 2.8): what makes it SVG or a document."""

import re

_START_TAG = re.compile(r"<(?:[\w.-]+:)?([\w.-]+)(?=[\s/>])([^>]*)")
# What may stand before the first element, by how it begins and ends.
_BEFORE = (("<?", "?>"), ("<!--", "-->"))


def root_element(text: str) -> tuple[str, str]:
    """Name (without its prefix) and attributes of the first element of `text`; two empty strings when it has none."""
    at = 0
    text = text.lstrip("\ufeff \t\r\n")
    while text.startswith("<", at):
        end = _after(text, at)
        if end < 0:
            break
        if end == at:
            found = _START_TAG.match(text, at)
            return (found[1], found[2].removesuffix("/")) if found else ("", "")
        at = end + len(text[end : end + 4096]) - len(text[end : end + 4096].lstrip())
    return "", ""


def _after(text: str, at: int) -> int:
    """Where what comes before the first element ends; `at` itself when that is the element, -1 when it has no end."""
    for begin, end in _BEFORE:
        if text.startswith(begin, at):
            found = text.find(end, at + len(begin))
            return found + len(end) if found >= 0 else -1
    if text[at : at + 9].upper() != "<!DOCTYPE":
        return at
    close, inner = text.find(">", at), text.find("[", at)
    # Declarations within brackets have angle brackets of their own.
    if 0 <= inner < close:
        close = text.find(">", text.find("]", inner))
    return close + 1 if close >= 0 else -1
