"""What can go wrong with rows and documents, in words that say what to do."""

# The names say what happened to the document or the disk; "Error" would add nothing.

import errno

import sqlalchemy.exc


class StorageError(Exception):
    """Rows or document bytes could not be read or kept."""


class StorageFull(StorageError):
    """No room: the disk's reserve is reached or the disk is full. Goes by itself when room is made."""


class StorageUnavailable(StorageError):
    """The disk or the database does not answer as it should; the operator must look."""


class DocumentGone(StorageError):
    """The document's key was shredded, or its file is missing."""


class DocumentCorrupt(StorageError):
    """The document's bytes on disk are not those that were written."""


class TooLargeDocument(StorageError):
    """The document is longer than the caller allows."""


class HomeBusy(StorageError):
    """Another process owns this home."""


class HomeTooNew(StorageError):
    """The database was written by a newer version of the gateway than this one."""


_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})


def no_room(where: str) -> StorageFull:
    """Return the error for a disk without room, naming `where` it happened."""
    return StorageFull(f"There is no room left on the disk of {where}: free some space or enlarge the disk.")


def from_os(error: OSError, where: str) -> StorageError:
    """Return the storage error that an error of the operating system means."""
    if error.errno in _NO_ROOM:
        return no_room(where)
    return StorageUnavailable(f"{where} cannot be written or read ({error.strerror}): check the disk and its mount.")


def is_disk_error(error: sqlalchemy.exc.DBAPIError) -> bool:
    """Tell whether the disk failed under the database, so that what a connection remembers may be wrong."""
    code: str = getattr(error.orig, "sqlite_errorname", "")
    return code.startswith("SQLITE_IOERR")


def from_database(error: sqlalchemy.exc.DBAPIError) -> StorageError | None:
    """Return the storage error behind a database error, or None when it is the statement's own fault."""
    code: str = getattr(error.orig, "sqlite_errorname", "")
    if code == "SQLITE_FULL":
        return no_room("the database")
    if code.startswith(("SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_BUSY", "SQLITE_LOCKED")):
        return StorageUnavailable(f"The database does not answer ({error.orig}): check its disk and permissions.")
    if code.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return StorageUnavailable(f"The database is damaged ({error.orig}): restore it from a backup.")
    return None
