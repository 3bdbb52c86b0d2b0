"""The document's bytes on their way out: counted, announced before the first, and never more or fewer than promised."""

from collections.abc import AsyncIterator, Callable

from devices.outgoing import Outgoing
from devices.witness import Witness

CHUNK = 64 * 1024
"""Larger pieces are cut, so that a stalled device is noticed between two of them."""


class DocumentError(Exception):
    """The document could not be read from our own store."""


async def octets(outgoing: Outgoing, witness: Witness, moved: Callable[[], None]) -> AsyncIterator[bytes]:
    """Yield the document in pieces; `moved` is called whenever the device has taken one.

    Raises DocumentError when it cannot be read or has not the promised size, and whatever the watch raises.
    """
    count = 0
    try:
        async for piece in outgoing.open():
            count += len(piece)
            if outgoing.size is not None and count > outgoing.size:
                raise DocumentError("The document is longer than it was said to be.")
            for start in range(0, len(piece), CHUNK):
                await witness.before_first_byte()
                yield piece[start : start + CHUNK]
                moved()
    except DocumentError:
        raise
    except Exception as error:
        if witness.failure is not None:
            raise
        raise DocumentError("The document could not be read from the spool.") from error
    if outgoing.size is not None and count < outgoing.size:
        raise DocumentError("The document is shorter than it was said to be.")
    # An empty document leaves no byte, but the device is told of it all the same.
    await witness.before_first_byte()
