"""What is told follows the catalogue, the System and the network."""

import asyncio
from dataclasses import replace

from gateway import discovery
from gateway.config import Settings
from gateway.discovery import Discovery, told_names
from ipp import build
from ipp.codec import encode_attribute
from jobs.queue import Kind, Offer, Queue
from mdns.advertise import AdvertisingFailed

OPEN = Queue("0000", "hall", Kind.FOLLOW_ME, info="Open Hall", location="Cellar", trusted_networks=("192.0.2.0/24",))


def test_names_for_the_certificate(tmp_path):
    assert told_names(Settings(tmp_path), "ab12") == ("printgate-ab12.local",)
    assert told_names(Settings(tmp_path, dns_host="print.example.org"), "ab12")[1:] == ("print.example.org",)


class Told:
    """An advertiser that keeps what it is told."""

    host = "gate.local"

    def __init__(self, *_):
        self.facts, self.starts, self.refused = {}, 0, 0
        Told.last = self

    async def start(self):
        self.starts += 1
        if self.starts == 1:
            raise AdvertisingFailed("there is no network yet")

    async def announce(self, facts):
        if facts.name == "impossible":
            self.refused += 1
            raise ValueError("cannot be told")
        if facts.name == "contested":
            await asyncio.sleep(3600)
        self.facts[facts.name] = facts

    async def withdraw(self, key):
        self.facts.pop(key, None)

    async def addresses_changed(self):
        return False

    async def stop(self):
        self.facts.clear()


async def until(found):
    async with asyncio.timeout(10):
        while not found():
            await asyncio.sleep(0.01)


async def test_what_is_told_follows_the_catalogue(core, monkeypatch):
    monkeypatch.setattr(discovery, "Advertiser", Told)
    monkeypatch.setattr(discovery, "_LOOK", 0.02)
    core.catalogue.changed.clear()  # offers are as we set them, without devices
    telling = Discovery(core, core.settings, core.home.node)
    telling.serve_at(631)
    await core.catalogue.add(OPEN)
    await core.catalogue.add(replace(OPEN, id="2", name="bad", info="impossible"))
    await core.catalogue.add(replace(OPEN, id="3", name="contested", info="contested"))
    running = asyncio.create_task(telling.run())
    # The network comes later than the gateway, and what cannot be told, or not yet, keeps back nothing else.
    await until(lambda: hasattr(Told, "last") and "Open Hall" in Told.last.facts)
    told = Told.last
    assert (told.starts, told.facts["Open Hall"].port) == (2, 631)
    await core.catalogue.change("hall", location="Attic")
    await until(lambda: told.facts["Open Hall"].note == "Attic")
    await core.catalogue.set_offer(OPEN.id, Offer(color=False))
    await until(lambda: not told.facts["Open Hall"].color)
    await core.catalogue.change("hall", accepting=False)
    await until(lambda: told.facts["Open Hall"].priority == 99)
    await core.catalogue.change("hall", info="Hall")
    await until(lambda: "Hall" in told.facts and "Open Hall" not in told.facts)
    assert told.refused == 1  # what did not change was not told again
    assert told.facts["Printgate"].note == ""
    await core.system.change({"system-location": encode_attribute(build.text("system-location", "House 2")).hex()})
    await until(lambda: told.facts["Printgate"].note == "House 2")
    await core.catalogue.change("contested", info="Free")  # the name that is asked for in vain is given up
    await until(lambda: "Free" in told.facts)
    await core.catalogue.remove("contested")
    await core.catalogue.remove("hall")
    await until(lambda: list(told.facts) == ["Printgate"])
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
