"""A received document: encrypted, and either already in a file of its own or waiting for its segment."""

import time
from dataclasses import dataclass, field
from typing import Any, Literal

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

Kind = Literal["segment", "file"]

KEY_BYTES = 32
ID_BYTES = 16
TAG_BYTES = 16
CHANGED = "The document's bytes on disk were changed or cut: it cannot be printed. Send it again."
# A document's key seals one small document and nothing else, so its nonce need not vary.
SMALL_NONCE = bytes(12)


@dataclass(slots=True)
class Sealed:
    """One encrypted document, ready for `Database.write(..., documents=[sealed])` and `Spool.insert`."""

    document_id: bytes
    size: int  # bytes of the document itself
    kind: Kind
    stored_length: int  # bytes on disk
    kek: str
    wrapped: bytes
    ciphertext: bytes = b""  # of a small document
    name: str = ""  # file below the spool's folder; of a small document known once its segment is synced
    offset: int = 0
    created_at: int = field(default_factory=lambda: int(time.time()))

    @property
    def waits(self) -> bool:
        """Whether the bytes are in memory alone: the next group commit must append them."""
        return self.kind == "segment" and not self.name

    def lose_place(self) -> None:
        """Forget where the bytes were appended: no row speaks of them, so that segment may be unlinked."""
        if self.kind == "segment":
            self.name, self.offset = "", 0

    def key_row(self) -> dict[str, Any]:
        """Return the row of `document_key`."""
        return {"document_id": self.document_id, "kek": self.kek, "wrapped": self.wrapped}

    def document_row(self) -> dict[str, Any]:
        """Return the row of `document`; asks for the place on disk, so only inside a unit of work."""
        if not self.name:
            raise ValueError("the document has no place on disk yet: pass it to Database.write(documents=...)")
        return {
            "document_id": self.document_id,
            "kind": self.kind,
            "name": self.name,
            "offset": self.offset,
            "stored_length": self.stored_length,
            "size": self.size,
            "created_at": self.created_at,
        }


def seal_small(key: bytes, document_id: bytes, document: bytes | bytearray) -> bytes:
    """Encrypt a small document: AES-256-GCM bound to its id, ciphertext + tag."""
    return AESGCM(key).encrypt(SMALL_NONCE, document, document_id)


def open_small(key: bytes, document_id: bytes, ciphertext: bytes) -> bytes:
    """Decrypt a small document; raises cryptography's InvalidTag when a bit is not as written."""
    return AESGCM(key).decrypt(SMALL_NONCE, ciphertext, document_id)
