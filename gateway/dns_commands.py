"""The commands about unicast DNS-SD: what this gateway's printers are, and how it is written for name servers."""

import socket
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from gateway.core import Core
from gateway.printer_facts import facts, names, system_facts
from ipp_server.printer import House
from jobs.errors import BadQueue

Arguments = Mapping[str, Any]


async def dns_records(core: Core, given: Arguments) -> dict[str, Any]:
    """Where the queues are (`host`, `port`), and what is told about each; `given` may name another host and port.

    Raises BadQueue when there is no host name that is known outside this network.
    """
    host, port = str(given.get("host") or _own_host(core)), int(given.get("port") or core.settings.port)
    if not 0 < port < 65536:
        raise BadQueue("The gateway has no port of its own that could be told: give it with --port.")
    house = House(core.home.node, "", organization=core.settings.organization, language=core.settings.language)
    queues = names(core.catalogue.listed())
    told = [asdict(facts(queue, name, house, host.rstrip("."), port)) for name, queue in queues.items()]
    return {"host": host, "port": port, "queues": told, "system": asdict(system_facts(core, port))}


def _own_host(core: Core) -> str:
    for name in (core.settings.dns_host, socket.getfqdn()):
        if "." in name and not name.rstrip(".").endswith((".local", ".localdomain")):
            return name
    raise BadQueue("This machine has no name in the DNS: give the one that clients reach it by with --host.")
