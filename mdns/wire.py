"""The library's own records and messages, which it does not export: the one place that says where they are."""

from typing import Final

from zeroconf._dns import DNSAddress, DNSPointer, DNSQuestion, DNSRecord, DNSService, DNSText
from zeroconf._protocol.outgoing import DNSOutgoing
from zeroconf._transport import _WrappedTransport as Sender

__all__ = [
    "DNSAddress",
    "DNSOutgoing",
    "DNSPointer",
    "DNSQuestion",
    "DNSRecord",
    "DNSService",
    "DNSText",
    "Sender",
    "message",
]

QUERY: Final = 0x0000
RESPONSE: Final = 0x8400  # QR and AA
A: Final = 1
AAAA: Final = 28
SRV: Final = 33
ANY: Final = 255
IN: Final = 1
IN_UNIQUE: Final = 0x8001  # with the cache-flush bit: these are all records of that name and type (RFC 6762 §10.2)


def message(records: list[DNSRecord]) -> DNSOutgoing:
    """A response that nobody asked for."""
    out = DNSOutgoing(RESPONSE)
    for record in records:
        out.add_answer_at_time(record, 0)
    return out
