"""How much memory a gateway and all its programs hold, sampled while something happens."""

import contextlib
import threading
from pathlib import Path


def held(pids):
    """Bytes of memory of these processes together, pages that several share counted once (PSS)."""
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1]) * 1024
    return total


class Watched:
    """The most memory that a gateway held while the block ran."""

    def __init__(self, gateway, every=0.1):
        self._gateway, self._every = gateway, every
        self._over = threading.Event()
        self.before = self.most = 0

    def __enter__(self):
        self.before = self.most = held(self._gateway.family())
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *error):
        self._over.set()
        self._thread.join(10)

    def _look(self):
        while not self._over.wait(self._every):
            self.most = max(self.most, held(self._gateway.family()))
