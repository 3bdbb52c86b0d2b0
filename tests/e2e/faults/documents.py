"""PDF documents of any number of pages and any size, each unlike every other, small ones whole and huge ones in pieces."""

import hashlib
import itertools
import os

PIECE = 1 << 20
_serial = itertools.count(1)


class Document:
    """A PDF: `pages` blank A4 pages and a stream of `extra` bytes that do not compress and that no page shows."""

    def __init__(self, pages=3, extra=0, title=None):
        self.pages, self.extra = pages, extra
        self.title = title or f"paper-{os.getpid()}-{next(_serial)}"
        self._block = os.urandom(min(extra, PIECE))
        self._head = f"%PDF-1.4\n% {self.title}\n".encode()
        begin = b"1 0 obj\n<</Length %d>>stream\n" % extra
        offset = len(self._head) + len(begin) + extra + len(b"\nendstream\nendobj\n")
        self._begin, self._tail = begin, b"\nendstream\nendobj\n" + _pages(pages, offset, len(self._head))
        self.size = len(self._head) + len(begin) + extra + len(self._tail)
        self._sha256 = None

    def pieces(self):
        """The document, never whole in memory."""
        yield self._head + self._begin
        left, number = self.extra, 0
        while left:
            # A serial number makes each piece another one: exchanged pieces would be noticed.
            piece = number.to_bytes(8, "big") + self._block[8:]
            yield piece[:left]
            left -= min(left, len(piece))
            number += 1
        yield self._tail

    @property
    def sha256(self):
        if self._sha256 is None:
            digest = hashlib.sha256()
            for piece in self.pieces():
                digest.update(piece)
            self._sha256 = digest.hexdigest()
        return self._sha256


def _pages(count, offset, first_object):
    """Catalog, page tree, pages, cross-reference table: everything behind the stream that is object 1."""
    out, offsets = [], [first_object]
    place = offset

    def add(body):
        nonlocal place
        text = b"%d 0 obj\n%s\nendobj\n" % (len(offsets) + 1, body)
        offsets.append(place)
        out.append(text)
        place += len(text)

    add(b"<</Type/Catalog/Pages 3 0 R>>")
    kids = b" ".join(b"%d 0 R" % number for number in range(4, 4 + count))
    add(b"<</Type/Pages/Count %d/MediaBox[0 0 595.276 841.89]/Kids[%s]>>" % (count, kids))
    for _ in range(count):
        add(b"<</Type/Page/Parent 3 0 R/Resources<<>>>>")
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    last = b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 2 0 R>>\nstartxref\n%d\n%%%%EOF\n"
    return b"".join([*out, last % (len(offsets) + 1, table, len(offsets) + 1, place)])


def small(pages=3, **more):
    return Document(pages, 3000, **more)


def large(pages=5, **more):
    """More than 256 KiB: it lies in a file of its own."""
    return Document(pages, 700_000, **more)


def of(size):
    """A document called "small" or "large", or with so many bytes that no page shows."""
    named = {"small": small, "large": large}
    return named[size]() if size in named else Document(1 + size % 7, size)
