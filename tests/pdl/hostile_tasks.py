"""What a document that took over its reader would try: a table of tasks for the sandbox's own tests."""

import os
import signal
import socket
import time
from pathlib import Path

TASKS = {
    name: f"tests.pdl.hostile_tasks:{name}"
    for name in (
        "honest echo reads loops sleeps eats forks runs opens writes connects signals floods aborts leaves "
        "lies refuses rejects breaks_frames breaks_json deep wide wrong_reason huge_read"
    ).split()
}


def attempt(action):
    """'done', or the errno's name with which the attempt failed."""
    try:
        action()
    except OSError as fault:
        return os.strerror(fault.errno) if fault.errno else str(fault)
    return "done"


def honest(source, arguments, emit):
    return {"size": source.size, "head": source.pread(0, 10).hex(), "uid": os.getuid(), **arguments}


def echo(source, arguments, emit):
    for offset in range(0, source.size, 300_000):
        emit(source.pread(offset, 300_000))
    return {}


def reads(source, arguments, emit):
    return {"beyond": source.pread(source.size + 5, 10).hex(), "tail": source.pread(source.size - 3, 100).hex()}


def loops(source, arguments, emit):
    while True:
        pass


def sleeps(source, arguments, emit):
    time.sleep(3600)


def eats(source, arguments, emit):
    held = []
    while True:
        held.append(bytearray(10_000_000))


def forks(source, arguments, emit):
    def again():
        for _ in range(1000):
            if os.fork() == 0:
                time.sleep(30)

    return {"fork": attempt(again)}


def runs(source, arguments, emit):
    return {"exec": attempt(lambda: os.execv("/bin/true", ["true"]))}


def opens(source, arguments, emit):
    paths = (*arguments["paths"], "/etc/passwd", "/proc/1/environ", "/proc/self/maps", "/")
    return {path: attempt(lambda path=path: os.close(os.open(path, os.O_RDONLY))) for path in paths}


def writes(source, arguments, emit):
    return {"write": attempt(lambda: Path(arguments["path"]).write_bytes(b"x"))}


def connects(source, arguments, emit):
    def connect():
        with socket.socket() as link:
            link.connect(("127.0.0.1", arguments["port"]))

    return {"connect": attempt(connect)}


def signals(source, arguments, emit):
    return {"kill": attempt(lambda: os.kill(arguments["process"], signal.SIGTERM))}


def floods(source, arguments, emit):
    while True:
        emit(bytes(100_000))


def aborts(source, arguments, emit):
    os.abort()


def leaves(source, arguments, emit):
    os._exit(0)


def lies(source, arguments, emit):
    return {"format": "application/pdf", "pages": -1}


def refuses(source, arguments, emit):
    from pdl.errors import PasswordNeeded

    raise PasswordNeeded("a password, please")


def rejects(source, arguments, emit):
    raise KeyError("a parser's own mistake")


def breaks_frames(source, arguments, emit):
    source._connection.sendall(b"R\xff\xff\xff\xff" + bytes(100))
    time.sleep(30)


def breaks_json(source, arguments, emit):
    source._connection.sendall(b"A\x00\x00\x00\x03nop")
    time.sleep(30)


def deep(source, arguments, emit):
    source._connection.sendall(b"A\x00\x00\xc3\x50" + b"[" * 50_000)
    time.sleep(30)


def wide(source, arguments, emit):
    answer = b'{"a":[' + b"{}," * 5_000_000 + b"{}]}"
    source._connection.sendall(b"A" + len(answer).to_bytes(4, "big") + answer)
    time.sleep(30)


def wrong_reason(source, arguments, emit):
    from pdl.errors import DocumentRejected

    raise DocumentRejected("It is damaged.", "none,job-completed-successfully")


def huge_read(source, arguments, emit):
    from pdl import wire

    source._connection.sendall(wire.frame(wire.READ, wire.READ_REQUEST.pack(2**64 - 1, 2**32 - 1)))
    from pdl.child import receive

    return {"got": len(receive(source._connection))}
