"""What the comments of a PostScript document claim (DSC 3.0, Adobe 5001): the task `declared-postscript`.

Comments may say anything. They are asked only when running the program took too long.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pdl.source import Source

PIECE = 1024 * 1024
# A comment is at most 255 characters long (DSC 3.0, section 3.3).
LONGEST_COMMENT = 256
LARGEST = 256 * 1024 * 1024
MOST_PAGES = 100_000
MOST_COPIES = 999

# One pass over the text finds them all: page counts, pages, documents within, copies, sides.
_COMMENT = re.compile(
    rb"(?:^|(?<=[\r\n\x04]))%%(?:"
    rb"Pages:[ \t]*(?P<pages>\d{1,7})"
    rb"|(?P<page>Page:)"
    rb"|(?P<begin>BeginDocument|BeginBinary|BeginData)"
    rb"|(?P<end>EndDocument|EndBinary|EndData)"
    rb"|Requirements:(?P<wanted>[^\r\n]{0,200})"
    rb")"
)
_COPIES = re.compile(rb"numcopies\((\d{1,4})\)", re.IGNORECASE)
_SIDES = re.compile(rb"\bduplex(\(tumble\))?", re.IGNORECASE)


def declared(source: Source, _arguments: Mapping[str, Any], _emit: object) -> dict[str, Any]:
    """Return pages (None when it does not say), copies and sides as the comments have them."""
    claimed, seen, depth, copies, sides = None, 0, 0, 1, "one-sided"
    for found in _comments(source):
        if found["begin"]:
            depth += 1
        elif found["end"]:
            depth = max(0, depth - 1)
        elif depth:
            continue  # of a document within this one
        elif found["page"]:
            seen += 1
        elif found["pages"]:
            claimed = int(found["pages"])
        elif found["wanted"]:
            copies, sides = _wanted(found["wanted"], copies, sides)
    # The pages themselves say more than the sum at the head: "(atend)" or a lie.
    pages = seen or claimed
    return {"pages": pages if pages and pages <= MOST_PAGES else None, "copies": copies, "sides": sides}


def _comments(source: Source) -> Iterator[re.Match[bytes]]:
    kept = b""
    for offset in range(0, min(source.size, LARGEST), PIECE):
        text = kept + source.pread(offset, PIECE)
        # What begins near the end is looked at with the next piece, so that no comment is cut.
        last = offset + PIECE >= min(source.size, LARGEST)
        whole = len(text) if last else len(text) - LONGEST_COMMENT
        for found in _COMMENT.finditer(text):
            if found.start() < whole:
                yield found
        kept = text[whole - 1 :] if not last else b""


def _wanted(words: bytes, copies: int, sides: str) -> tuple[int, str]:
    if found := _COPIES.search(words):
        copies = min(max(1, int(found[1])), MOST_COPIES)
    if duplex := _SIDES.search(words):
        sides = "two-sided-short-edge" if duplex[1] else "two-sided-long-edge"
    return copies, sides
