"""A PDF written from front to back: objects leave as they are made, only their offsets are kept.

What pikepdf would hold whole (a thousand raster pages) passes through here in the memory of one piece.
"""

import zlib
from collections.abc import Callable, Iterable

from pdl.placement import Size

Emit = Callable[[bytes], None]

PAGES = 2  # object number of the page tree; the catalog is 1
CATALOG = 1
PIECE = 256 * 1024  # emitted at a time
# The four bytes above 127 tell programs that copy files that this is no text.
HEADER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"


class PdfWriter:
    """Give it pages; it emits a PDF 1.7 (ISO 32000-1). `close` writes the page tree and the table of offsets."""

    def __init__(self, emit: Emit, header: bytes = HEADER) -> None:
        self._emit = emit
        self._held = bytearray()
        self._at = 0
        self._offsets: dict[int, int] = {}
        self._next = PAGES + 1
        self._pages: list[int] = []
        self._put(header)

    @property
    def pages(self) -> int:
        """How many pages were added."""
        return len(self._pages)

    def reserve(self) -> int:
        """Choose the number of an object to be added later."""
        self._next += 1
        return self._next - 1

    def add(self, body: str, number: int | None = None) -> int:
        """Add an object that is no stream; its number."""
        number = self._begin(number)
        self._put(body.encode("ascii") + b"\nendobj\n")
        return number

    def put_object(self, number: int, body: bytes, stream: bytes | None = None) -> None:
        """Add an object whose number was reserved; with a stream, `body` is the open dictionary without its length."""
        self._begin(number)
        if stream is None:
            self._put(body + b"\nendobj\n")
            return
        self._put(b"%s /Length %d >>\nstream\n" % (body, len(stream)))
        self._put(stream)
        self._put(b"\nendstream\nendobj\n")

    def add_stream(self, dictionary: str, data: bytes, *, deflate: bool = False, number: int | None = None) -> int:
        """Add a stream of known length; `dictionary` are its entries without the brackets."""
        if deflate:
            data = zlib.compress(data, 6)
            dictionary += " /Filter /FlateDecode"
        number = self._begin(number)
        self._put(f"<< {dictionary} /Length {len(data)} >>\nstream\n".encode("ascii"))
        self._put(data)
        self._put(b"\nendstream\nendobj\n")
        return number

    def copy_stream(self, dictionary: str, length: int, pieces: Iterable[bytes]) -> int:
        """Add a stream of `length` bytes that are written as they come; its number."""
        number = self._begin(None)
        self._put(f"<< {dictionary} /Length {length} >>\nstream\n".encode("ascii"))
        for piece in pieces:
            self._put(piece)
        self._put(b"\nendstream\nendobj\n")
        return number

    def deflated(self, dictionary: str) -> "DeflatedStream":
        """Add a stream whose bytes come piece by piece; nothing else may be added before it is closed."""
        # How long it gets is known only at its end: the length is an object after it.
        length = self.reserve()
        number = self._begin(None)
        self._put(f"<< {dictionary} /Filter /FlateDecode /Length {length} 0 R >>\nstream\n".encode("ascii"))
        return DeflatedStream(self, number, length)

    def put_piece(self, data: bytes) -> None:
        """Bytes of the stream that is open."""
        self._put(data)

    def add_page(self, size: Size, content: bytes, resources: str) -> None:
        """Add a page of `size` points; `resources` are the entries of its resource dictionary."""
        stream = self.add_stream("", content, deflate=True)
        box = f"[0 0 {size[0]:.3f} {size[1]:.3f}]"
        self._pages.append(
            self.add(
                f"<< /Type /Page /Parent {PAGES} 0 R /MediaBox {box} /Contents {stream} 0 R"
                f" /Resources << {resources} >> >>"
            )
        )

    def begin_page(self, body: str, number: int) -> None:
        """Add the object of a page whose content is yet to come."""
        self._pages.append(self.add(body, number))

    def append_page(self, number: int) -> None:
        """Let the page that is, or will be, the object `number` come next."""
        self._pages.append(number)

    def close(self, catalog: str = "") -> None:
        """Write what a reader looks for at the end; `catalog` are further entries of the catalogue."""
        kids = " ".join(f"{page} 0 R" for page in self._pages)
        self.add(f"<< /Type /Pages /Count {len(self._pages)} /Kids [{kids}] >>", PAGES)
        self.add(f"<< /Type /Catalog /Pages {PAGES} 0 R {catalog}>>", CATALOG)
        start = self._at
        # Twenty bytes a row, line end included (ISO 32000 7.5.4).
        rows = [f"{self._offsets[number]:010d} 00000 n \n" for number in range(1, self._next)]
        self._put(f"xref\n0 {self._next}\n0000000000 65535 f \n{''.join(rows)}".encode("ascii"))
        self._put(f"trailer\n<< /Size {self._next} /Root {CATALOG} 0 R >>\nstartxref\n{start}\n%%EOF\n".encode("ascii"))
        self._flush()

    def _begin(self, number: int | None) -> int:
        number = self.reserve() if number is None else number
        self._offsets[number] = self._at
        self._put(f"{number} 0 obj\n".encode("ascii"))
        return number

    def _put(self, data: bytes) -> None:
        self._at += len(data)
        self._held += data
        if len(self._held) >= PIECE:
            self._flush()

    def _flush(self) -> None:
        self._emit(bytes(self._held))
        self._held.clear()


class DeflatedStream:
    """A stream object that is being written."""

    def __init__(self, writer: PdfWriter, number: int, length_number: int) -> None:
        self.number = number
        self._writer = writer
        self._length_number = length_number
        # Pages of raster are large and live for minutes: speed before size.
        self._deflate = zlib.compressobj(3)
        self._length = 0

    def write(self, data: bytes) -> None:
        """Add `data` to the stream."""
        self._pass(self._deflate.compress(data))

    def close(self) -> int:
        """End the stream; the number of its object."""
        self._pass(self._deflate.flush())
        self._writer.put_piece(b"\nendstream\nendobj\n")
        self._writer.add(str(self._length), self._length_number)
        return self.number

    def _pass(self, data: bytes) -> None:
        if data:
            self._length += len(data)
            self._writer.put_piece(data)
