"""The page that scripts/prove_robustness.py writes when nothing was broken."""

import os
import platform
from collections.abc import Mapping
from importlib.metadata import version

from rough_client import Seen

from ipp.enums import Status


def page(seen: Seen, told: Mapping[str, str], seconds: float, seed: int) -> str:
    """Make the page of what was sent and answered, and of what was measured on the way, by name."""
    ways = "\n".join(f"| {name} | {count} |" for name, count in seen.sent.most_common())
    http = ", ".join(f"{status}: {count}" for status, count in sorted(seen.http.items()))
    codes = "\n".join(f"| {Status(code).keyword} | {count} |" for code, count in seen.ipp.most_common())
    return f"""# Robustness

Written by `scripts/prove_robustness.py --seconds {seconds:.0f}` (seed {seed}); a fault ends it with an
error and no page. A short run of the same is one of the slow tests. The gateway is a process of its own
on the loopback; the clients speak from another.

Run with Printgate {version("printgate")}, Python {platform.python_version()}, aiohttp {version("aiohttp")}, \
Linux {platform.release()}, {os.cpu_count()} processors.

| held against it | seen |
|---|---|
| rough requests: {len(seen.operations)} operation codes, changed field by field and octet by octet | {told["rough"]} |
| nobody waited longer than 30 seconds for an answer or the connection's end | 0 |
| faults in the log, answers that say a fault of ours or cannot be read | 0 |
| accepted jobs that lost their document | 0 |
| memory | {told["memory"]} |
| files | {told["files"]} |
| many at once | {told["crowd"]} |
| how long others wait for printer attributes, each on a new connection | {told["alone"]} |
| the same beside four slow uploads and four clients that ask for long lists and do not read | {told["beside"]} |
| at the end a new queue takes a job and prints it | yes |

## What was sent

| way | connections |
|---|---|
{ways}

## What was answered

HTTP statuses: {http}. Connections that ended without a word: {seen.ended}.

| IPP status | answers |
|---|---|
{codes}
"""
