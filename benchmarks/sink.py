"""A device that takes raw bytes on a port and prints nothing: what is measured is how quickly they come."""

import socket
import threading
import time
from typing import Self

_HEAD = 1 << 16
_RECEIVE = 1 << 20


class Sink(threading.Thread):
    """Takes one connection after the other, and what comes over it."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        self._taken = threading.Condition()
        self._last: tuple[int, float] = (0, 0.0)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.close()

    def run(self) -> None:
        """Take what comes; a connection over which little comes is somebody asking whether the device is there."""
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:  # closed
                return
            with connection:
                taken = self._take(connection)
            with self._taken:
                self._last = max(self._last, taken)
                self._taken.notify_all()

    def wait(self, octets: int, seconds: float) -> float:
        """Wait for a connection over which at least so many octets came; how many seconds they took, 0 if none did."""
        with self._taken:
            self._taken.wait_for(lambda: self._last[0] >= octets, seconds)
            total, took = self._last
            self._last = (0, 0.0)
        return took if total >= octets else 0.0

    def _take(self, connection: socket.socket) -> tuple[int, float]:
        """Read to the end; from the first 64 KiB on, so that no dialogue before the document is measured."""
        buffer = bytearray(_RECEIVE)
        total, began = 0, 0.0
        try:
            while count := connection.recv_into(buffer):
                total += count
                if not began and total >= _HEAD:
                    began = time.perf_counter()
        except OSError:
            return 0, 0.0
        return total, time.perf_counter() - began if began else 0.0
