"""A request asked again in the same words is answered like the first time, and checked where it differs."""

import uuid
from dataclasses import replace

import pytest

from ipp import build
from ipp.codec import encode
from ipp.enums import Operation, Status
from ipp.message import Message
from ipp_server.address import Address, Scope
from ipp_server.remembered import Remembered
from ipp_server.request import Request
from jobs.queue import Kind, Queue

GPA = Operation.GET_PRINTER_ATTRIBUTES


def asked_twice(door, **words):
    body = encode(door.operation(GPA, build.keyword("requested-attributes", "printer-name", "printer-state"), **words))
    return body, door.send(body), door.send(body)


def test_the_second_answer_says_what_the_first_said(door):
    _, first, second = asked_twice(door)
    assert second.status is Status.SUCCESSFUL_OK
    assert second.message == first.message
    assert second.printer.string("printer-name") == "held"


def test_version_and_request_id_are_those_of_each_request(door):
    body, _, _ = asked_twice(door)
    again = door.send(b"\x01\x01" + body[2:4] + (99).to_bytes(4, "big") + body[8:])
    assert (again.message.version, again.message.request_id) == ((1, 1), 99)


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"\x03\x00\x00\x0b\x00\x00\x00\x07", Status.SERVER_ERROR_VERSION_NOT_SUPPORTED),
        (b"\x00\x00\x00\x0b\x00\x00\x00\x07", Status.SERVER_ERROR_VERSION_NOT_SUPPORTED),
        (b"\x02\x00\x00\x0b\x00\x00\x00\x00", Status.CLIENT_ERROR_BAD_REQUEST),
        (b"\x02\x00\x00\x0b\x80\x00\x00\x00", Status.CLIENT_ERROR_BAD_REQUEST),
    ],
)
def test_what_the_gate_refuses_is_refused_again(door, head, status):
    body, _, _ = asked_twice(door)
    assert door.send(head + body[8:]).status is status


def test_another_operation_in_the_same_words_is_another_request(door):
    body, _, _ = asked_twice(door)
    other = door.send(body[:2] + int(Operation.GET_JOBS).to_bytes(2, "big") + body[4:])
    assert other.status is Status.SUCCESSFUL_OK
    assert other.printer is None


def test_what_changed_meanwhile_is_told(house, door):
    body, first, _ = asked_twice(door, queue="roaming")
    assert first.printer.string("printer-name") == "roaming"
    house.ask(house.gateway.core.catalogue.change("roaming", name="wandering"))
    try:
        assert door.send(body).status is Status.CLIENT_ERROR_NOT_FOUND
    finally:
        house.ask(house.gateway.core.catalogue.change("wandering", name="roaming"))


def test_a_wrong_password_is_refused_though_the_words_are_known(door):
    body, _, _ = asked_twice(door)
    assert door.send(body, sign_in=("alice", "wrong"), tls=True).http == 401


def test_another_queue_of_the_same_name_is_another_queue(house, door):
    catalogue = house.gateway.core.catalogue
    body, first, _ = asked_twice(door, queue="roaming")
    before = catalogue.named("roaming")
    house.ask(catalogue.change("roaming", name="wandering"))
    other = house.ask(catalogue.add(replace(before, id=str(uuid.uuid4()), number=0, info="the other one")))
    try:
        assert first.printer.string("printer-info") is None
        asked = door.operation(GPA, build.keyword("requested-attributes", "printer-uuid"), queue="roaming")
        said = [door.send(encode(asked)).printer.string("printer-uuid") for _ in range(2)]
        assert said == [f"urn:uuid:{other.id}"] * 2
        assert door.send(body).status is Status.SUCCESSFUL_OK
    finally:
        house.ask(catalogue.remove("roaming"))
        house.ask(catalogue.change("wandering", name="roaming"))


def test_what_is_remembered_is_bounded():
    memory = Remembered()
    asked = Request(
        message=Message((2, 0), GPA, 1, []), address=Address(Scope.PRINTER, "q"), of_queue=Queue("1", "q", Kind.DIRECT),
        authority="", secure=False, peer="", body=None,
    )  # fmt: skip
    requests = [b"\x02\x00\x00\x0b\x00\x00\x00\x01" + number.to_bytes(4, "big") for number in range(1000)]
    for request in requests:
        memory.keep(request, asked, "ipp://a/ipp/print/q")
    memory.keep(requests[0] + bytes(5000), asked, "ipp://a/ipp/print/q")
    found = memory.find(requests[-1])
    assert (found.queue.name, found.requested, found.uri) == ("q", (), "ipp://a/ipp/print/q")
    assert memory.find(requests[0]) is None
    assert sum(memory.find(request) is not None for request in requests) == 256


def test_what_is_told_at_a_persons_own_address_is_not_remembered():
    memory, request = Remembered(), b"\x02\x00\x00\x0b\x00\x00\x00\x01\x01\x03"
    asked = Request(
        message=Message((2, 0), GPA, 1, []), address=Address(Scope.PRINTER, "q", "token"),
        of_queue=Queue("1", "q", Kind.DIRECT), authority="", secure=True, peer="", body=None,
    )  # fmt: skip
    memory.keep(request, asked, "ipp://a/ipp/print/q/t/token")
    assert memory.find(request) is None
