"""TLS to devices: trust on first use, and passwords for those alone that are trusted."""

import ssl
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from devices.client import open_device
from devices.errors import CertificateChanged, DeviceRefused

PDF = b"%PDF-1.7 " + b"x" * 5000


@pytest.fixture
async def tls_printer(ipp_printer, tmp_path):
    """The same printer behind TLS; `certify` gives it another certificate."""

    async def serve(name):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self_signed(tmp_path / name))
        site = web.TCPSite(ipp_printer.runner, "127.0.0.1", ipp_printer.tls_port, ssl_context=context)
        await site.start()
        ipp_printer.tls_port = site._server.sockets[0].getsockname()[1]
        return site

    ipp_printer.tls_port = 0
    ipp_printer.serve_tls = serve
    return ipp_printer


def self_signed(path):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "printer")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, form, plain)
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path


async def test_ipps_pins_the_certificate_and_sends_the_password(tls_printer, settings, outgoing, watch):
    site = await tls_printer.serve_tls("one.pem")
    uri = f"ipps://alice:secret@127.0.0.1:{tls_printer.tls_port}/ipp/print"
    outcome = await open_device(uri, settings=settings).print_job(outgoing(PDF), watch)
    assert outcome.kind == "completed"
    assert set(tls_printer.authorizations) == {"Basic YWxpY2U6c2VjcmV0"}
    await site.stop()
    seen = len(tls_printer.seen)
    await tls_printer.serve_tls("two.pem")
    device = open_device(uri, settings=settings)
    with pytest.raises(CertificateChanged, match="its certificate changed") as caught:
        await device.capabilities()
    assert "secret" not in str(caught.value)
    outcome = await device.print_job(outgoing(PDF), watch)
    assert (outcome.kind, outcome.retry) == ("not-sent", False)
    # not even the request's head, which has the password, left
    assert len(tls_printer.seen) == seen


async def test_plain_text_on_a_tls_uri_is_explained(ipp_printer, settings):
    device = open_device(f"ipps://127.0.0.1:{ipp_printer.port}/ipp/print", settings=settings)
    with pytest.raises(DeviceRefused, match="encrypted"):
        await device.capabilities()
