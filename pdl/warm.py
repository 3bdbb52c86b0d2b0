"""The warm process of the sandbox: Python with the parsers loaded, forked once for each document.

Started by the gateway as `python -m pdl.warm DESCRIPTOR TABLE`. On the descriptor it says once what
protects its children, then takes one message for each document: JSON limits, and with it two sockets, the
reader's and the keeper's. It opens no document itself, and ends when the gateway does.
"""

import gc
import importlib
import json
import os
import signal
import socket
import sys
from dataclasses import fields

from pdl import confine
from pdl.child import Shelter, keep
from pdl.limits import Limits

LONGEST_MESSAGE = 4096
NICE = 10


def prepare(table: str) -> Shelter:
    """Load what the tasks of `table` (a module with TASKS) need, and find out what protects them here."""
    tasks: dict[str, str] = importlib.import_module(table).TASKS
    for name in tasks.values():
        importlib.import_module(name.partition(":")[0])
    protection = confine.probe()
    gc.collect()
    gc.freeze()  # children share these pages: the collector must not write to them
    return Shelter(protection, confine.address_space(), tasks)


def serve(control: socket.socket, shelter: Shelter) -> None:
    """Fork a keeper for each message until the gateway closes the socket."""
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, LONGEST_MESSAGE, 2)
        if not message:
            return
        reader, life = (socket.socket(fileno=number) for number in descriptors)
        given = json.loads(message)
        limits = Limits(**{field.name: given[field.name] for field in fields(Limits)})
        process = os.fork()
        if process == 0:
            code = 1
            try:
                control.close()
                keep(reader, life, limits, shelter)
                code = 0
            finally:
                os._exit(code)
        # The keeper has its own: with these open the gateway would never see the reader hang up.
        reader.close()
        life.close()


def main() -> None:
    """Serve the gateway at the other end of the descriptor named by the first argument."""
    control = socket.socket(fileno=int(sys.argv[1]))
    # Documents are opened with what processor time the acceptance of others leaves.
    os.nice(NICE)
    shelter = prepare(sys.argv[2])
    # Keepers are nobody's business once they have reported: let the kernel reap them.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    # A Ctrl-C at the terminal is the gateway's to handle; it closes the socket when it has.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    control.sendall(json.dumps({"level": shelter.protection.level}).encode())
    serve(control, shelter)


if __name__ == "__main__":
    main()
