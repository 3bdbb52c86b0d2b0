"""Start an outside program where bubblewrap cannot: our own namespaces, Landlock, limits and user.

Used as a program: its arguments are JSON limits, a folder to write in and the command. What does not work is
left out; what remains always is limits on its resources, an unprivileged user, and no way to gain privileges.
"""

import contextlib
import json
import os
import signal
import sys
from typing import Any, NoReturn

from pdl import confine, kernel
from pdl.limits import Limits

PROCESSES = 64


def main(arguments: list[str]) -> NoReturn:
    """Run the command in `arguments` confined, and end as it ends."""
    given: dict[str, Any] = json.loads(arguments[0])
    limits = Limits(**given)
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    with contextlib.suppress(OSError):
        confine.leave_namespaces()
        kernel.unshare(kernel.CLONE_NEWPID)
    process = os.fork()
    if process == 0:
        _become(arguments[2:], limits, arguments[1])
    status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    # A program that died of a signal: die likewise, so that the gateway sees it.
    sys.exit(status if status >= 0 else 128 - status)


def _become(command: list[str], limits: Limits, scratch: str) -> NoReturn:
    try:
        os.chdir(scratch)
        confine.set_limits(limits, processes=PROCESSES)
        confine.become_nobody()
        kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
        kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
        with contextlib.suppress(OSError):
            readable = ("/proc", *confine.FONTS)
            kernel.landlock(kernel.landlock_rules(readable, confine.PROGRAMS, writable=(scratch, "/dev/null")))
        environment = {"PATH": "/usr/bin:/bin", "HOME": scratch, "TMPDIR": scratch, "LANG": "C.UTF-8"}
        os.execvpe(command[0], command, environment)  # noqa: S606 - no shell is the point
    finally:
        os._exit(127)
