"""Limits for every wait on an output device, and the hooks for TLS and the trial printer's home."""

import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from devices.tls import FirstUse, permissive_context


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How patient the gateway is with devices. Times are seconds, sizes are bytes."""

    home: Path | None = None
    """`file:` devices keep what they print below this folder only; None refuses them."""
    connect_timeout: float = 10.0
    """For a TCP connection with its TLS handshake."""
    idle_timeout: float = 60.0
    """For the answer to a request without a document, and between two bytes of any answer."""
    stall_timeout: float = 900.0
    """For a device that takes no more document bytes: someone may be loading paper."""
    follow_limit: float = 7200.0
    """For a job that the device has taken, until it ends."""
    lost_limit: float = 120.0
    """For a device that stopped answering while its job is followed."""
    poll_first: float = 0.3
    poll_last: float = 5.0
    poll_growth: float = 1.5
    """Pauses between two questions about a job: the first, the longest, and how they grow."""
    busy_first: float = 1.0
    busy_last: float = 15.0
    busy_limit: float = 120.0
    """Pauses between two tries at a busy device: the first, the longest, and how long to try in all."""
    reply_timeout: float = 3.0
    """For a JetDirect device's answer to a PJL question; after it the device counts as silent."""
    close_timeout: float = 30.0
    """For a JetDirect device to close its side after the last byte."""
    settle_time: float = 5.0
    """For how long a JetDirect device's page counter must stand still when it does not report the end of a job."""
    attributes_limit: int = 1 << 20
    """The longest answer that is read from a device."""
    tls: Callable[[str, int], ssl.SSLContext] = permissive_context
    """Makes a fresh TLS context for a host and port."""
    pin: Callable[[str, bytes], bool] = field(default_factory=FirstUse)
    """Told the device's URI (without credentials) and its certificate's SHA-256; False refuses the device."""
    ipp_versions: dict[str, tuple[int, int]] = field(default_factory=dict, compare=False)
    """What was learnt: the IPP version that the device at a URI understands."""
