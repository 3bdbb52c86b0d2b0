"""A node keeps its name."""

import time
import uuid

import pytest

from storage.errors import StorageUnavailable
from storage.node import new_id, node_id


def test_a_node_keeps_its_id(tmp_path):
    first = node_id(tmp_path)
    assert first == node_id(tmp_path)
    assert len(first) == 8
    assert [path.name for path in tmp_path.iterdir()] == ["node"]


def test_homes_differ(tmp_path):
    (tmp_path / "other").mkdir()
    assert node_id(tmp_path) != node_id(tmp_path / "other")


@pytest.mark.parametrize("content", [b"", b"../../etc", b"\xff\xfe", b"bcdfghjk\nbcdfghjk"])
def test_a_damaged_file_is_not_silently_replaced(tmp_path, content):
    (tmp_path / "node").write_bytes(content)
    with pytest.raises(StorageUnavailable, match="backup"):
        node_id(tmp_path)
    assert (tmp_path / "node").read_bytes() == content


def test_ids_are_uuids():
    ids = {new_id() for _ in range(100)}
    assert len(ids) == 100
    assert all(str(uuid.UUID(one)) == one for one in ids)


def test_ids_follow_each_other_in_time():
    """Rows that came together stand together in an index."""
    first = new_id()
    time.sleep(0.002)  # they count milliseconds
    later = new_id()
    assert first < later
    assert {uuid.UUID(one).version for one in (first, later)} == {7}
