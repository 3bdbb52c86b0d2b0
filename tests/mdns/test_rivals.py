"""Who counts as a rival for a name."""

import pytest
from zeroconf import RecordUpdate, ServiceInfo, current_time_millis

from mdns.rivals import Watch


def heard(host, name="Follow Me", ttl=120, kind="dns_service"):
    info = ServiceInfo("_ipp._tcp.local.", f"{name}._ipp._tcp.local.", port=1, server=f"{host}.local.")
    return RecordUpdate(getattr(info, kind)(override_ttl=ttl), None)


@pytest.mark.parametrize(
    ("record", "found"),
    [
        ({"host": "other"}, [("follow me._ipp._tcp.local.", "other.local.")]),
        ({"host": "other", "name": "FOLLOW me"}, [("follow me._ipp._tcp.local.", "other.local.")]),
        ({"host": "gate"}, []),
        ({"host": "GATE"}, []),
        ({"host": "other", "name": "Another"}, []),
        ({"host": "other", "ttl": 0}, []),  # a goodbye
        ({"host": "other", "kind": "dns_text"}, []),
        ({"host": "other", "kind": "dns_pointer"}, []),
    ],
)
def test_only_another_host_with_our_name(record, found):
    seen = []
    watch = Watch("Gate.local.", {"follow me._ipp._tcp.local."}.__contains__, lambda *rival: seen.append(rival))
    watch.async_update_records(None, current_time_millis() + 1, [heard(**record)])
    assert seen == found
