"""Decompression in pieces of bounded size: a small bomb must not become one large block."""

import zlib
from collections.abc import Iterator

# zlib is to expect gzip's own header and trailer around the deflated data.
GZIP_WINDOW = 31


def inflated(member: "zlib._Decompress", data: bytes, most: int) -> Iterator[bytes]:
    """Yield what `data` unpacks to in pieces of at most `most` bytes, up to the end of the member.

    What follows the member is left in its `unused_data`. zlib.error where the data are damaged.
    """
    full = False
    # A full piece may have left some of its output inside the decompressor, without any input.
    while (data or full) and not member.eof:
        piece = member.decompress(data, most)
        data, full = member.unconsumed_tail, len(piece) == most
        if piece:
            yield piece
