"""Print tickets of an XPS document: what the job, a document or a page asks for (Print Schema keywords).

A job's ticket may speak for its documents and pages, a document's for its pages; the nearer one wins.
"""

from dataclasses import dataclass, field

from pdl.media import TOLERANCE, Media
from pdl.report import Sides
from pdl.xps_package import Attributes, Handlers, Package

# Names of features and options are qualified: a vendor's "Monochrome" is not the schema's.
KEYWORDS = "http://schemas.microsoft.com/windows/2003/08/printing/printschemakeywords"
MOST_SETTINGS = 20_000
LONGEST_VALUE = 16

SIDES: dict[str, Sides] = {
    "OneSided": "one-sided",
    "TwoSidedLongEdge": "two-sided-long-edge",
    "TwoSidedShortEdge": "two-sided-short-edge",
}
GRAYS = {"Monochrome", "Grayscale"}
# Several pages on a side: how many, and over what.
N_UP = ("JobNUpAllDocumentsContiguously/PagesPerSheet", "DocumentNUp/PagesPerSheet")
MICRONS = 10  # in a hundredth of a millimetre


@dataclass(frozen=True, slots=True)
class Ticket:
    """What tickets say: the option of each feature, and numbers by "Parameter" or "Feature/Property"."""

    options: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)

    def over(self, wider: "Ticket") -> "Ticket":
        """This ticket, and where it is silent the `wider` one."""
        if not self.options and not self.numbers:
            return wider
        return Ticket(wider.options | self.options, wider.numbers | self.numbers)

    def only(self, *scopes: str) -> "Ticket":
        """What of this ticket is about `scopes` ("Document", "Page"): a page cannot speak for the job."""
        return Ticket(
            {name: option for name, option in self.options.items() if name.startswith(scopes)},
            {name: number for name, number in self.numbers.items() if name.startswith(scopes)},
        )

    @property
    def sides(self) -> Sides:
        """Sides the pages are printed on."""
        for name in ("DocumentDuplex", "JobDuplexAllDocumentsContiguously"):
            if self.options.get(name) in SIDES:
                return SIDES[self.options[name]]
        return "one-sided"

    @property
    def contiguous(self) -> bool:
        """Whether a document may begin on the back of the sheet that the one before it ends on."""
        return self.options.get("DocumentDuplex") not in SIDES

    @property
    def gray(self) -> bool:
        """Whether colour is to be printed gray."""
        return self.options.get("PageOutputColor") in GRAYS

    @property
    def several_up(self) -> bool:
        """Whether several pages are to be put on one side."""
        return any(self.numbers.get(name, 1) > 1 for name in N_UP)

    def copies(self, name: str) -> int:
        """Copies asked for by the parameter `name`; 1 when none are."""
        return max(1, self.numbers.get(name, 1))

    def fits(self, page: Media) -> bool:
        """Whether the sheet asked for, if one is, has the size of the page, in either orientation."""
        sheet = [self.numbers.get(f"PageMediaSize/MediaSize{edge}", 0) / MICRONS for edge in ("Width", "Height")]
        if 0 in sheet:
            return True
        return all(
            abs(asked - has) <= TOLERANCE
            for asked, has in zip(sorted(sheet), sorted((page.width, page.height)), strict=True)
        )


def ticket_of(package: Package, part: str) -> Ticket:
    """Read the ticket that the part is related to; an empty one when there is none."""
    for kind, target in package.relationships(part):
        if kind == "printticket" and target in package:
            reader = _Reader()
            package.parse(target, Handlers(reader.start, reader.end, reader.text, qualified=False))
            return reader.ticket
    return Ticket()


class _Reader:
    """Walks a ticket: Feature/Option, ParameterInit/Value, and ScoredProperty/Value within an option."""

    def __init__(self) -> None:
        self.ticket = Ticket()
        self._prefixes: dict[str, str] = {}
        self._path: list[tuple[str, str]] = []  # local name of each element we are in, and the name it gives
        self._value = ""

    def start(self, tag: str, attributes: Attributes) -> None:
        """Enter an element."""
        for key, value in attributes.items():
            if key.startswith("xmlns:"):
                self._prefixes[key[6:]] = value
        kind, name = tag.rpartition(":")[2], self._keyword(attributes.get("name", ""))
        above = self._path[-1] if self._path else ("", "")
        if kind == "Option" and above[0] == "Feature" and above[1] and len(self.ticket.options) < MOST_SETTINGS:
            self.ticket.options.setdefault(above[1], name)
        self._path.append((kind, name))
        self._value = ""

    def text(self, text: str) -> None:
        """Take a piece of text; numbers are short."""
        if len(self._value) < LONGEST_VALUE:
            self._value += text

    def end(self, _: str) -> None:
        """Leave an element: a value is complete."""
        kind, _ = self._path.pop()
        value, self._value = self._value.strip(), ""
        if kind != "Value" or not (value.isascii() and value.isdigit()) or len(value) >= LONGEST_VALUE:
            return
        # PageMediaSize/MediaSizeWidth: the option between them names the size, it adds nothing.
        names = [name for above, name in self._path if above in {"Feature", "ParameterInit", "ScoredProperty"}]
        if all(names) and len(self.ticket.numbers) < MOST_SETTINGS:
            self.ticket.numbers.setdefault("/".join(names), int(value))

    def _keyword(self, name: str) -> str:
        """Local name of a keyword of the schema; "" for a vendor's."""
        prefix, _, word = name.strip().rpartition(":")
        return word if self._prefixes.get(prefix) == KEYWORDS else ""
