"""Who this node is, and the identifiers it gives out."""

import re
import secrets
import time
import uuid
from pathlib import Path

from storage import files
from storage.errors import StorageUnavailable, from_os

# No vowels and no look-alikes: the id is read aloud on the telephone and spells no word.
_LETTERS = "bcdfghjkmnpqrstvwxz23456789"
_ID = re.compile(rf"[{_LETTERS}]{{8}}")


def node_id(home: Path) -> str:
    """Return the node's random id, 8 letters and digits, kept in HOME/node; made at the first start."""
    path = home / "node"
    try:
        found = path.read_text("ascii").strip()
    except FileNotFoundError:
        found = "".join(secrets.choice(_LETTERS) for _ in range(8))
        try:
            files.write_whole(path, f"{found}\n".encode())
        except OSError as error:
            raise from_os(error, str(path)) from error
    except (OSError, UnicodeDecodeError) as error:
        raise StorageUnavailable(f"{path} cannot be read ({error}): restore it from a backup.") from error
    if not _ID.fullmatch(found):
        raise StorageUnavailable(f"{path} does not hold a node id: restore it from a backup.")
    return found


def new_id() -> str:
    """Return a new UUID as text: rows named by (node, UUID) can be merged with other sites' later.

    It begins with the time (version 7, RFC 9562 section 5.7), so that new rows stand side by side in an index.
    """
    number = int.from_bytes(ordered_bytes(16), "big")
    number = number & ~(0xF << 76) | 7 << 76
    return str(uuid.UUID(int=number & ~(0x3 << 62) | 0x2 << 62))


def ordered_bytes(count: int) -> bytes:
    """Return `count` octets that nobody can guess, but for the first six: milliseconds of the epoch."""
    return (time.time_ns() // 1_000_000).to_bytes(6, "big") + secrets.token_bytes(count - 6)
