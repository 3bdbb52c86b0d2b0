"""A gateway on a loopback port, in a thread with a loop of its own, and a client that says exactly what it is told."""

import asyncio
import logging
import threading
import time

import pytest
import structlog

from gateway.app import Gateway
from gateway.beginning import begin
from gateway.config import Settings
from jobs.queue import Kind, Queue
from storage.node import new_id
from tests.ipp_server.client import Door

PASSWORDS = {"alice": "alice's secret", "bob": "bob's secret", "root": "root's own secret"}
LOCAL = ("127.0.0.0/8",)
QUEUES = {
    "direct": {"kind": Kind.DIRECT, "trusted_networks": LOCAL},
    "held": {"kind": Kind.FOLLOW_ME, "trusted_networks": LOCAL, "default": True},
    "roaming": {"kind": Kind.FOLLOW_ME, "trusted_networks": LOCAL},
    "private": {"kind": Kind.FOLLOW_ME, "default": True},
    "open": {"kind": Kind.FOLLOW_ME, "accept_unowned": True},
    "small": {"kind": Kind.FOLLOW_ME, "trusted_networks": LOCAL, "max_bytes": 100_000},
    "operated": {
        "kind": Kind.DIRECT,
        "trusted_networks": LOCAL,
        "operator_networks": LOCAL,
        "retain_for": 600,
    },
    "kept": {"kind": Kind.FOLLOW_ME, "trusted_networks": LOCAL, "retain_for": 600, "default": True},
    "shut": {"kind": Kind.FOLLOW_ME, "trusted_networks": LOCAL, "accepting": False},
}
OTHER_DEVICE = "spare"


class House:
    """A running gateway; `ask` runs a coroutine in its loop."""

    def __init__(self, home, **settings):
        self.gateway = Gateway(Settings(home, host="127.0.0.1", port=0, mdns=False, disk_reserve=0, **settings))
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        try:
            self.ask(self._begin())
        except BaseException:
            self._end()
            raise
        self.door = Door(self.gateway.port)

    async def _begin(self):
        await self.gateway.start()
        core = self.gateway.core
        await begin(core)
        trial = core.fleet.named("trial").id
        folder = core.settings.home / OTHER_DEVICE
        folder.mkdir()
        # With a second printer, a queue without a default of its own cannot know where a job is to go.
        await core.fleet.add(OTHER_DEVICE, folder.as_uri())
        for name, words in QUEUES.items():
            fields = dict(words)
            default = trial if fields.pop("default", False) else None
            devices = (trial,) if fields["kind"] is Kind.DIRECT else ()
            await core.catalogue.add(Queue(new_id(), name, devices=devices, default_device=default, **fields))
        for name, password in PASSWORDS.items():
            await core.people.add(name, password, administrator=name == "root")

    def ask(self, work):
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    def job(self, number):
        """The job of that number, once it was counted."""
        until = time.monotonic() + 20
        while True:
            job = self.ask(self.gateway.core.jobs.numbered(number))
            if job.counted_at or job.final or job.incoming or time.monotonic() > until:
                return job
            time.sleep(0.05)

    def ended(self, number):
        until = time.monotonic() + 20
        while not (job := self.ask(self.gateway.core.jobs.numbered(number))).final:
            assert time.monotonic() < until, job
            time.sleep(0.05)
        return job

    def last_number(self):
        jobs = self.ask(self.gateway.core.jobs.selected(newest_first=True, limit=1))
        return jobs[0].job_id if jobs else 0

    def spooled(self):
        """Bytes below the spool's folder."""
        home = self.gateway.core.settings.home
        return {p: p.stat().st_size for p in home.rglob("*") if p.is_file() and "spool" in p.parts}

    def stop(self):
        try:
            self.ask(self.gateway.stop())
        finally:
            self._end()

    def _end(self):
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(20)
        self._loop.close()


@pytest.fixture(scope="package")
def house(tmp_path_factory):
    running = House(tmp_path_factory.mktemp("home"), body_idle=2.0, stop_limit=2.0)
    yield running
    running.stop()


@pytest.fixture
def door(house):
    return house.door


@pytest.fixture
def quiet(caplog):
    """Nothing that the test does is a fault of the gateway: its log stays empty."""
    with structlog.testing.capture_logs() as events:
        yield
    assert [record.getMessage() for record in caplog.get_records("call") if record.levelno >= logging.WARNING] == []
    assert [event for event in events if event["log_level"] in ("warning", "error", "critical")] == []
