"""The port takes so many connections and no more, and those that wait are served as soon as there is room."""

import time

import pytest

from ipp.enums import Operation, Status
from tests.ipp_server.client import head, read_answer
from tests.ipp_server.conftest import House

MOST = 8


@pytest.fixture
def full(tmp_path):
    running = House(tmp_path / "home", connections=MOST, stop_limit=2.0)
    yield running
    running.stop()


def test_connections_beyond_the_limit_wait_for_their_turn(full):
    door = full.door
    options = head(0, method="OPTIONS", path="*")
    idle = [door.plug() for _ in range(MOST)]
    for plug in idle:
        plug.sendall(options)
        assert read_answer(plug)[0] == 200
    waiting = door.plug(timeout=0.5)
    waiting.sendall(options)
    with pytest.raises(TimeoutError):
        waiting.recv(1)
    assert full.gateway.listener.connections == MOST
    idle.pop().close()
    waiting.settimeout(10)
    assert read_answer(waiting)[0] == 200
    for plug in (*idle, waiting):
        plug.close()
    until = time.monotonic() + 5
    while full.gateway.listener.connections:
        assert time.monotonic() < until
        time.sleep(0.02)
    assert door.ask(Operation.GET_PRINTER_ATTRIBUTES).status is Status.SUCCESSFUL_OK
