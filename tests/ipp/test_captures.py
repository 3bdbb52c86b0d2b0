"""Answers that real printers gave, read and written out again to the last octet, whole, in pieces and damaged."""

import random
from pathlib import Path

import pytest

from ipp.codec import Decoder, decode, encode
from ipp.enums import GroupTag, Operation, Status
from ipp.errors import BadMessage, IppError
from ipp.message import Message

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "ipp"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the captured answers are not beside the project")

# In this one a media-col among the unsupported attributes lacks its value length.
BROKEN = {"invalidXeroxMediaCol.response"}
CAPTURES = sorted(path for path in FOLDER.rglob("*") if path.is_file() and path.suffix not in (".csv", ".xml"))
GOOD = [path for path in CAPTURES if path.name not in BROKEN]
SOME = sorted(GOOD, key=lambda path: (path.stat().st_size, path))[::12]


def ids(path: Path) -> str:
    return path.name


@pytest.mark.parametrize("path", GOOD, ids=ids)
def test_capture_is_written_as_it_was_read(path):
    octets = path.read_bytes()
    message, rest = decode(octets)
    assert encode(message) + rest == octets
    assert message.group(GroupTag.OPERATION).string("attributes-charset") == "utf-8"
    assert Status(message.code).is_known or Operation(message.code).is_known


@pytest.mark.parametrize("path", SOME, ids=ids)
def test_capture_in_pieces(path):
    octets = path.read_bytes()
    expected = decode(octets)
    for seed in range(5):
        rng, decoder, got, at = random.Random(seed), Decoder(), None, 0
        while got is None:
            step = rng.randint(0, 3) if seed < 2 else rng.randint(0, 3000)
            got = decoder.feed(octets[at : at + step])
            at += step
        assert (got, decoder.rest + octets[at:]) == expected


@pytest.mark.parametrize("path", [path for path in CAPTURES if path.name in BROKEN], ids=ids)
def test_broken_capture_is_refused(path):
    with pytest.raises(BadMessage):
        decode(path.read_bytes())


def test_there_are_captures_of_several_makers():
    # A folder that moved would leave the tests above without a single case.
    assert len(GOOD) > 150
    assert BROKEN <= {path.name for path in CAPTURES}


@pytest.mark.parametrize("path", SOME, ids=ids)
def test_damaged_capture_gives_a_message_or_an_ipp_error(path):
    octets, rng = path.read_bytes(), random.Random(path.name)
    outcomes = {Message: 0, IppError: 0}
    for _ in range(150):
        damaged = bytearray(octets)
        for _ in range(rng.randint(1, 5)):
            at = rng.randrange(len(damaged) - 2)
            match rng.randrange(4):
                case 0:
                    damaged[at] = rng.randrange(256)
                case 1:
                    del damaged[at : at + rng.randint(1, 3)]
                case 2:
                    damaged[at : at + 2] = rng.choice([b"\xff\xfa", b"\x00\x00", b"\x80\x00"])
                case _:
                    damaged[at:at] = rng.randbytes(rng.randint(1, 3))
        try:
            message, rest = decode(bytes(damaged))
        except IppError:
            outcomes[IppError] += 1
        else:
            outcomes[Message] += 1
            assert encode(message) + rest == damaged
    assert outcomes[IppError] > 0
