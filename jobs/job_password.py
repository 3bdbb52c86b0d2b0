"""job-password: kept so that it can be compared when somebody wants the job, and not read (PWG 5100.11 section 6).

The client sends the password as it is or hashed by an algorithm of its choice; what it sent is hashed once more with
a salt before it is kept. No I/O.
"""

import hashlib
import hmac
import secrets
from typing import Final

ENCRYPTIONS: Final[dict[str, str]] = {
    "none": "",
    "md5": "md5",
    "sha": "sha1",
    "sha2-224": "sha224",
    "sha2-256": "sha256",
    "sha2-384": "sha384",
    "sha2-512": "sha512",
    "sha2-512_224": "sha512_224",
    "sha2-512_256": "sha512_256",
    "sha3-224": "sha3_224",
    "sha3-256": "sha3_256",
    "sha3-384": "sha3_384",
    "sha3-512": "sha3_512",
    "shake-128": "shake_128",
    "shake-256": "shake_256",
}
"""Registered values of job-password-encryption, and what hashlib calls them."""

SUPPORTED: Final = tuple(
    name for name, known in ENCRYPTIONS.items() if not known or known in hashlib.algorithms_available
)
"""job-password-encryption-supported: those that this machine can compute."""

SHORTEST: Final = 4
LONGEST: Final = 16
"""job-password-supported and job-password-length-supported: octets of a password before it is hashed."""
_MOST_SENT: Final = 255
_SHAKE_LEAST = 16


def fits(octets: bytes, encryption: str) -> bool:
    """Whether what was sent can be a password hashed in that way: its length is right."""
    if encryption not in SUPPORTED:
        return False
    name = ENCRYPTIONS[encryption]
    if not name:
        return SHORTEST <= len(octets) <= LONGEST
    size = hashlib.new(name).digest_size
    return len(octets) == size if size else _SHAKE_LEAST <= len(octets) <= _MOST_SENT


def keep(octets: bytes, encryption: str) -> str:
    """Return what to keep of a password that was sent hashed by `encryption`; ValueError for what fits not."""
    if not fits(octets, encryption):
        raise ValueError("that is no password of this kind")
    salt = secrets.token_bytes(16)
    size = 0 if encryption == "none" else len(octets)
    return f"{encryption}:{size}:{salt.hex()}:{_salted(octets, salt).hex()}"


def matches(kept: str, typed: str) -> bool:
    """Whether what somebody typed is the password that `keep` was given; False for what it did not write."""
    try:
        encryption, size, salt, digest = kept.split(":")
        sent = _as_sent(typed.encode(), ENCRYPTIONS[encryption], int(size))
        return hmac.compare_digest(_salted(sent, bytes.fromhex(salt)), bytes.fromhex(digest))
    except (ValueError, KeyError):
        return False


def _as_sent(typed: bytes, name: str, size: int) -> bytes:
    """The octets that the client would have sent; `size` is the length of a digest that has none of its own."""
    if not name:
        return typed
    if name.startswith("shake"):
        shaken: bytes = getattr(hashlib, name)(typed).digest(min(size, _MOST_SENT))
        return shaken
    return hashlib.new(name, typed).digest()


def _salted(octets: bytes, salt: bytes) -> bytes:
    # A PIN of four digits is guessed whatever is done; this keeps it from being read at a glance.
    return hashlib.scrypt(octets, salt=salt, n=1024, r=8, p=1, dklen=32)
