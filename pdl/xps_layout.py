"""The pages of an XPS document in order, as its sequence of documents lists them (ECMA-388 clause 10)."""

from collections.abc import Iterator
from dataclasses import dataclass

from pdl.errors import DocumentRejected, LimitReached
from pdl.media import UNKNOWN_SIZE, Media, media_for
from pdl.xps_package import Attributes, Handlers, Package, local, resolve, unreadable
from pdl.xps_ticket import Ticket, ticket_of

# Lengths are in 1/96 inch.
PER_UNIT = 2540 / 96
MOST_DOCUMENTS = 100_000
TWICE = "listed pages, some of them twice: these are counted once"
CHOICES = "listed pages, of which a printer chooses some by what it knows"


@dataclass(frozen=True, slots=True)
class PagePart:
    """One page: its part, its size, what tickets say of it, and whether it is the first of its document."""

    name: str
    media: Media
    ticket: Ticket
    first: bool


class Layout:
    """An XPS document's job ticket and pages; DocumentRejected when it is damaged.

    `doubt` tells, once the pages are walked, why their number may be another, "" when it may not. Each page is
    to be listed once (ECMA-388, 10.1): one listed again is left out, as renderers do.
    """

    def __init__(self, package: Package, limit: int) -> None:
        self._package = package
        self._limit = limit
        self.doubt = ""
        starts = [target for kind, target in package.relationships("") if kind == "fixedrepresentation"]
        if not starts:
            raise DocumentRejected("The document is no XPS: it does not say where its pages are. Print it as PDF.")
        self._sequence = starts[0]
        self.job = ticket_of(package, self._sequence)

    def pages(self) -> Iterator[PagePart]:
        """Yield the pages, first to last; LimitReached when they are too many."""
        documents: set[str] = set()
        seen: set[str] = set()
        for document, _ in self._listed(self._sequence, "FixedDocumentSequence", "DocumentReference"):
            if document in documents:
                self.doubt = TWICE
                continue
            documents.add(document)
            if len(documents) > MOST_DOCUMENTS:
                raise LimitReached("The XPS document is made of more documents than are accepted.")
            ticket = ticket_of(self._package, document).only("Document", "Page").over(self.job)
            first = True
            for name, attributes in self._listed(document, "FixedDocument", "PageContent"):
                if name in seen:
                    self.doubt = TWICE
                    continue
                seen.add(name)
                if len(seen) > self._limit:
                    raise LimitReached(f"The document has more than {self._limit} pages.")
                own = ticket_of(self._package, name).only("Page").over(ticket)
                yield PagePart(name, self._size(name, attributes), own, first)
                first = False

    def _listed(self, part: str, root: str, tag: str) -> list[tuple[str, Attributes]]:
        """List the parts that elements `tag` of a part refer to, with what else they say."""
        found: list[tuple[str, Attributes]] = []
        roots: list[str] = []

        def start(element: str, attributes: Attributes) -> None:
            name = local(element)
            if name == "AlternateContent":  # ECMA-376-3, 7.5
                self.doubt = CHOICES
            roots[:] = roots or [name]
            if name == tag:
                found.append((resolve(part, attributes.get("Source", "")), attributes))
                # A list of one page a billion times is short when packed.
                if len(found) > 2 * self._limit + MOST_DOCUMENTS:
                    raise LimitReached("The XPS document lists more pages than are accepted.")

        self._package.parse(part, Handlers(start))
        if roots != [root]:
            raise unreadable(part)
        return found

    def _size(self, name: str, listed: Attributes) -> Media:
        root, attributes = self._package.root(name)
        if root != "FixedPage":
            raise unreadable(name)
        # What the page itself says binds; what the list says is advice (ECMA-388, 10.2.2).
        try:
            width, height = (float(attributes.get(edge) or listed.get(edge, "")) for edge in ("Width", "Height"))
            return media_for(round(width * PER_UNIT), round(height * PER_UNIT))
        except (ValueError, OverflowError):
            return UNKNOWN_SIZE
