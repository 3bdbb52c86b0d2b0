"""A cable that can be pulled: a TCP proxy which passes bytes on until it is told not to."""

import contextlib
import selectors
import socket
import struct
import threading
import time


class Cable:
    """Listens on a port of its own and passes each connection on to `port`."""

    def __init__(self, port):
        self._port = port
        self.pulled = threading.Event()
        """Nothing passes in either direction, and nobody is told."""
        self.cut_after = None
        """Bytes towards the printer after which the cable is pulled."""
        self.passed = 0
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def plug_in(self):
        """Let new connections pass; those of before are gone, as after a switch was replaced."""
        self.cut_after = None
        self.pulled.clear()

    def end(self):
        self.pulled.set()
        self._listening.close()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                threading.Thread(target=self._pass, args=(near,), daemon=True).start()

    def _pass(self, near):
        try:
            far = socket.create_connection(("127.0.0.1", self._port), 5)
        except OSError:
            near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            near.close()
            return
        with near, far, selectors.DefaultSelector() as waiting, contextlib.suppress(OSError):
            for one, other in ((near, far), (far, near)):
                waiting.register(one, selectors.EVENT_READ, other)
            pulled = False
            while waiting.get_map():
                # Once pulled it stays so for this connection: the printer behind it lost it.
                pulled = pulled or self.pulled.is_set()
                for key, _ in waiting.select(0.05):
                    if pulled:
                        break
                    data = key.fileobj.recv(16384)
                    if not data:
                        waiting.unregister(key.fileobj)
                        key.data.shutdown(socket.SHUT_WR)
                        continue
                    if key.fileobj is near:
                        self.passed += len(data)
                        if self.cut_after is not None and self.passed > self.cut_after:
                            self.pulled.set()
                            pulled = True
                            break
                    key.data.sendall(data)
                if pulled:
                    while self.pulled.is_set():
                        time.sleep(0.05)
                    return
