"""What subscribes, and fetches what it is told: for the tests of subscriptions."""

import http.client
import time

from ipp import build
from ipp.codec import decode, encode
from ipp.enums import GroupTag, Operation
from ipp.message import Group

IPPGET = build.keyword("notify-pull-method", "ippget")
PUSH = build.uri("notify-recipient-uri", "mailto:carol@example.com")


def events(*names):
    return build.keyword("notify-events", *names)


def request(door, operation, *groups, extra=(), document=b"", sign_in=None, **words):
    message = door.operation(operation, *extra, **words)
    message.groups += [Group(GroupTag.SUBSCRIPTION, list(group)) for group in groups]
    return door.send(encode(message) + document, sign_in=sign_in, tls=sign_in is not None)


def subscribe(door, *attributes, **words):
    """Subscribe to a queue; returns the answer's group."""
    answer = request(door, Operation.CREATE_PRINTER_SUBSCRIPTIONS, (IPPGET, *attributes), **words)
    assert answer.status.is_success, answer.words
    return told(answer)[0]


def told(answer):
    return answer.message.groups_of(GroupTag.SUBSCRIPTION)


def notices(answer):
    return answer.message.groups_of(GroupTag.EVENT_NOTIFICATION)


def fetch(door, *numbers, least=(), wait=None, **words):
    extra = [build.integer("notify-subscription-ids", *numbers)]
    if least:
        extra.append(build.integer("notify-sequence-numbers", *least))
    if wait is not None:
        extra.append(build.boolean("notify-wait", wait))
    return request(door, Operation.GET_NOTIFICATIONS, extra=extra, **words)


def one(operation, door, number, *more, **words):
    return request(door, operation, extra=(build.integer("notify-subscription-id", number), *more), **words)


def keywords(answer):
    return [group.string("notify-subscribed-event") for group in notices(answer)]


def follow(door, number, until, **words):
    """Fetch until an event came; returns its group. It waits in the gateway, which says at once what happens."""
    seen, least, end = [], 1, time.monotonic() + 20
    while time.monotonic() < end:
        answer = fetch(door, number, least=(least,), wait=True, **words)
        assert answer.status.is_success, answer.words
        for group in notices(answer):
            least = group.integer("notify-sequence-number") + 1
            seen.append(group)
            if until(group):
                return seen
    raise AssertionError(seen)


class Parts:
    """An answer in parts, read one after the other."""

    def __init__(self, door, *numbers, user="carol"):
        self._connection = door.connection()
        body = encode(
            door.operation(
                Operation.GET_NOTIFICATIONS,
                build.integer("notify-subscription-ids", *numbers),
                build.boolean("notify-wait", True),
                user=user,
            )
        )
        kinds = {"Content-Type": "application/ipp", "Accept": "application/ipp, multipart/related"}
        self._connection.request("POST", "/ipp/print", body, kinds)
        self.answer = self._connection.getresponse()

    def next(self):
        """The next part as an IPP message; None after the last."""
        line = self.answer.readline()
        fields = http.client.parse_headers(self.answer)
        if line.rstrip().endswith(b"--"):
            return None
        assert fields["Content-Type"] == "application/ipp"
        message, rest = decode(self.answer.read(int(fields["Content-Length"])))
        assert (rest, self.answer.readline()) == (b"", b"\r\n")
        return message

    def close(self):
        self._connection.close()


def happened(message):
    return [group.string("notify-subscribed-event") for group in message.groups_of(GroupTag.EVENT_NOTIFICATION)]


def forget_all(house):
    """Cancel all subscriptions of a gateway."""
    engine = house.gateway.subscriptions

    async def cancel():
        for subscription in list(engine._register):
            await engine.cancel(subscription.number)

    house.ask(cancel())
