"""The system calls a reader of documents may make; every other one fails with EPERM."""

import ctypes
import os
import struct

from pdl.kernel import prctl

PR_SET_SECCOMP = 22
SECCOMP_MODE_FILTER = 2
ALLOW = 0x7FFF_0000
REFUSE = 0x0005_0000 | 1  # SECCOMP_RET_ERRNO, EPERM
KILL = 0x8000_0000

# struct seccomp_data: u32 nr, u32 arch, u64 instruction pointer, u64 arguments[6]; low halves, little-endian.
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16
LOAD, EQUAL, ANY_BIT, RETURN = 0x20, 0x15, 0x45, 0x06

AUDIT_ARCHITECTURE = {"x86_64": 0xC000_003E, "aarch64": 0xC000_00B7}

# name: (x86_64, aarch64); None where the architecture has no such call.
CALLS: dict[str, tuple[int | None, int | None]] = {
    "read": (0, 63),
    "write": (1, 64),
    "close": (3, 57),
    "stat": (4, None),
    "fstat": (5, 80),
    "lstat": (6, None),
    "poll": (7, None),
    "lseek": (8, 62),
    "mmap": (9, 222),
    "mprotect": (10, 226),
    "munmap": (11, 215),
    "brk": (12, 214),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "pread64": (17, 67),
    "readv": (19, 65),
    "writev": (20, 66),
    "access": (21, None),
    "sched_yield": (24, 124),
    "mremap": (25, 216),
    "madvise": (28, 233),
    "dup": (32, 23),
    "dup2": (33, None),
    "dup3": (292, 24),
    "nanosleep": (35, 101),
    "getpid": (39, 172),
    "sendto": (44, 206),
    "recvfrom": (45, 207),
    "exit": (60, 93),
    "uname": (63, 160),
    "fcntl": (72, 25),
    "getcwd": (79, 17),
    "readlink": (89, None),
    "gettimeofday": (96, 169),
    "getrusage": (98, 165),
    "sysinfo": (99, 179),
    "getuid": (102, 174),
    "getgid": (104, 176),
    "geteuid": (107, 175),
    "getegid": (108, 177),
    "sigaltstack": (131, 132),
    "gettid": (186, 178),
    "futex": (202, 98),
    "sched_getaffinity": (204, 123),
    "getdents64": (217, 61),
    "clock_gettime": (228, 113),
    "clock_getres": (229, 114),
    "clock_nanosleep": (230, 115),
    "exit_group": (231, 94),
    "newfstatat": (262, 79),
    "readlinkat": (267, 78),
    "faccessat": (269, 48),
    "ppoll": (271, 73),
    "set_robust_list": (273, 99),
    "getrandom": (318, 278),
    "statx": (332, 291),
    "rseq": (334, 293),
    "faccessat2": (439, 439),
}
OPENAT = {"x86_64": 257, "aarch64": 56}
TGKILL = {"x86_64": 234, "aarch64": 131}
PRLIMIT = {"x86_64": 302, "aarch64": 261}

# O_WRONLY, O_RDWR, O_CREAT, O_TRUNC and O_TMPFILE's own bit: none may be asked for.
WRITING = 0o3 | 0o100 | 0o1000 | 0o20000000


class _Program(ctypes.Structure):
    """The kernel's struct sock_fprog."""

    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def install(*, files: bool) -> None:
    """Hold this process to CALLS, opening `files` for reading only or not at all; OSError when it cannot be.

    Needs no_new_privs.
    """
    machine = os.uname().machine
    if machine not in AUDIT_ARCHITECTURE:
        raise OSError(f"no table of system calls for {machine}")
    program = _filter(machine, os.getpid(), files=files)
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, _Program(len(program) // 8, program))


def _filter(machine: str, process: int, *, files: bool) -> bytes:
    column = 0 if machine == "x86_64" else 1
    steps = [
        _step(LOAD, ARCHITECTURE),
        _step(EQUAL, AUDIT_ARCHITECTURE[machine], 1, 0),
        _step(RETURN, KILL),
        _step(LOAD, NUMBER),
    ]
    for numbers in CALLS.values():
        number = numbers[column]
        if number is not None:
            steps += [_step(EQUAL, number, 0, 1), _step(RETURN, ALLOW)]
    if files:
        # openat(folder, path, flags, ...): allowed when no bit of WRITING is set.
        steps += _argument(OPENAT[machine], 2, [_step(ANY_BIT, WRITING, 1, 0), _step(RETURN, ALLOW)])
    # abort() raises its signal with tgkill: to itself and to nobody else. prlimit64 likewise, pid 0 being itself.
    steps += _argument(TGKILL[machine], 0, [_step(EQUAL, process, 0, 1), _step(RETURN, ALLOW)])
    steps += _argument(PRLIMIT[machine], 0, [_step(EQUAL, 0, 0, 1), _step(RETURN, ALLOW)])
    return b"".join([*steps, _step(RETURN, REFUSE)])


def _argument(number: int, index: int, test: list[bytes]) -> list[bytes]:
    # The accumulator holds the argument afterwards: refuse at once, no later row may compare it as a number.
    inner = [_step(LOAD, ARGUMENTS + 8 * index), *test, _step(RETURN, REFUSE)]
    return [_step(EQUAL, number, 0, len(inner)), *inner]


def _step(code: int, value: int, when: int = 0, otherwise: int = 0) -> bytes:
    return struct.pack("=HBBI", code, when, otherwise, value)
