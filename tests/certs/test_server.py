"""Server certificates over real handshakes on loopback, and as OpenSSL's own client sees them."""

import asyncio
import contextlib
import datetime as dt
import ssl
import stat

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from certs.authority import Authority
from certs.files import CertificateError
from certs.pins import device_context, fingerprint_of
from certs.server import ServerIdentity

NAMES = ("localhost", "127.0.0.1", "::1")


@pytest.fixture
def authority(tmp_path):
    return Authority.load_or_create(tmp_path / "ca", "gate")


@contextlib.asynccontextmanager
async def serving(identity):
    async def answer(reader, writer):
        with contextlib.suppress(OSError):
            await reader.readline()
            writer.write(b"hello\n")
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=identity.context)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def shown(port, context=None, host="localhost"):
    """Fingerprint and protocol a new connection meets."""
    context = context or device_context()
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname=host)
    writer.write(b"hi\n")
    await reader.readline()
    connection = writer.get_extra_info("ssl_object")
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return fingerprint_of(connection), connection.version()


async def openssl_client(port, *arguments, say=b"hi\n"):
    process = await asyncio.create_subprocess_exec(
        "openssl", "s_client", "-connect", f"127.0.0.1:{port}", *map(str, arguments),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    output, _ = await asyncio.wait_for(process.communicate(say), 20)
    return process.returncode, output.decode(errors="replace")


def given_files(folder, authority, names, key=None):
    issued = authority.issue(names)
    folder.mkdir(exist_ok=True)
    if key is None:
        (folder / "cert.pem").write_bytes(issued.chain_pem)
        (folder / "key.pem").write_bytes(issued.key_pem)
    else:
        now = dt.datetime.now(dt.UTC)
        leaf = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([]))
            .issuer_name(authority.certificate.subject)
            .public_key(key.public_key())
            .serial_number(7)
            .not_valid_before(now)
            .not_valid_after(now + dt.timedelta(days=9))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(names[0])]), critical=True)
            .sign(authority.key, hashes.SHA256())
        )
        pem = serialization.Encoding.PEM
        (folder / "cert.pem").write_bytes(leaf.public_bytes(pem))
        form = serialization.PrivateFormat.PKCS8
        (folder / "key.pem").write_bytes(key.private_bytes(pem, form, serialization.NoEncryption()))
    return folder / "cert.pem", folder / "key.pem"


async def test_a_client_that_trusts_the_authority_verifies_name_and_address(tmp_path, authority):
    identity = ServerIdentity.open(tmp_path / "tls", authority, NAMES)
    trusting = ssl.create_default_context(cadata=authority.certificate_pem.decode())
    async with serving(identity) as port:
        for host in NAMES:
            assert await shown(port, trusting, host) == (identity.fingerprint, "TLSv1.3")
        with pytest.raises(ssl.SSLCertVerificationError):
            await shown(port, trusting, "elsewhere.example")
        with pytest.raises(ssl.SSLCertVerificationError):
            await shown(port, ssl.create_default_context())
        verified, text = await openssl_client(
            port, "-CAfile", tmp_path / "ca/authority.pem", "-verify_return_error", "-verify_ip", "127.0.0.1"
        )
        assert verified == 0, text
        assert "Verify return code: 0 (ok)" in text
        assert text.count("i:CN = Printgate authority gate") == 2  # the chain: leaf and authority


async def test_old_protocols_and_ciphers_are_refused_and_old_phones_served(tmp_path, authority):
    identity = ServerIdentity.open(tmp_path, authority, NAMES)
    async with serving(identity) as port:
        old = ("-tls1_1", "-cipher", "ALL:@SECLEVEL=0")
        code, text = await openssl_client(port, *old)
        assert code != 0
        assert "no peer certificate" in text
        code, text = await openssl_client(port, "-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA256")
        assert code == 0, text
        assert "ECDHE-ECDSA-AES128-SHA256" in text
        code, _ = await openssl_client(port, "-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0")
        assert code != 0
        # The same client comes in once the floor is lowered: it was refused for its age, not for something else.
        with pytest.warns(DeprecationWarning):
            identity.context.minimum_version = ssl.TLSVersion.TLSv1_1
        identity.context.set_ciphers("ALL:@SECLEVEL=0")
        code, text = await openssl_client(port, *old)
        assert code == 0, text


