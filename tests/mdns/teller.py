"""An Advertiser driven by lines of JSON, for tests that run it inside a network namespace."""

import asyncio
import json
import socket
import sys

from zeroconf import IPVersion, ServiceInfo
from zeroconf.asyncio import AsyncZeroconf

from mdns.advertise import Advertiser, AdvertisingFailed
from mdns.settings import Settings
from mdns.txt import PrinterFacts, SystemFacts


def facts(row):
    return PrinterFacts(**{key: tuple(value) if isinstance(value, list) else value for key, value in row.items()})


async def main():
    settings = {
        key: tuple(value) if isinstance(value, list) else value for key, value in json.loads(sys.argv[1]).items()
    }
    renames = []
    advertiser = Advertiser(Settings(**settings), lambda *names: renames.append(names))
    await advertiser.start()
    intruders = []

    async def intrude(name, host):
        """Claim a name without asking, as a printer does that was on another network until now."""
        zeroconf = AsyncZeroconf(interfaces=["10.77.0.1", socket.if_nametoindex("eth0")], ip_version=IPVersion.All)
        info = ServiceInfo(
            "_ipp._tcp.local.",
            f"{name}._ipp._tcp.local.",
            parsed_addresses=["10.77.0.1"],
            port=9,
            server=f"{host}.local.",
        )
        await (await zeroconf.async_register_service(info, cooperating_responders=True))
        intruders.append(zeroconf)

    async def leave():
        for zeroconf in intruders:
            await zeroconf.async_close()
        intruders.clear()

    async def told(work):
        answer = await work
        await advertiser.all_told()
        return answer

    async def many(rows):
        return await told(asyncio.gather(*(advertiser.announce(facts(row)) for row in rows)))

    async def renamed(count):
        for _ in range(50):
            if len(renames) >= count:
                break
            await asyncio.sleep(0.1)
        return renames

    verbs = {
        "announce": lambda facts_of: told(advertiser.announce(facts(facts_of))),
        "update": lambda facts_of: told(advertiser.update(facts(facts_of))),
        "system": lambda name: told(advertiser.announce(SystemFacts(name, "u", 8631))),
        "withdraw": lambda name: told(advertiser.withdraw(name)),
        "addresses_changed": lambda: told(advertiser.addresses_changed()),
        "stop": advertiser.stop,
        "many": many,
        "intrude": intrude,
        "leave": leave,
        "renamed": renamed,
    }
    print(json.dumps("started"), flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        verb, arguments = json.loads(line)
        try:
            answer = await verbs[verb](**arguments)
        except AdvertisingFailed as error:
            answer = f"failed: {error}"
        print(json.dumps(answer), flush=True)


asyncio.run(main())
