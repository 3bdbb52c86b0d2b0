"""An open home in a temporary folder, and the few verbs that most tests need."""

import asyncio
import datetime as dt
import os
from pathlib import Path

import pytest

from storage.home import Home


@pytest.fixture
async def home(tmp_path):
    opened = await Home.open(tmp_path / "home", reserve_bytes=0)
    yield opened
    await opened.close()


async def _pieces(document, size):
    for at in range(0, len(document), size):
        await asyncio.sleep(0)
        yield document[at : at + size]


@pytest.fixture(scope="session")
def pieces():
    """`pieces(document, size)`: the document as it comes from a network."""
    return _pieces


@pytest.fixture(scope="session")
def keep():
    """`await keep(home, document)`: receive, commit, return the document's id."""

    async def keep(home, document, piece=65536):
        sealed = await home.spool.receive(_pieces(document, piece), limit=2**30)
        await home.database.write(lambda connection: home.spool.insert(connection, sealed), documents=[sealed])
        return sealed.document_id

    return keep


@pytest.fixture(scope="session")
def fetch():
    """`await fetch(home, document_id)`: the whole document."""

    async def fetch(home, document_id):
        with await home.spool.open(document_id) as reader:
            return b"".join([piece async for piece in reader.stream()])

    return fetch


@pytest.fixture(scope="session")
def spool_files():
    """`spool_files(home, suffix)`: paths of the spool's files."""

    def spool_files(home, suffix):
        return sorted((home.folder / "spool").rglob(f"*{suffix}"))

    return spool_files


@pytest.fixture(scope="session")
def child_environment():
    """What a child Python needs to import the project under test."""
    root = Path(__file__).parents[2]
    return {**os.environ, "PYTHONPATH": str(root)}


class _Clock:
    """A calendar that a test turns."""

    def __init__(self):
        self.day = dt.date(2026, 1, 1)

    def __call__(self):
        return self.day

    def tomorrow(self):
        self.day += dt.timedelta(days=1)


@pytest.fixture
def clock():
    return _Clock()
