"""Passwords: argon2id once, then an HMAC in memory, so that no request pays for hashing twice.

A verified password is remembered for ten minutes as an HMAC under a key that lives only in this process, and is
forgotten at once when the password changes. Wrong tries are slowed per name and per address.
"""

import asyncio
import hashlib
import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from directory.errors import TooManyTries

REMEMBER_SECONDS = 600
_REMEMBERED = 10_000  # people, at most
# OWASP's smallest recommended argon2id: about 26 ms, so that a wave of sign-ins does not stop the printing.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_DECOY = _HASHER.hash(secrets.token_hex(16))


class Verifier:
    """Checks passwords against argon2id hashes, off the event loop, two at a time."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._known: OrderedDict[str, tuple[bytes, float]] = OrderedDict()
        self._slots = asyncio.Semaphore(2)

    def remembered(self, person_id: str, password: str) -> bool:
        """Tell whether this very password was verified within the last ten minutes."""
        entry = self._known.get(person_id)
        if entry is None or entry[1] < self._clock():
            return False
        return hmac.compare_digest(entry[0], self._seal(person_id, password))

    async def verify(self, person_id: str, password: str, hashed: str | None) -> bool:
        """Compare with the stored hash; an unknown person costs as much time as a known one."""
        if hashed is not None and self.remembered(person_id, password):
            return True
        async with self._slots:
            right = await asyncio.to_thread(_matches, hashed or _DECOY, password)
        if not right or hashed is None:
            return False
        self._known[person_id] = (self._seal(person_id, password), self._clock() + REMEMBER_SECONDS)
        self._known.move_to_end(person_id)
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return True

    def forget(self, person_id: str) -> None:
        """Drop what is remembered of a person, whose password or rights changed."""
        self._known.pop(person_id, None)

    def _seal(self, person_id: str, password: str) -> bytes:
        text = person_id.encode() + b"\0" + _octets(password)
        return hmac.new(self._key, text, hashlib.sha256).digest()


def _matches(hashed: str, password: str) -> bool:
    try:
        return _HASHER.verify(hashed, _octets(password))
    except (VerificationError, InvalidHashError):
        return False


async def hash_password(password: str) -> str:
    """Return the argon2id hash to store, computed in a thread."""
    return await asyncio.to_thread(_HASHER.hash, _octets(password))


def _octets(password: str) -> bytes:
    # Half of a surrogate pair is a wrong password, not a fault.
    return password.encode("utf-8", "surrogatepass")


class Throttle:
    """Counts wrong tries per key (a name, an address) in a sliding window and refuses when there are too many."""

    def __init__(
        self, tries: int = 10, window: float = 300.0, clock: Callable[[], float] = time.monotonic, keys: int = 20_000
    ) -> None:
        self._tries, self._window, self._clock, self._keys = tries, window, clock, keys
        self._failures: OrderedDict[str, list[float]] = OrderedDict()

    def check(self, *keys: str) -> None:
        """Raise TooManyTries while any of these keys failed too often."""
        for key in keys:
            if self.left(key) <= 0:
                raise TooManyTries(f"Too many wrong passwords. Wait {int(self._window // 60)} minutes and try again.")

    def left(self, key: str) -> int:
        """How many tries a key has left."""
        since = self._clock() - self._window
        recent = [at for at in self._failures.get(key, ()) if at > since]
        if recent:
            self._failures[key] = recent
        else:
            self._failures.pop(key, None)
        return self._tries - len(recent)

    def failed(self, *keys: str) -> None:
        """Note a wrong try."""
        for key in keys:
            self._failures.setdefault(key, []).append(self._clock())
            self._failures.move_to_end(key)
        while len(self._failures) > self._keys:
            self._failures.popitem(last=False)

    def succeeded(self, *keys: str) -> None:
        """Forget the wrong tries of a key after a right one."""
        for key in keys:
            self._failures.pop(key, None)
