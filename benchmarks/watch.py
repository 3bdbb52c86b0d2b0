"""The memory of processes below this one."""

import os
import resource
import threading
from pathlib import Path


class LargestChild(threading.Thread):
    """Watches the memory of the processes below this one; `kibibytes` is the most that one of them held."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.kibibytes = 0
        self._ended = threading.Event()

    def run(self) -> None:
        """Look every 20 ms."""
        while not self._ended.wait(0.02):
            self.kibibytes = max(self.kibibytes, *(_resident(process) for process in _below(os.getpid())), 0)

    def end(self) -> int:
        """Stop watching; the most that was seen."""
        self._ended.set()
        self.join()
        return self.kibibytes


def _below(ancestor: int) -> list[int]:
    parents = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(entry.parent.name)] = int(entry.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    found = {ancestor}
    for process in sorted(parents):
        if parents[process] in found:
            found.add(process)
    return sorted(found - {ancestor})


def _resident(process: int) -> int:
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * resource.getpagesize() // 1024
    except OSError:
        return 0
