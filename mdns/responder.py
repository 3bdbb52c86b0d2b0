"""The multicast DNS responder: the library's, with every message it sends made right for the link it goes out on."""

import ipaddress
from collections.abc import Iterable

from zeroconf import Zeroconf

from mdns.interfaces import Link, Links
from mdns.wire import DNSAddress, DNSOutgoing, DNSPointer, DNSRecord, DNSService, DNSText, Sender

PORT = 5353
ENUMERATION = "_services._dns-sd._udp.local."

# A browser among so many instances asks for those it wants: SRV and TXT of all would be hundreds of packets at once.
MOST_EXPLAINED = 100


class Responder(Zeroconf):
    """Answers what others ask; all it sends passes through `async_send`, and that is where it is corrected.

    * An address is told only on the links where it is valid (RFC 6762 §6.2).
    * Subtypes are registered like types, but are none when types are asked for (RFC 6763 §9).
    * What was withdrawn or changed is not said any more: the library keeps answers back for up to a second, and one
      that came after the goodbye would bring the printer back to everyone's list.
    * Answers of very many instances come without additional records (which are a courtesy, RFC 6763 §12).
    """

    links = Links(())

    def async_send(
        self,
        out: DNSOutgoing,
        addr: str | None = None,
        port: int = PORT,
        v6_flow_scope: tuple[()] | tuple[int, int] = (),
        transport: Sender | None = None,
    ) -> None:
        """Send to everybody, or to one `addr` by its `transport`."""
        out.answers = [(record, now) for record, now in out.answers if self._is_true(record)]
        out.additionals = [] if len(out.answers) > MOST_EXPLAINED else [r for r in out.additionals if self._is_true(r)]
        if len(self.links.each) < 2:
            if _says_something(out):
                super().async_send(out, addr, port, v6_flow_scope, transport)
            return
        made: dict[int | None, DNSOutgoing] = {}
        for sender in [transport] if transport else self.engine.senders:
            link = self._link(sender, addr)
            key = link.index if link else None
            if key not in made:
                made[key] = self._for_link(out, link)
            if _says_something(made[key]):
                super().async_send(made[key], addr, port, v6_flow_scope, sender)

    async def _async_broadcast_service(self, *_args: object, **_named: object) -> None:
        """Nothing: when an interface came the library would say all at once; `Announcer` says it at its pace."""

    def _is_true(self, record: DNSRecord) -> bool:
        """Whether a record is as it is registered now, or a goodbye."""
        if not record.ttl:
            return True
        if isinstance(record, DNSPointer):
            if record.name.lower() == ENUMERATION:
                return "._sub." not in record.alias
            return self.registry.async_get_info_name(record.alias.lower()) is not None
        if isinstance(record, DNSService | DNSText):
            info = self.registry.async_get_info_name(record.key)
            return info is not None and record in (info.dns_service(), info.dns_text())
        return True

    def _link(self, sender: Sender, peer: str | None) -> Link | None:
        if peer is not None and (found := self.links.of_peer(peer)):
            return found
        return self.links.of_sender(sender.multicast_index if sender.is_ipv6 else sender.sock_name[0])

    def _for_link(self, out: DNSOutgoing, link: Link | None) -> DNSOutgoing:
        """The same message with the addresses of this link alone (all of them when the link is not known)."""
        if link is None:
            return out
        ours = {ipaddress.ip_address(address).packed for address in self.links.addresses}
        elsewhere = ours - {ipaddress.ip_address(address).packed for address in link.addresses}
        fit = DNSOutgoing(out.flags, out.multicast, out.id)
        fit.questions = list(out.questions)
        fit.authorities = list(out.authorities)
        fit.answers = [(record, now) for record, now in out.answers if not _is_at(record, elsewhere)]
        fit.additionals = [record for record in out.additionals if not _is_at(record, elsewhere)]
        return fit


def _is_at(record: DNSRecord, places: Iterable[bytes]) -> bool:
    return isinstance(record, DNSAddress) and record.address in places


def _says_something(out: DNSOutgoing) -> bool:
    return bool(out.questions or out.answers)
