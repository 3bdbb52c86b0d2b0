"""What a process that opens documents gives up before it opens one, and which of that this machine can do.

What works is probed once; a child in which a probed measure fails does not open its document.
"""

import os
import resource
import signal
import sysconfig
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from pdl import kernel, seccomp
from pdl.limits import Limits

NOBODY = 65534
MEASURES = ("namespaces", "landlock", "seccomp")

# Where programs and shared fonts lie; Python's own folders come on top for children of the warm process.
FONTS = ("/usr/share/fonts", "/usr/local/share/fonts", "/etc/fonts", "/usr/share/fontconfig")
RANDOM = ("/dev/urandom", "/dev/random")  # qpdf wants one of them to decrypt
PROGRAMS = ("/usr", "/lib", "/lib64", "/bin", "/etc/alternatives", "/var/lib/ghostscript", "/etc/ld.so.cache")


def set_limits(limits: Limits, *, held_bytes: int = 0, processes: int = 0) -> None:
    """Hold this process, and what it starts, to `limits`; `held_bytes` is address space it already has."""
    memory = held_bytes + limits.memory_bytes
    rows = (
        (resource.RLIMIT_CORE, 0),  # a core file would be the document, in the clear, on disk
        (resource.RLIMIT_CPU, limits.cpu_seconds),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, limits.output_bytes if processes else 0),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_NPROC, processes),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
    )
    for which, value in rows:
        hard = resource.getrlimit(which)[1]
        bound = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(which, (bound, bound))


def leave_namespaces() -> None:
    """Give this process and its children a network, IPC and host name of their own; OSError when refused."""
    flags = kernel.CLONE_NEWNET | kernel.CLONE_NEWIPC | kernel.CLONE_NEWUTS
    # Without root the right to do so comes with a user namespace of one's own.
    kernel.unshare(flags if os.geteuid() == 0 else flags | kernel.CLONE_NEWUSER)


def become_nobody() -> None:
    """Drop root for good, where there is root to drop, and every capability."""
    if os.geteuid() == 0:
        # In this order: after the user is changed there is no right to change the groups.
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    elif os.uname().machine in kernel.SYS_CAPSET:
        kernel.drop_capabilities()


@dataclass(frozen=True, slots=True)
class Protection:
    """The measures that work on this machine; `rules` is the descriptor of Landlock's, where there is Landlock."""

    namespaces: bool
    rules: int | None
    calls: bool

    @property
    def level(self) -> str:
        """The measures in words, for an administrator."""
        works = (self.namespaces, self.rules is not None, self.calls)
        return "+".join([*(name for name, one in zip(MEASURES, works, strict=True) if one), "rlimits"])


def probe() -> Protection:
    """Find out what works here. Where it does, this process leaves the namespaces at once, for its children."""
    try:
        # Made while this process may still reach Python's folders; its children only have to enter.
        rules: int | None = kernel.landlock_rules(readable=(*_python_folders(), *FONTS, *RANDOM))
    except OSError:
        rules = None
    namespaces = _works_here(leave_namespaces) and _works_in_child(lambda: kernel.unshare(kernel.CLONE_NEWPID))
    if not _works_in_child(lambda: apply(Protection(namespaces, rules, calls=False))):
        rules = None
    calls = _works_in_child(lambda: apply(Protection(namespaces, rules, calls=True)))
    return Protection(namespaces, rules, calls)


def apply(protection: Protection) -> None:
    """Drop privileges and take the measures; OSError when one fails. There is no way back."""
    become_nobody()
    # After the change of user, which clears it: this process dies with the keeper that watches it.
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
    if protection.rules is not None:
        kernel.landlock(protection.rules)
        os.close(protection.rules)
    if protection.calls:
        # Where Landlock does not guard the files, none may be opened at all.
        seccomp.install(files=protection.rules is not None)


def _works_here(action: Callable[[], None]) -> bool:
    try:
        action()
    except OSError:
        return False
    return True


def _works_in_child(action: Callable[[], None]) -> bool:
    process = os.fork()
    if process == 0:
        try:
            action()
            os._exit(0)
        except BaseException:  # a forked child must never return into its parent's code
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 0


def _python_folders() -> Iterable[str]:
    own = str(Path(__file__).resolve().parent)  # the project's folder may hold an operator's data too
    paths = sysconfig.get_paths()
    return {own, paths["stdlib"], paths["platstdlib"], paths["purelib"], paths["platlib"], "/usr/lib", "/lib", "/lib64"}


def address_space() -> int:
    """Bytes of address space that this process has now."""
    return int(Path("/proc/self/statm").read_bytes().split()[0]) * resource.getpagesize()
