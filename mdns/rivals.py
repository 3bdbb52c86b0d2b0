"""Whether somebody else on the network uses an instance name: asked before we take it, watched for afterwards."""

import asyncio
from collections.abc import Callable, Iterable

from zeroconf import DNSQuestionType, RecordUpdate, RecordUpdateListener, Zeroconf
from zeroconf.asyncio import AsyncServiceInfo

SRV = 33  # RFC 2782
# RFC 6762 §8.1 waits for three quarters of a second.
PROBE_MS = 750


async def taken(zeroconf: Zeroconf, services: Iterable[str], instance: str, host: str) -> bool:
    """Whether another host than `host` answers for `instance` under any of `services` ("_ipp._tcp").

    Asks by multicast: a unicast answer would reach whichever program of this machine (avahi) holds the port too.
    """
    rivals = [AsyncServiceInfo(f"{service}.local.", f"{instance}.{service}.local.") for service in services]
    await asyncio.gather(
        *(rival.async_request(zeroconf, PROBE_MS, question_type=DNSQuestionType.QM) for rival in rivals)
    )
    # A printer that only defends its name has port 0 and perhaps no text, yet it has a host.
    return any(rival.server and rival.server.lower() != host.lower() for rival in rivals)


class Watch(RecordUpdateListener):
    """Calls `found(full name, their host)`, both in lower case, whenever another host says it owns a name of ours."""

    def __init__(self, host: str, ours: Callable[[str], bool], found: Callable[[str, str], None]) -> None:
        """`ours` tells whether a full name (lower case) is registered by us; our own `host` is no rival."""
        self._host = host.lower()
        self._ours = ours
        self._found = found

    def async_update_records(self, zc: Zeroconf, now: float, records: list[RecordUpdate]) -> None:  # noqa: ARG002
        """Look at what was heard; called by the library for every packet, so first what is cheap."""
        for heard in records:
            service = heard.new
            if service.type != SRV or service.is_expired(now) or not self._ours(service.key):
                continue
            theirs = str(getattr(service, "server", "")).lower()
            if theirs != self._host:
                self._found(service.key, theirs)
