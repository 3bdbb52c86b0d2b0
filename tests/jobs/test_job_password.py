"""Passwords of jobs: compared, not read."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs import job_password
from jobs.job_password import ENCRYPTIONS, SUPPORTED, fits, keep, matches


def sent(password, encryption, size=32):
    """What a client sends of a password."""
    if encryption == "none":
        return password.encode()
    made = hashlib.new(ENCRYPTIONS[encryption], password.encode())
    return made.digest(size) if made.digest_size == 0 else made.digest()


@pytest.mark.parametrize("encryption", SUPPORTED)
def test_every_way_of_hashing_that_is_offered(encryption):
    kept = keep(sent("13579", encryption), encryption)
    assert matches(kept, "13579")
    assert not matches(kept, "1357") and not matches(kept, "") and not matches(kept, "135790")
    assert "13579" not in kept


@pytest.mark.parametrize("size", [16, 32, 64, 255])
def test_of_a_hash_without_a_length_of_its_own_the_sent_length_counts(size):
    kept = keep(sent("abcd", "shake-256", size), "shake-256")
    assert matches(kept, "abcd") and not matches(kept, "abce")


def test_the_same_password_is_kept_differently_each_time():
    assert keep(b"1234", "none") != keep(b"1234", "none")


WRONG = [
    (b"123", "none"),
    (b"x" * 17, "none"),
    (b"x" * 256, "shake-256"),
    (b"1234", "md5"),
    (b"x" * 31, "sha2-256"),
    (b"x" * 15, "shake-128"),
    (b"1234", "md4"),
    (b"1234", "rot13"),
]


@pytest.mark.parametrize(("octets", "encryption"), WRONG)
def test_what_cannot_be_a_password_is_refused(octets, encryption):
    assert not fits(octets, encryption)
    with pytest.raises(ValueError, match="no password"):
        keep(octets, encryption)


@given(st.text(max_size=80), st.text(max_size=10))
def test_what_was_not_kept_here_matches_nothing(kept, typed):
    assert not matches(kept, typed)


def test_none_is_among_what_is_offered_and_the_obsolete_ones_stay():
    assert "none" in SUPPORTED and "sha2-256" in SUPPORTED and "sha3-512" in SUPPORTED
    assert job_password.SHORTEST == 4
