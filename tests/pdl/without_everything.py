"""The hostile tasks on a machine without any of these measures: the warm process loads this before it looks what works."""

from pdl import kernel, seccomp
from tests.pdl.hostile_tasks import TASKS

__all__ = ["TASKS"]


def _refused(*_args, **_kwargs):
    raise PermissionError(1, "not here")


kernel.unshare = kernel.landlock_rules = seccomp.install = _refused
