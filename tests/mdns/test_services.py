"""Instance names, and which services stand for a queue."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from zeroconf import ServiceInfo

from mdns.services import Target, addresses, alike, goodbyes, label, multicast_label, records, services, types
from mdns.txt import PrinterFacts, SystemFacts

TARGET = Target("gate.local.", ("192.0.2.1", "2001:db8::1"))
FACTS = PrinterFacts("Follow Me", "ipp/print/follow-me", "u", 8631, "Printgate", ("application/pdf",))
SECURE = PrinterFacts("S", "ipp/print/s", "u", 8631, "Printgate", ("application/pdf",), secure_only=True)


@given(st.text(), st.integers(1, 99))
def test_any_name_becomes_one_label_the_library_takes(name, number):
    found = multicast_label(name, number)
    assert 1 <= len(found.encode()) <= 63
    assert "." not in found
    assert found.isprintable()
    assert found.endswith(f" ({number})") or number == 1
    ServiceInfo("_ipp._tcp.local.", f"{found}._ipp._tcp.local.", port=1, server="gate.local.")


def test_names_are_clipped_between_characters_and_numbered_within_the_limit():
    assert label("Follow Me") == "Follow Me"
    assert label("Follow Me", 2) == "Follow Me (2)"
    assert label("ö" * 40) == "ö" * 31
    assert label("ö" * 40, 12) == "ö" * 29 + " (12)"
    assert label(" two\nlines ") == "two lines"
    assert label("\x00") == "Printer"


def test_passwords_are_never_asked_over_plain_ipp():
    assert types(FACTS) == ("_ipp._tcp", "_ipps._tcp", "_printer._tcp")
    assert types(SECURE) == ("_ipps._tcp", "_printer._tcp")
    with pytest.raises(ValueError, match="TLS"):
        types(PrinterFacts("S", "ipp/print/s", "u", 8631, "t", (), secure_only=True, tls=()))


def test_each_service_has_its_subtypes_and_the_defended_name_has_no_port():
    found = services(FACTS, "Follow Me (2)", TARGET)
    assert sorted((info.type, info.port) for info in found.values()) == [
        ("_ipp._tcp.local.", 8631),
        ("_ipps._tcp.local.", 8631),
        ("_print._sub._ipp._tcp.local.", 8631),
        ("_print._sub._ipps._tcp.local.", 8631),
        ("_printer._tcp.local.", 0),
        ("_universal._sub._ipp._tcp.local.", 8631),
        ("_universal._sub._ipps._tcp.local.", 8631),
    ]
    assert {info.name.partition(".")[0] for info in found.values()} == {"Follow Me (2)"}
    assert {tuple(info.parsed_addresses()) for info in found.values()} == {TARGET.addresses}


def test_alike_sees_every_change_that_must_be_sent():
    def ipp(facts, target=TARGET):
        return services(facts, "Follow Me", target)["follow me._ipp._tcp.local."]

    assert alike(ipp(FACTS), ipp(FACTS))
    for other in (
        ipp(PrinterFacts("Follow Me", "ipp/print/other", "u", 8631, "Printgate", ("application/pdf",))),
        ipp(PrinterFacts("Follow Me", "ipp/print/follow-me", "u", 631, "Printgate", ("application/pdf",))),
        ipp(FACTS, Target("other.local.", TARGET.addresses)),
    ):
        assert not alike(ipp(FACTS), other)


def test_names_are_composed_and_keep_their_dots_where_the_library_is_not_asked():
    assert label("Cafe\u0301 2.OG") == "Caf\u00e9 2.OG"
    assert multicast_label("2.OG") == "2\u2024OG"


def test_each_record_is_announced_once_and_goodbyes_take_it_from_every_list():
    infos = services(FACTS, "Follow Me", TARGET).values()
    kinds = [record.get_type(record.type) for record in records(infos)]
    assert (kinds.count("ptr"), kinds.count("srv"), kinds.count("txt")) == (7, 3, 3)
    assert [record.get_type(record.type) for record in records(infos, new=False)].count("ptr") == 0
    gone = goodbyes(infos)
    assert {record.ttl for record in gone} == {0}
    assert {record.key for record in gone if record.get_type(record.type) == "ptr"} == {i.type for i in infos}


def test_addresses_of_both_families():
    assert [(record.key, record.get_type(record.type), record.ttl) for record in addresses(TARGET)] == [
        ("gate.local.", "a", 120),
        ("gate.local.", "aaaa", 120),
    ]


def test_the_system_is_told_to_administrators_over_tls_alone():
    (info,) = services(SystemFacts("Printgate", "urn:uuid:u", 8631, note="Cellar"), "Printgate", TARGET).values()
    assert (info.type, info.port) == ("_ipps-system._tcp.local.", 8631)
    assert info.properties[b"rp"] == b"ipp/system"
    assert info.properties[b"note"] == b"Cellar"
    assert info.properties[b"air"] == b"username,password"
