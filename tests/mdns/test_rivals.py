"""Who counts as a rival for a name."""

import pytest
from zeroconf import RecordUpdate, ServiceInfo, current_time_millis

from mdns.rivals import Watch


def heard(host, name="Follow Me", ttl=120, kind="dns_service"):
    info = ServiceInfo("_ipp._tcp.local.", f"{name}._ipp._tcp.local.", port=1, server=f"{host}.local.")
    return RecordUpdate(getattr(info, kind)(override_ttl=ttl), None)


@pytest.mark.parametrize(
    ("update", "found"),
    [
        (heard("other"), [("follow me._ipp._tcp.local.", "other.local.")]),
        (heard("other", name="FOLLOW me"), [("follow me._ipp._tcp.local.", "other.local.")]),
        (heard("gate"), []),
        (heard("GATE"), []),
        (heard("other", name="Another"), []),
        (heard("other", ttl=0), []),  # a goodbye
        (heard("other", kind="dns_text"), []),
        (heard("other", kind="dns_pointer"), []),
    ],
)
def test_only_another_host_with_our_name(update, found):
    seen = []
    watch = Watch("Gate.local.", {"follow me._ipp._tcp.local."}.__contains__, lambda *rival: seen.append(rival))
    watch.async_update_records(None, current_time_millis() + 1, [update])
    assert seen == found
