"""Speaks with a port step by step: reads {"tls", "steps"} from standard input, writes the answers as JSON.

A step is what to send in hexadecimal, or {"upgrade": true} for a TLS handshake on the open connection, after which one
answer is owed. An answer is read to its end before the next step.

    python knock.py PORT
"""

import json
import re
import socket
import ssl
import sys


def answer(connection):
    """One HTTP answer: its head, and as much body as the head says."""
    got = b""
    while b"\r\n\r\n" not in got:
        more = connection.recv(65536)
        if not more:
            return got
        got += more
    head, _, body = got.partition(b"\r\n\r\n")
    length = re.search(rb"^content-length: *(\d+)", head, re.IGNORECASE | re.MULTILINE)
    packed = re.search(rb"^transfer-encoding: *chunked", head, re.IGNORECASE | re.MULTILINE)
    while packed and not body.endswith(b"0\r\n\r\n"):
        body += connection.recv(65536)
    while length and len(body) < int(length[1]):
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + (unchunked(body) if packed else body)


def unchunked(body):
    parts = []
    while body:
        size, _, body = body.partition(b"\r\n")
        parts.append(body[: int(size, 16)])
        body = body[int(size, 16) + 2 :]
    return b"".join(parts)


def secured(connection):
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context.wrap_socket(connection, server_hostname="localhost")


told = json.load(sys.stdin)
connection = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 15)
if told["tls"]:
    connection = secured(connection)
answers = []
for step in told["steps"]:
    if isinstance(step, dict):
        connection = secured(connection)
    else:
        connection.sendall(bytes.fromhex(step))
    answers.append(answer(connection).hex())
json.dump(answers, sys.stdout)
