"""A raw printer that takes what comes and says nothing: `silent.py PORT FOLDER` keeps each job as a file."""

import socketserver
import sys
from pathlib import Path


class Connection(socketserver.StreamRequestHandler):
    def handle(self):
        kept = b""
        while data := self.request.recv(65536):
            kept += data
        if b"ENTER LANGUAGE" in kept:
            self.server.number += 1
            part = self.server.folder / "part"
            part.write_bytes(kept)
            part.rename(self.server.folder / f"{self.server.number:05d}.prn")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    number = 0


with Server(("127.0.0.1", int(sys.argv[1])), Connection) as server:
    server.folder = Path(sys.argv[2])
    server.serve_forever()
