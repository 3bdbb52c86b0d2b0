"""The authority, checked by OpenSSL's own program."""

import datetime as dt
import ipaddress
import stat
import subprocess

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from certs.authority import Authority
from certs.files import CertificateError
from certs.names import alternative_names

NOW = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)


def openssl(*arguments):
    return subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True, timeout=20, check=False)


def test_made_once_and_kept(tmp_path):
    first = Authority.load_or_create(tmp_path / "ca", "gate7")
    again = Authority.load_or_create(tmp_path / "ca", "another")
    assert again.certificate_pem == first.certificate_pem
    assert first.certificate.subject.rfc4514_string() == "CN=Printgate authority gate7"
    assert stat.S_IMODE((tmp_path / "ca/authority.key").stat().st_mode) == 0o600
    assert sorted(path.name for path in (tmp_path / "ca").iterdir()) == ["authority.key", "authority.pem"]
    lifetime = first.certificate.not_valid_after_utc - dt.datetime.now(dt.UTC)
    assert dt.timedelta(days=3640) < lifetime < dt.timedelta(days=3660)
    constraints = first.certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    assert constraints.critical
    assert (constraints.value.ca, constraints.value.path_length) == (True, 0)


def test_openssl_verifies_names_addresses_and_purpose(tmp_path):
    authority = Authority.load_or_create(tmp_path, "gate")
    issued = authority.issue(["print.example.org", "192.0.2.7", "2001:db8::7", "fe80::1%eth0", "bücher.example"])
    (tmp_path / "chain.pem").write_bytes(issued.chain_pem)
    verify = ("verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", tmp_path / "authority.pem")
    for check, name, good in (
        ("-verify_hostname", "print.example.org", True),
        ("-verify_hostname", "xn--bcher-kva.example", True),
        ("-verify_hostname", "other.example.org", False),
        ("-verify_ip", "192.0.2.7", True),
        ("-verify_ip", "2001:db8::7", True),
        ("-verify_ip", "fe80::1", True),
        ("-verify_ip", "192.0.2.8", False),
    ):
        answer = openssl(*verify, check, name, tmp_path / "chain.pem")
        assert (answer.returncode == 0) is good, (name, answer.stderr)
    assert issued.chain_pem.count(b"BEGIN CERTIFICATE") == 2
    other = Authority.load_or_create(tmp_path / "other", "gate")
    (tmp_path / "foreign.pem").write_bytes(other.issue(["print.example.org"]).chain_pem)
    assert openssl(*verify, tmp_path / "foreign.pem").returncode != 0


def test_an_issued_certificate_cannot_issue(tmp_path):
    leaf = x509.load_pem_x509_certificates(Authority.load_or_create(tmp_path, "g").issue(["a.example"]).chain_pem)[0]
    assert leaf.extensions.get_extension_for_class(x509.BasicConstraints).value.ca is False
    assert leaf.extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign is False
    assert dt.timedelta(days=397) <= leaf.not_valid_after_utc - leaf.not_valid_before_utc <= dt.timedelta(days=398)


def test_lost_certificate_is_made_again_on_the_same_key(tmp_path):
    first = Authority.load_or_create(tmp_path, "gate")
    chain = first.issue(["a.example"]).chain_pem
    for damage in (lambda path: path.unlink(), lambda path: path.write_bytes(path.read_bytes()[:100])):
        damage(tmp_path / "authority.pem")
        again = Authority.load_or_create(tmp_path, "gate")
        x509.load_pem_x509_certificates(chain)[0].verify_directly_issued_by(again.certificate)


def test_aging_authority_renews_on_its_key_and_old_trust_still_verifies(tmp_path):
    old = Authority.load_or_create(tmp_path, "gate", NOW)
    later = NOW + dt.timedelta(days=3400)
    new = Authority.load_or_create(tmp_path, "gate", later)
    assert new.certificate.serial_number != old.certificate.serial_number
    (tmp_path / "old.pem").write_bytes(old.certificate_pem)
    leaf = x509.load_pem_x509_certificates(new.issue(["a.example"], now=later).chain_pem)[0]
    (tmp_path / "leaf.pem").write_bytes(leaf.public_bytes(Encoding.PEM))
    at = int((later + dt.timedelta(days=1)).timestamp())
    answer = openssl("verify", "-attime", at, "-CAfile", tmp_path / "old.pem", tmp_path / "leaf.pem")
    assert answer.returncode == 0, answer.stderr


def test_a_leaf_never_outlives_its_authority(tmp_path):
    authority = Authority.load_or_create(tmp_path, "gate", NOW)
    chain = authority.issue(
        ["a.example"], now=authority.certificate.not_valid_after_utc - dt.timedelta(days=3)
    ).chain_pem
    assert x509.load_pem_x509_certificates(chain)[0].not_valid_after_utc == authority.certificate.not_valid_after_utc


@pytest.mark.parametrize("damage", [b"", b"-----BEGIN PRIVATE KEY-----\nMIGH", None])
def test_a_broken_or_missing_key_is_never_replaced_silently(tmp_path, damage):
    Authority.load_or_create(tmp_path, "gate")
    key = tmp_path / "authority.key"
    key.unlink() if damage is None else key.write_bytes(damage)
    with pytest.raises(CertificateError, match=r"authority\.key.*backup.*remove both"):
        Authority.load_or_create(tmp_path, "gate")


def test_a_foreign_certificate_beside_the_key_is_refused(tmp_path):
    Authority.load_or_create(tmp_path / "one", "gate")
    other = Authority.load_or_create(tmp_path / "two", "gate")
    (tmp_path / "one/authority.pem").write_bytes(other.certificate_pem)
    with pytest.raises(CertificateError, match="does not belong"):
        Authority.load_or_create(tmp_path / "one", "gate")


@pytest.mark.parametrize("names", [[], [""], ["a b.example"], ["x" * 300], ["a\nb"], ["..."]])
def test_names_no_certificate_can_carry(names):
    with pytest.raises(CertificateError):
        alternative_names(names)


@given(
    st.lists(
        st.one_of(st.ip_addresses().map(str), st.from_regex(r"[a-z][a-z0-9]{0,20}\.test", fullmatch=True)), min_size=1
    )
)
def test_each_name_once_and_of_its_kind(names):
    entries = alternative_names([*names, *names])
    assert len(entries) == len(set(names))
    for entry in entries:
        address = isinstance(entry.value, ipaddress.IPv4Address | ipaddress.IPv6Address)
        assert isinstance(entry, x509.IPAddress) is address
