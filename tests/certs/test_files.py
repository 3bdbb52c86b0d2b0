"""Key and certificate files: whole or not at all, and complaints that say what to do."""

import os
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from certs import files
from certs.files import CertificateError

PEM, PKCS8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8


def test_written_whole_with_its_mode_and_nothing_left_beside(tmp_path):
    path = tmp_path / "new" / "secret"
    files.write(path, b"one")
    files.write(path, b"two")
    assert path.read_bytes() == b"two"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_a_full_disk_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "secret"
    files.write(path, b"old")

    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        files.write(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_what_cannot_be_used_is_named(tmp_path):
    with pytest.raises(CertificateError, match="absent cannot be read"):
        files.read(tmp_path / "absent")
    big = tmp_path / "big"
    big.write_bytes(b"x" * (files.LARGEST + 1))
    with pytest.raises(CertificateError, match="big is larger"):
        files.read(big)
    locked = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        PEM, PKCS8, serialization.BestAvailableEncryption(b"x")
    )
    with pytest.raises(CertificateError, match=r"k\.pem holds no usable private key"):
        files.parse_key(Path("k.pem"), locked)
    odd = ed25519.Ed25519PrivateKey.generate().private_bytes(PEM, PKCS8, serialization.NoEncryption())
    with pytest.raises(CertificateError, match="neither ECDSA nor RSA"):
        files.parse_key(Path("k.pem"), odd)
    with pytest.raises(CertificateError, match=r"c\.pem holds no usable certificate"):
        files.parse_chain(Path("c.pem"), b"nothing")
