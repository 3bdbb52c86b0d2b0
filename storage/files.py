"""Files that must be there after a power cut: made whole, synced, and their folder synced."""

import contextlib
import os
import secrets
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Make the folder's own entries durable: a synced file under an unsynced name may be gone after a crash."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(folder: Path) -> None:
    """Make one folder for our eyes only, durably; its parent must be there."""
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        return
    sync_folder(folder.parent)


def create(path: Path) -> int:
    """Create a new file with mode 0600 and return its descriptor; never opens one that is there."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)


def write_whole(path: Path, content: bytes) -> None:
    """Put a small file in place in one step: after a crash it is there whole or not at all."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        descriptor = create(draft)
        try:
            view = memoryview(content)
            while view:
                view = view[os.write(descriptor, view) :]
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        draft.rename(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def remove(path: Path) -> bool:
    """Unlink a file as well as can be; False when it is still there, to be tried again later."""
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return False
    return True


def remove_empty(folder: Path) -> None:
    """Remove a folder if nothing is in it."""
    with contextlib.suppress(OSError):
        folder.rmdir()


def open_for_reading(path: Path) -> int:
    """Open a file that is there and return its descriptor."""
    return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
