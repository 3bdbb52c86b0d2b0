"""What the gateway and a child of the sandbox say to each other over their socket.

    gateway -> child   once: u32 length, JSON job; u32 length, the document's first bytes
                       then one answer (u32 length, bytes) to each READ
    child -> gateway   frames: kind (1 byte), u32 length, payload

All numbers are big-endian. The child is not believed: every length is checked against the limits here.
"""

import json
import struct
from typing import Any

HEAD = struct.Struct(">cI")
LENGTH = struct.Struct(">I")
READ_REQUEST = struct.Struct(">QI")

READ = b"R"  # payload: READ_REQUEST
OUTPUT = b"O"  # payload: bytes for the sink
ANSWER = b"A"  # payload: JSON object, ends the run
REJECTED = b"D"  # payload: JSON [reason, state_reason], ends the run
PASSWORD = b"P"  # payload: JSON [reason], ends the run
LIMIT = b"L"  # payload: JSON [reason], ends the run

LONGEST_HEAD = 256 * 1024
LONGEST_READ = 8 * 1024 * 1024
LONGEST_OUTPUT = 1024 * 1024
LONGEST_ANSWER = 16 * 1024 * 1024

# Lists and objects in it, several times what the longest document takes: each costs us far more than its bytes.
MOST_NESTED = 1_000_000

LONGEST = {
    READ: READ_REQUEST.size,
    OUTPUT: LONGEST_OUTPUT,
    ANSWER: LONGEST_ANSWER,
    REJECTED: 65536,
    PASSWORD: 65536,
    LIMIT: 65536,
}


def frame(kind: bytes, payload: bytes) -> bytes:
    """One frame of the child."""
    return HEAD.pack(kind, len(payload)) + payload


def heard(payload: bytes) -> Any:
    """What a child said as JSON; ValueError or RecursionError when it is none, or more than fits a gateway's memory."""
    if len(payload) > LONGEST_ANSWER or payload.count(b"[") + payload.count(b"{") > MOST_NESTED:
        raise ValueError("no honest answer is of that size")
    return json.loads(payload)