async def test_sessions_resume(tmp_path, authority):
    identity = ServerIdentity.open(tmp_path, authority, NAMES)
    ticket = tmp_path / "ticket"
    async with serving(identity) as port:
        _, first = await openssl_client(port, "-tls1_2", "-sess_out", ticket, "-ign_eof")
        assert "\nNew, " in first
        _, second = await openssl_client(port, "-tls1_2", "-sess_in", ticket, "-ign_eof")
        assert "\nReused, " in second


async def test_no_ticket_comes_into_a_connection_that_waits_for_its_answer(tmp_path, authority):
    """CUPS 2.4 takes a ticket of TLS 1.3 for a broken answer."""
    identity = ServerIdentity.open(tmp_path, authority, NAMES)
    async with serving(identity) as port:
        code, words = await openssl_client(port, "-tls1_3", "-ign_eof")
    assert code == 0
    assert "\nNew, TLSv1.3" in words
    assert "New Session Ticket" not in words


async def test_renewal_is_seen_by_a_new_connection_of_the_same_server(tmp_path, authority):
    identity = ServerIdentity.open(tmp_path, authority, NAMES)
    before, context = identity.fingerprint, identity.context
    async with serving(identity) as port:
        assert not identity.renew_if_needed(identity.not_after - dt.timedelta(days=31))
        assert (await shown(port))[0] == before
        assert identity.renew_if_needed(identity.not_after - dt.timedelta(days=29))
        assert identity.context is context
        assert identity.fingerprint != before
        assert (await shown(port))[0] == identity.fingerprint
        assert not identity.renew_if_needed(dt.datetime.now(dt.UTC))
    # A restart finds what the running server had written.
    assert ServerIdentity.open(tmp_path, authority, NAMES).fingerprint == identity.fingerprint


def test_kept_over_restarts_until_a_name_is_missing(tmp_path, authority):
    first = ServerIdentity.open(tmp_path, authority, NAMES)
    assert stat.S_IMODE((tmp_path / "server.pem").stat().st_mode) == 0o600
    assert ServerIdentity.open(tmp_path, authority, NAMES[:2]).fingerprint == first.fingerprint
    wider = ServerIdentity.open(tmp_path, authority, (*NAMES, "10.1.2.3"))
    assert wider.fingerprint != first.fingerprint
    assert wider.renew_if_needed(names=(*NAMES, "10.1.2.4"))
    assert not wider.renew_if_needed()


@pytest.mark.parametrize("cut", [0, 50, 400])
def test_a_half_written_certificate_is_issued_again(tmp_path, authority, cut):
    first = ServerIdentity.open(tmp_path, authority, NAMES)
    file = tmp_path / "server.pem"
    file.write_bytes(file.read_bytes()[:cut])
    again = ServerIdentity.open(tmp_path, authority, NAMES)
    assert again.fingerprint != first.fingerprint
    assert b"PRIVATE" not in again.chain_pem


def test_a_certificate_of_a_former_authority_is_issued_again(tmp_path, authority):
    ServerIdentity.open(tmp_path, authority, NAMES)
    successor = Authority.load_or_create(tmp_path / "new", "gate")
    ServerIdentity.open(tmp_path, successor, NAMES)
    leaf = x509.load_pem_x509_certificates((tmp_path / "server.pem").read_bytes())[0]
    leaf.verify_directly_issued_by(successor.certificate)


async def test_given_files_are_read_again_when_they_change_even_to_another_kind_of_key(tmp_path, authority):
    identity = ServerIdentity.from_files(*given_files(tmp_path / "site", authority, ["localhost"]))
    async with serving(identity) as port:
        for key in (None, rsa.generate_private_key(65537, 2048), None, None):
            before = identity.fingerprint
            assert not identity.renew_if_needed()
            given_files(tmp_path / "site", authority, ["localhost"], key)
            assert identity.renew_if_needed()
            assert identity.fingerprint != before
            assert (await shown(port))[0] == identity.fingerprint


async def test_a_mismatched_pair_is_named_and_the_former_still_served(tmp_path, authority):
    certificate, key = given_files(tmp_path / "site", authority, ["localhost"])
    identity = ServerIdentity.from_files(certificate, key)
    certificate.write_bytes(authority.issue(["localhost"]).chain_pem)
    async with serving(identity) as port:
        with pytest.raises(CertificateError, match=r"key\.pem does not belong"):
            identity.renew_if_needed()
        assert (await shown(port))[0] == identity.fingerprint
        key.unlink()
        with pytest.raises(CertificateError, match=r"key\.pem cannot be read"):
            identity.renew_if_needed()
