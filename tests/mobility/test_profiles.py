"""Set-up profiles say where the queue is, and how it is to be reached."""

import plistlib

from jobs.queue import Kind, Queue
from mobility.profiles import Address, airprint, lpadmin, powershell

QUEUE = Queue(id="0b7f3b0e-54fb-4a3f-8a5e-3f2f4f2f7d11", name="follow-me", kind=Kind.FOLLOW_ME, info='Follow "Me"')
ADDRESS = Address("print.example.org", 8631, "/ipp/print/follow-me", secure=True)


def test_the_airprint_profile_names_host_path_and_tls():
    profile = plistlib.loads(airprint(QUEUE, ADDRESS, "Lycée"))
    assert profile["PayloadType"] == "Configuration"
    assert profile["PayloadOrganization"] == "Lycée"
    (payload,) = profile["PayloadContent"]
    assert payload["PayloadType"] == "com.apple.airprint"
    assert payload["AirPrint"] == [
        {"IPAddress": "print.example.org", "Port": 8631, "ResourcePath": "/ipp/print/follow-me", "ForceTLS": True}
    ]


def test_installing_a_profile_again_replaces_it():
    first, again = (plistlib.loads(airprint(QUEUE, ADDRESS)) for _ in range(2))
    assert first["PayloadUUID"] == again["PayloadUUID"]
    assert first["PayloadUUID"] != first["PayloadContent"][0]["PayloadUUID"]


def test_the_lines_carry_no_character_that_ends_a_quotation():
    assert (
        lpadmin(QUEUE, ADDRESS)
        == "lpadmin -p follow-me -E -v ipps://print.example.org:8631/ipp/print/follow-me -m everywhere"
    )
    assert (
        powershell(QUEUE, ADDRESS)
        == 'Add-Printer -Name "Follow Me" -IppURL "https://print.example.org:8631/ipp/print/follow-me"'
    )


def test_ordinary_ports_are_left_out_and_ipv6_is_bracketed():
    plain = Address("2001:db8::7", 631, "/ipp/print/p", secure=False)
    assert plain.uri == "ipp://[2001:db8::7]/ipp/print/p" and plain.url == "http://[2001:db8::7]:631/ipp/print/p"
    secure = Address("print.example.org", 443, "/ipp/print/p", secure=True)
    assert secure.uri == "ipps://print.example.org:443/ipp/print/p"
    assert secure.url == "https://print.example.org/ipp/print/p"
