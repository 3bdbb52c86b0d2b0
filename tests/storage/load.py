"""A process under load, for tests that kill it: stores documents and says on stdout which were acknowledged.

    python load.py HOME CLIENTS JOBS

A document is made from its number alone, so that the test knows what must be there.
"""

import asyncio
import os
import random
import sys
from pathlib import Path

import sqlalchemy as sa

from storage.home import Home

# Most are small; some take a file of their own.
_SIZES = [0, 200, 20_000, 20_000, 60_000, 262_144, 262_145, 400_000, 1_200_000]


def document(number):
    """The document of one number."""
    maker = random.Random(number)
    return maker.randbytes(maker.choice(_SIZES))


async def _pieces(content):
    for at in range(0, len(content), 50_000):
        yield content[at : at + 50_000]


async def _store(home, number):
    sealed = await home.spool.receive(_pieces(document(number)), limit=2**30)

    def commit(connection):
        home.spool.insert(connection, sealed)
        connection.execute(sa.text("INSERT INTO load_job VALUES (:n, :d)"), {"n": number, "d": sealed.document_id})

    await home.database.write(commit, documents=[sealed])
    os.write(1, f"{number}\n".encode())


async def _main(folder, clients, jobs):
    home = await Home.open(Path(folder), reserve_bytes=0)
    await home.database.write(
        lambda c: c.exec_driver_sql("CREATE TABLE IF NOT EXISTS load_job (number INTEGER PRIMARY KEY, document BLOB)")
    )
    first = 1 + (
        await home.database.read(lambda c: c.exec_driver_sql("SELECT max(number) FROM load_job").scalar()) or 0
    )
    os.write(1, b"ready\n")

    async def client(which):
        for turn in range(jobs):
            await _store(home, first + turn * clients + which)

    await asyncio.gather(*(client(which) for which in range(clients)))
    await home.close()


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
