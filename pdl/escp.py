"""Count ESC/P, ESC/P 2 and ESC/P-R, the languages of Epson's dot matrix and inkjet printers: the task `count-escp`."""

from collections.abc import Mapping
from typing import Any

from pdl.escp_page import Paper
from pdl.escp_walk import Walk
from pdl.formats import HEAD_BYTES, leading_nulls
from pdl.media import UNKNOWN_SIZE
from pdl.report import Basis, Certainty, Confidence
from pdl.source import Source
from pdl.window import Window

_COLOR_BASIS: dict[Certainty, str] = {
    "exact": "dots in coloured inks, or pixels",
    "estimated": "amounts of dots in coloured inks",
    "unknown": "pixels stand for colours of a palette",
}


def count(source: Source, arguments: Mapping[str, Any], _emit: object) -> dict[str, Any]:
    """Count an ESC/P document; DocumentRejected where it is cut off, LimitReached beyond `pages`.

    The language has no copies, and no sides but in the settings of the machine.
    """
    paper = Paper(arguments["pages"])
    walk = Walk(Window(source, leading_nulls(source.pread(0, HEAD_BYTES))), paper)
    walk.run()
    sure = paper.certain
    color: Certainty = "unknown" if paper.tally.unknown else "exact" if sure.color else "estimated"
    known: Certainty = "exact" if not walk.unknown else "estimated"
    two_sided = paper.tally.sides != "one-sided"
    sized = all(run.media != UNKNOWN_SIZE for run in paper.tally.media)
    return paper.tally.report(
        arguments["format"],
        confidence=Confidence(
            pages=known if sure.pages else "estimated",
            color=color if color != "exact" else known,
            copies=known,
            sides=known if not walk.remote_duplex else "estimated" if two_sided else "unknown",
            media="estimated" if sized else "unknown",
        ),
        basis=Basis(
            pages=sure.reason,
            color=_COLOR_BASIS[color],
            copies="the language has no copies",
            sides="settings of the machine" if walk.remote_duplex else "the language has no sides",
            media="page length" if sized else "the document does not say how long its pages are",
            coverage="dots of overlapping passes are not added up",
        ),
    ).to_json()
