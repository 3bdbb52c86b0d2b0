"""What never gets into the log, whichever way it is said."""

import json
import subprocess
import sys

import pytest

from gateway.logs import without_secrets

TOKEN = "7h3q0wkz5m8n2r4t6v9xbcdefg"


@pytest.mark.parametrize(
    "text",
    [
        f"/ipp/print/follow-me/t/{TOKEN}",
        f"ipps://host:631/ipp/print/follow-me/t/{TOKEN}/12 is gone",
        f"'/ipp/print/a/t/{TOKEN}'",
        f"next=%2Fipp%2Fprint%2Fa%2Ft%2F{TOKEN}",
        f"next=%2fipp%2fprint%2fa%2ft%2f{TOKEN}&x=1",
        f'{{"path": "/ipp/print/a/t/{TOKEN}"}}',
        f"https://host/sign-in/{TOKEN}",
        f"Authorization: Basic {TOKEN}==",
        f"authorization: bearer {TOKEN}.{TOKEN}.{TOKEN}",
        f"WWW-Authenticate: Negotiate {TOKEN}+/=",
    ],
)
def test_secrets_in_text_are_blanked(text):
    assert TOKEN not in without_secrets(text) and "…" in without_secrets(text)


@pytest.mark.parametrize(
    "text",
    [
        "/ipp/print/follow-me/12",
        "/sign-in",
        "/t",
        "basic print job",
        "the list/tree/of things",
    ],
)
def test_other_text_stays(text):
    assert without_secrets(text) == text


def test_what_follows_the_secret_stays():
    assert without_secrets(f"/ipp/print/a/t/{TOKEN}/12 failed") == "/ipp/print/a/t/…/12 failed"
    assert without_secrets(f'"/t/{TOKEN}" and "/t/{TOKEN}"') == '"/t/…" and "/t/…"'


PROGRAM = f"""
import logging, sys
import structlog
from gateway.logs import configure

configure("debug", sys.argv[1])
log = structlog.get_logger("test")
uri = "ipp://host/ipp/print/a/t/{TOKEN}"
log.info(f"looked at {{uri}}", path=uri, nested={{"uris": [uri]}}, token="{TOKEN}", authorization="x {TOKEN}")
try:
    raise ValueError(f"cannot read {{uri}}")
except ValueError:
    log.exception("failed")
    logging.getLogger("aiohttp.server").exception("failed at %s", uri)
"""


@pytest.mark.parametrize("form", ["json", "text"])
def test_neither_values_nor_tracebacks_nor_libraries_tell(form):
    done = subprocess.run([sys.executable, "-c", PROGRAM, form], capture_output=True, text=True, check=True, timeout=60)
    assert TOKEN not in done.stderr + done.stdout
    assert done.stderr.count("/ipp/print/a/t/…") >= 5 and "Traceback" in done.stderr
    if form == "json":
        assert json.loads(done.stderr.splitlines()[0])["token"] == "…"
