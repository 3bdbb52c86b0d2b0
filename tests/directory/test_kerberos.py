"""Kerberos tickets of a real KDC: who is recognised by them, and which are refused."""

import asyncio
import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.errors import KerberosUnusable
from directory.kerberos import Kerberos
from directory.people import fold
from tests.directory import kdc as kdc_module
from tests.directory.kdc import REALM, Kdc

gssapi = pytest.importorskip("gssapi", reason="the extra kerberos is not installed")
if not kdc_module.available():
    pytest.skip("no Kerberos KDC is installed (krb5-kdc, krb5-user)", allow_module_level=True)


@pytest.fixture(scope="module")
def kdc(tmp_path_factory):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    made = Kdc(tmp_path_factory.mktemp("kdc"), port)
    made.person("ada", "secret")
    made.person("ada/admin", "secret")
    yield made
    made.end()


@pytest.fixture(autouse=True)
def configured(kdc, monkeypatch):
    for name in ("KRB5_CONFIG", "KRB5RCACHEDIR"):
        monkeypatch.setenv(name, kdc.environment[name])


@pytest.fixture
def kerberos(kdc):
    return Kerberos(kdc.keytab, ["HTTP"], [REALM])


def client(kdc, name="ada", service="HTTP@localhost", mech="1.3.6.1.5.5.2"):
    """A client's context with somebody's tickets; SPNEGO unless told otherwise."""
    cache = kdc.sign_in(name, "secret")
    credentials = gssapi.Credentials(usage="initiate", store={"ccache": cache})
    target = gssapi.Name(service, gssapi.NameType.hostbased_service)
    flags = gssapi.RequirementFlag.mutual_authentication
    return gssapi.SecurityContext(
        name=target, creds=credentials, usage="initiate", flags=flags, mech=gssapi.OID.from_int_seq(mech)
    )


@pytest.mark.parametrize("mech", ["1.3.6.1.5.5.2", "1.2.840.113554.1.2.2"], ids=["spnego", "kerberos"])
async def test_a_ticket_says_who_comes_and_is_answered(kdc, kerberos, mech):
    context = client(kdc, mech=mech)
    accepted = await kerberos.accept(context.step())
    assert accepted.name == "ada"
    context.step(accepted.reply)  # the client is sure of the server, too
    assert context.complete


async def test_a_ticket_counts_once(kdc, kerberos):
    ticket = client(kdc).step()
    assert await kerberos.accept(ticket)
    assert await kerberos.accept(ticket) is None


@pytest.mark.parametrize(
    "ticket", [b"", b"x", b"\x60\x06" + b"\x00" * 30, b"NTLMSSP\x00\x01\x00\x00\x00", b"\x60" * 50_000]
)
async def test_rubbish_is_nobody(kerberos, ticket):
    assert await kerberos.accept(ticket) is None


async def test_a_changed_ticket_is_nobody(kdc, kerberos):
    ticket = bytearray(client(kdc).step())
    ticket[len(ticket) // 2] ^= 1
    assert await kerberos.accept(bytes(ticket)) is None


async def test_who_has_a_part_beside_the_name_is_no_person(kdc, kerberos):
    assert await kerberos.accept(client(kdc, "ada/admin").step()) is None


async def test_a_ticket_for_another_service_is_refused(kdc, kerberos):
    kdc.admin(f"addprinc -randkey ldap/localhost@{REALM}")
    kdc.admin(f"ktadd -k {kdc.keytab} ldap/localhost@{REALM}")
    assert await kerberos.accept(client(kdc, service="ldap@localhost").step()) is None
    kdc.admin(f"ktrem -k {kdc.keytab} ldap/localhost all")


async def test_clients_that_write_the_service_small(kdc, kerberos):
    kdc.admin(f"addprinc -randkey http/localhost@{REALM}")
    kdc.admin(f"ktadd -k {kdc.keytab} http/localhost@{REALM}")
    assert (await kerberos.accept(client(kdc, service="http@localhost").step())).name == "ada"
    only = Kerberos(kdc.keytab, ["HTTP@elsewhere"], [REALM])
    assert await only.accept(client(kdc).step()) is None
    kdc.admin(f"ktrem -k {kdc.keytab} http/localhost all")


async def test_many_at_once(kdc, kerberos):
    tickets = [client(kdc).step() for _ in range(8)]
    accepted = await asyncio.gather(*map(kerberos.accept, tickets))
    assert [one.name for one in accepted] == ["ada"] * 8


@pytest.mark.parametrize(
    ("principal", "name"),
    [
        ("Ada@PRINT.TEST", "ada"),
        ("Ada@STUDENTS.TEST", "ada@students"),
        ("ada@ELSEWHERE.TEST", None),
        ("ada@print.test", None),
        ("ada", None),
        ("", None),
        ("@PRINT.TEST", None),
        ("ada/admin@PRINT.TEST", None),
        ("host/laptop.test@PRINT.TEST", None),
        ("LAPTOP$@PRINT.TEST", None),
        ("ada\\@elsewhere@PRINT.TEST", None),
        ("WELLKNOWN/ANONYMOUS@WELLKNOWN:ANONYMOUS", None),
    ],
)
def test_whose_principals_are_people(kdc, principal, name):
    assert Kerberos(kdc.keytab, ["HTTP"], [REALM, "STUDENTS.TEST=@Students"]).name_of(principal) == name


@given(st.text("aA@/\\\\$ .éß", max_size=8), st.sampled_from([REALM, "STUDENTS.TEST", "ELSEWHERE.TEST", ""]))
def test_only_plain_names_of_our_realms_are_people(user, realm):
    found = Kerberos(Path("none"), ["HTTP"], [REALM, "STUDENTS.TEST=@students"]).name_of(f"{user}@{realm}")
    if found is not None:
        assert realm in (REALM, "STUDENTS.TEST") and not set("/\\@") & set(user) and not user.endswith("$")
        assert found == fold(user) + ("@students" if realm != REALM else "")


def test_what_is_wrong_is_said_at_start(kdc, tmp_path):
    Kerberos(kdc.keytab, ["HTTP"], [REALM]).check()
    Kerberos(kdc.keytab, ["HTTP@localhost"], [REALM]).check()
    with pytest.raises(KerberosUnusable, match=r"none\.keytab"):
        Kerberos(tmp_path / "none.keytab", ["HTTP"], [REALM]).check()
    with pytest.raises(KerberosUnusable, match="HTTP/elsewhere"):
        Kerberos(kdc.keytab, ["HTTP@elsewhere"], [REALM]).check()
    with pytest.raises(KerberosUnusable, match="key of host"):
        Kerberos(kdc.keytab, ["HTTP", "host"], [REALM]).check()
    with pytest.raises(KerberosUnusable, match="kerberos_service"):
        Kerberos(kdc.keytab, [], [REALM]).check()
    with pytest.raises(KerberosUnusable, match="kerberos_realms"):
        Kerberos(kdc.keytab, ["HTTP"], []).check()
