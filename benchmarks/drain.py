"""A client that asks the same again and again and looks at no answer: `python -m benchmarks.drain PORT < REQUEST`."""

import socket
import sys

from benchmarks.load import Answers

LAST_CHUNK = b"0\r\n\r\n"


def skip(sock: socket.socket, answers: Answers, incoming: bytearray) -> bool:
    """Take one answer; tells whether it came to its end."""
    head = bytearray()
    while (found := answers.length(head)) is None:
        more = sock.recv(65536)
        if not more:
            return False
        head += more
    at, length = found
    left, end = at + length - len(head), bytes(head[-len(LAST_CHUNK) :])
    while left > 0 if length >= 0 else not end.endswith(LAST_CHUNK):
        count = sock.recv_into(incoming)
        if not count:
            return False
        left -= count
        end = (end + bytes(incoming[max(0, count - len(LAST_CHUNK)) : count]))[-len(LAST_CHUNK) :]
    return True


def main(port: int, request: bytes) -> None:
    answers, incoming = Answers(), bytearray(1 << 20)
    with socket.create_connection(("127.0.0.1", port), 10) as sock:
        sock.sendall(request)
        while skip(sock, answers, incoming):
            sock.sendall(request)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.stdin.buffer.read())
