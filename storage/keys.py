"""Wrapping keys: one a day, each in a file outside the database, destroyed when no document needs it."""

import datetime as dt
import os
import re
import secrets
import threading
from collections.abc import Callable, Collection
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage import files
from storage.errors import DocumentCorrupt, DocumentGone, StorageUnavailable, from_os

_KEY_BYTES = 32
_NONCE_BYTES = 12
_DAY = dt.timedelta(days=1)
_NAME = re.compile(r"\d{4}-\d{2}-\d{2}")


def utc_today() -> dt.date:
    """Return today's date in UTC: days that never come twice, whatever the time zone does."""
    return dt.datetime.now(dt.UTC).date()


class KeyRing:
    """The folder of wrapping keys. Safe to use from several threads."""

    def __init__(self, folder: Path, today: Callable[[], dt.date] = utc_today) -> None:
        self._folder = folder
        self._today = today
        self._ciphers: dict[str, AESGCM] = {}
        self._lock = threading.Lock()

    @classmethod
    def open(cls, folder: Path, *, today: Callable[[], dt.date] = utc_today) -> "KeyRing":
        """Open the folder, make it if need be, and have today's key ready."""
        ring = cls(folder, today)
        try:
            files.make_folder(folder)
        except OSError as error:
            raise from_os(error, str(folder)) from error
        ring.prepare()
        return ring

    def prepare(self) -> str:
        """Make today's key if there is none yet, and return its name. Blocks for two disk syncs once a day."""
        name = self._today().isoformat()
        with self._lock:
            if name not in self._ciphers:
                self._ciphers[name] = self._load(name) or self._make(name)
        return name

    @property
    def ready(self) -> bool:
        """Whether wrapping will not touch the disk: today's key is in memory."""
        return self._today().isoformat() in self._ciphers

    def wrap(self, document_id: bytes, data_key: bytes) -> tuple[str, bytes]:
        """Wrap a document's key with today's key: its name, and nonce + ciphertext bound to the document's id."""
        name = self.prepare()
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return name, nonce + self._ciphers[name].encrypt(nonce, data_key, document_id)

    def unwrap(self, document_id: bytes, name: str, wrapped: bytes) -> bytes:
        """Return a document's key. DocumentGone: the wrapping key was destroyed. DocumentCorrupt: a wrong row."""
        with self._lock:
            cipher = self._ciphers.get(name) or self._load(name)
            if cipher is None:
                raise DocumentGone("The document can no longer be read: the key of its day was destroyed.")
            self._ciphers[name] = cipher
        try:
            return cipher.decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], document_id)
        except (InvalidTag, ValueError) as error:
            raise DocumentCorrupt("The document's key does not fit its wrapping key: the row was changed.") from error

    def destroy_unused(self, names_in_use: Collection[str]) -> list[str]:
        """Overwrite and unlink the keys that no document needs, and return their names. Blocks.

        Today's and yesterday's stay: a document received before midnight may be committed after it.
        """
        kept = {*names_in_use, self._today().isoformat(), (self._today() - _DAY).isoformat()}
        gone = []
        with self._lock:
            for path in sorted(self._folder.iterdir()):
                # The clock may have been set back: keys "of tomorrow" are left alone as well.
                if path.name in kept or not _NAME.fullmatch(path.name) or path.name > max(kept):
                    continue
                self._destroy(path)
                self._ciphers.pop(path.name, None)
                gone.append(path.name)
        if gone:
            files.sync_folder(self._folder)
        return gone

    def _load(self, name: str) -> AESGCM | None:
        if not _NAME.fullmatch(name):
            return None
        path = self._folder / name
        try:
            key = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise from_os(error, str(path)) from error
        if len(key) != _KEY_BYTES:
            raise StorageUnavailable(f"The key file {path} is damaged: held documents of that day cannot be read.")
        return AESGCM(key)

    def _make(self, name: str) -> AESGCM:
        key = secrets.token_bytes(_KEY_BYTES)
        try:
            files.write_whole(self._folder / name, key)
        except OSError as error:
            raise from_os(error, str(self._folder)) from error
        return AESGCM(key)

    def _destroy(self, path: Path) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
        try:
            # In place, before the name goes: most file systems then write the same blocks.
            os.pwrite(descriptor, secrets.token_bytes(_KEY_BYTES), 0)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        path.unlink()
