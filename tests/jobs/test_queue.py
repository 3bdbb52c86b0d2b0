"""A queue's settings: what cannot be, whom it believes, where its jobs may go."""

from dataclasses import replace

import pytest

from jobs.errors import BadQueue
from jobs.queue import DAY, Kind, Offer, Queue, checked

QUEUE = Queue("id", "follow-me", Kind.FOLLOW_ME)


@pytest.mark.parametrize(("values", "words"), [
    ({"name": ""}, "name has 1 to 63"),
    ({"name": "a" * 64}, "name has 1 to 63"),
    ({"name": "-a"}, "name has 1 to 63"),
    ({"name": "a b"}, "name has 1 to 63"),
    ({"name": "a/b"}, "name has 1 to 63"),
    ({"name": "é"}, "name has 1 to 63"),
    ({"name": "a\n"}, "name has 1 to 63"),
    ({"trusted_networks": ("192.0.2.0/33",)}, "written like"),
    ({"trusted_networks": ("everybody",)}, "written like"),
    ({"kind": Kind.SECURE}, "exactly one device"),
    ({"kind": Kind.DIRECT, "devices": ("a", "b")}, "exactly one device"),
    ({"devices": ("a",), "default_device": "b"}, "one of the queue's devices"),
    ({"release_after": -1}, "release-after"),
    ({"release_after": 7 * DAY + 1}, "release-after"),
    ({"retention": 0}, "at least 1 second"),
    ({"retention": 366 * DAY + 1}, "retention"),
    ({"retain_for": -1}, "retain-for"),
])  # fmt: skip
def test_what_cannot_be(values, words):
    with pytest.raises(BadQueue, match=words):
        checked(replace(QUEUE, **values))


def test_normal_form():
    queue = checked(replace(QUEUE, trusted_networks=("192.0.2.7/24", "2001:DB8::1/32"), info="  Hall  " + "x" * 200))
    assert queue.trusted_networks == ("192.0.2.0/24", "2001:db8::/32")
    assert queue.info.startswith("Hall") and len(queue.info) == 127


@pytest.mark.parametrize(("address", "trusted"), [
    ("192.0.2.1", True),
    ("192.0.2.255", True),
    ("192.0.3.0", False),
    ("::ffff:192.0.2.9", True),
    ("::ffff:198.51.100.1", False),
    ("2001:db8:1::5", True),
    ("2001:db9::5", False),
    ("fe80::1%eth0", True),
    ("fe80::1", True),
    ("", False),
    ("localhost", False),
    ("192.0.2.1.evil", False),
    ("192.0.2", False),
])  # fmt: skip
def test_whom_it_believes(address, trusted):
    queue = replace(QUEUE, trusted_networks=("192.0.2.0/24", "2001:db8::/32", "fe80::/10"))
    assert queue.trusts(address) is trusted


def test_nobody_is_believed_without_networks():
    assert not QUEUE.trusts("127.0.0.1")
    assert QUEUE.needs_password
    assert not replace(QUEUE, trusted_networks=("127.0.0.0/8",)).needs_password
    assert not replace(QUEUE, accept_unowned=True).needs_password


@pytest.mark.parametrize(("queue", "pool", "target"), [
    (QUEUE, ("a", "b", "c"), None),
    (replace(QUEUE, default_device="b"), ("a", "b", "c"), "b"),
    (replace(QUEUE, devices=("c", "a", "gone")), ("c", "a"), None),
    (replace(QUEUE, devices=("c",)), ("c",), "c"),
    (replace(QUEUE, devices=("gone",)), (), None),
    (replace(QUEUE, kind=Kind.SECURE, devices=("b",)), ("b",), "b"),
    (replace(QUEUE, kind=Kind.DIRECT, devices=()), (), None),
])  # fmt: skip
def test_where_its_jobs_may_go(queue, pool, target):
    known = ("a", "b", "c")
    assert queue.pool(known) == pool
    assert queue.target(known) == target


def test_the_only_device_is_the_target():
    assert QUEUE.target(("a",)) == "a" and QUEUE.target(()) is None


def test_what_holds():
    assert QUEUE.holds and replace(QUEUE, kind=Kind.SECURE).holds and not replace(QUEUE, kind=Kind.DIRECT).holds


def test_offer_in_json():
    offer = Offer(color=False, sides=("one-sided",), resolutions=(600,))
    assert Offer.from_json(offer.to_json()) == offer
    assert Offer.from_json(None) == Offer()
    assert Offer.from_json('{"copies": 5, "of-tomorrow": 1}') == Offer(copies=5)
