"""What must be true of the books and of the spool at any moment, read from the home's own files beside the gateway."""

import contextlib
import json
import re
import sqlite3
import subprocess
import sys

UNFINISHED = (3, 4, 5, 6)  # job-state: pending, pending-held, processing, processing-stopped


_READ = """
import contextlib, json, sqlite3, sys
with contextlib.closing(sqlite3.connect(sys.argv[1], uri=True, timeout=10)) as database:
    print(json.dumps(database.execute(sys.argv[2]).fetchall()))
"""


def _rows(home, query):
    elsewhere = re.match(r"/proc/(\d+)/root(/.*)", str(home))
    if elsewhere:
        # SQLite would follow the link of /proc to our own view of the file system.
        pid, path = elsewhere.groups()
        command = ["nsenter", "-t", pid, "-m", sys.executable, "-c", _READ, f"file:{path}/printgate.db?mode=ro", query]
        done = subprocess.run(command, check=True, capture_output=True, timeout=30)
        return [tuple(row) for row in json.loads(done.stdout)]
    with contextlib.closing(sqlite3.connect(f"file:{home}/printgate.db?mode=ro", uri=True, timeout=10)) as database:
        return database.execute(query).fetchall()


def balanced(home):
    """Every entry adds up to zero, every job is charged at most once, no ended job has money set aside."""
    unequal = _rows(home, "select entry_id from posting group by entry_id having sum(amount) != 0")
    lonely = _rows(home, "select id from entry where id not in (select entry_id from posting)")
    twice = _rows(home, "select job_id from entry where kind = 'charge' group by job_id having count(*) > 1")
    wrong = _rows(
        home,
        "select id from account where balance != "
        "(select coalesce(sum(amount), 0) from posting where posting.account_id = account.id)",
    )
    late = _rows(
        home,
        f"select reservation.job_id from reservation join job on job.id = reservation.job_id where job.state not in {UNFINISHED}",
    )
    assert (unequal, lonely, twice, wrong, late) == ([], [], [], [], [])


def charges(home, uuid):
    """Impressions and basis of what a job was charged, one row for each entry."""
    return _rows(home, f"select impressions, basis from entry where kind = 'charge' and job_id = '{uuid}'")


def keys(home):
    """How many documents have a key: those that can still be read."""
    return _rows(home, "select count(*) from document_key")[0][0]


def documents_of_jobs(home):
    return _rows(home, "select count(*) from job where document_id is not null")[0][0]


def files(home):
    """Large documents and temporaries in the spool."""
    spool = home / "spool"
    found = [p for p in spool.rglob("*") if p.is_file() and p.suffix != ".segment"]
    return sorted(str(p.relative_to(spool)) for p in found)


def large_names(home):
    """Files that rows speak of."""
    return sorted(
        name
        for (name,) in _rows(
            home, "select name from document join document_key using (document_id) where kind = 'file'"
        )
    )


def tidy(home):
    """No key, no row and no file without its job. (Bytes in a segment without a key are noise.)"""
    assert keys(home) == documents_of_jobs(home)
    assert files(home) == large_names(home)


def is_tidy(home):
    with contextlib.suppress(AssertionError):
        tidy(home)
        return True
    return False
