"""The hostile tasks on a machine without landlock: the warm process loads this before it looks what works."""

from pdl import kernel, seccomp  # noqa: F401
from tests.pdl.hostile_tasks import TASKS

__all__ = ["TASKS"]


def _refused(*_args, **_kwargs):
    raise PermissionError(1, "not here")


kernel.landlock_rules = _refused
