"""An IntEnum that is open: a number without a name is a member too, and survives a round trip."""

from enum import IntEnum
from typing import Self


class OpenEnum(IntEnum):
    """An IntEnum that takes any 32-bit number; an unknown one is named by its number in hexadecimal."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, int) or not -(2**31) <= value < 2**32:
            return None
        # Not remembered: a hostile peer could otherwise make the enum grow without end.
        member = int.__new__(cls, value)
        member._name_ = f"{value:#06x}"
        member._value_ = value
        return member

    @property
    def is_known(self) -> bool:
        """Whether the number has a name here."""
        return self._value_ in type(self)._value2member_map_

    @property
    def keyword(self) -> str:
        """The registered name: lower case and hyphens."""
        return self._name_.lower().replace("_", "-")
