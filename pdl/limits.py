"""How much one document may cost."""

from dataclasses import dataclass

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run in the sandbox may use; the defaults fit counting.

    `memory_bytes` is address space beyond what the warm process already holds (programs: all of it);
    `wall_seconds` includes waiting for a slow sink; `input_bytes` binds programs alone, which get a copy.
    """

    cpu_seconds: int = 20
    memory_bytes: int = 768 * MEBIBYTE
    wall_seconds: float = 60.0
    output_bytes: int = 1024 * MEBIBYTE
    input_bytes: int = 512 * MEBIBYTE
    pages: int = 200_000
