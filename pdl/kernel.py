"""Linux calls that Python does not wrap: namespaces, Landlock, capabilities. OSError when refused."""

import ctypes
import os
import signal
import stat
import struct
from collections.abc import Iterable

CLONE_NEWNS = 0x0002_0000
CLONE_NEWUTS = 0x0400_0000
CLONE_NEWIPC = 0x0800_0000
CLONE_NEWUSER = 0x1000_0000
CLONE_NEWPID = 0x2000_0000
CLONE_NEWNET = 0x4000_0000

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_NO_NEW_PRIVS = 38

# Numbers of the generic table: the same on every architecture.
SYS_LANDLOCK_CREATE_RULESET = 444
SYS_LANDLOCK_ADD_RULE = 445
SYS_LANDLOCK_RESTRICT_SELF = 446
SYS_CAPSET = {"x86_64": 126, "aarch64": 91}
SYS_CLONE = {"x86_64": 56, "aarch64": 220}

LANDLOCK_VERSION_FLAG = 1
LANDLOCK_RULE_PATH_BENEATH = 1
LANDLOCK_EXECUTE = 1 << 0
LANDLOCK_READ_FILE = 1 << 2
LANDLOCK_READ_DIR = 1 << 3
LANDLOCK_TRUNCATE = 1 << 14
LANDLOCK_IOCTL_DEV = 1 << 15
LANDLOCK_OF_FILES = LANDLOCK_EXECUTE | 1 << 1 | LANDLOCK_READ_FILE | LANDLOCK_TRUNCATE | LANDLOCK_IOCTL_DEV

CAPABILITY_VERSION_3 = 0x2008_0522

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long
# The same call with Python's lock held: a child must not come to life waiting for it.
_python_syscall = ctypes.PyDLL(None, use_errno=True).syscall
_python_syscall.restype = ctypes.c_long


def call(number: int, *arguments: int | bytes | None) -> int:
    """System call `number`; integers go as longs, bytes as pointers."""
    # Variadic C: without explicit longs ctypes would pass 32 bits of each integer.
    ready = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    result = int(_libc.syscall(ctypes.c_long(number), *ready))
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def unshare(flags: int) -> None:
    """Leave the namespaces that `flags` (CLONE_NEW*) name."""
    if _libc.unshare(ctypes.c_int(flags)) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def fork(flags: int) -> int:
    """Fork as os.fork() does, the child in new namespaces as `flags` (CLONE_NEW*) say; for processes of one thread.

    One fork where unshare() would need two: that call moves children into a PID namespace, and only once.
    """
    number = SYS_CLONE.get(os.uname().machine)
    if not flags or number is None:
        return os.fork()
    # Without the C library's fork its own bookkeeping of threads is skipped: there is one thread, as before.
    ctypes.pythonapi.PyOS_BeforeFork()
    process = int(_python_syscall(*(ctypes.c_long(value) for value in (number, flags | signal.SIGCHLD, 0, 0, 0, 0))))
    if process == 0:
        ctypes.pythonapi.PyOS_AfterFork_Child()
        return 0
    ctypes.pythonapi.PyOS_AfterFork_Parent()
    if process < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return process


def prctl(option: int, value: int, pointer: bytes | ctypes.Structure | None = None) -> None:
    """Set one attribute of this process, with an integer and at most one pointer."""
    third = ctypes.byref(pointer) if isinstance(pointer, ctypes.Structure) else pointer
    if _libc.prctl(ctypes.c_int(option), ctypes.c_ulong(value), third, ctypes.c_ulong(0), ctypes.c_ulong(0)) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def drop_capabilities() -> None:
    """Give up every capability of this process, in its user namespace too."""
    header = struct.pack("=Ii", CAPABILITY_VERSION_3, 0)
    call(SYS_CAPSET[os.uname().machine], header, bytes(24))


def landlock_version() -> int:
    """Landlock's ABI version; OSError where the kernel has none."""
    return call(SYS_LANDLOCK_CREATE_RULESET, None, 0, LANDLOCK_VERSION_FLAG)


def landlock_rules(readable: Iterable[str], runnable: Iterable[str] = (), writable: Iterable[str] = ()) -> int:
    """Descriptor of rules that leave a process the named folders alone; missing ones are skipped."""
    version = landlock_version()
    # All rights this kernel knows are handled, so that none stays open: 13 of ABI 1, one each of 2, 3 and 5.
    every = 0x1FFF
    for since, right in ((2, 1 << 13), (3, LANDLOCK_TRUNCATE), (5, LANDLOCK_IOCTL_DEV)):
        every |= right if version >= since else 0
    network = 0b11 if version >= 4 else 0  # bind and connect of TCP
    scoped = 0b11 if version >= 6 else 0  # abstract sockets and signals to the outside
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    rules = call(SYS_LANDLOCK_CREATE_RULESET, struct.pack("=QQQ", every, network, scoped)[:size], size, 0)
    read = LANDLOCK_READ_FILE | LANDLOCK_READ_DIR
    for folders, rights in ((readable, read), (runnable, read | LANDLOCK_EXECUTE), (writable, every)):
        for folder in folders:
            _allow(rules, folder, rights)
    return rules


def landlock(rules: int) -> None:
    """Hold this process to `rules` from now on; needs no_new_privs."""
    call(SYS_LANDLOCK_RESTRICT_SELF, rules, 0)


def _allow(ruleset: int, folder: str, rights: int) -> None:
    try:
        descriptor = os.open(folder, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            rights &= LANDLOCK_OF_FILES  # rights of folders are refused on a file
        # struct landlock_path_beneath_attr is packed: u64 rights, s32 descriptor.
        call(SYS_LANDLOCK_ADD_RULE, ruleset, LANDLOCK_RULE_PATH_BENEATH, struct.pack("=Qi", rights, descriptor), 0)
    finally:
        os.close(descriptor)
