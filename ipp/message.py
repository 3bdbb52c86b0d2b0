"""A whole IPP message: header, and groups of attributes in the order sent (RFC 8010 section 3.1)."""

from dataclasses import dataclass, field

from ipp.values import Attribute, find

__all__ = ["Attribute", "Group", "Message"]


@dataclass(slots=True)
class Group:
    """One attribute group; the same tag may come several times, as the jobs of a Get-Jobs answer do."""

    tag: int
    attributes: list[Attribute] = field(default_factory=list)

    def get(self, name: str) -> Attribute | None:
        """Return the attribute of that name, the first if it was sent twice."""
        return find(self.attributes, name)

    def first(self, name: str, default: object = None) -> object:
        """Return the attribute's first value as a Python object (None if out-of-band), or `default` if absent."""
        attribute = find(self.attributes, name)
        return default if attribute is None else attribute.first

    def all(self, name: str) -> tuple[object, ...]:
        """Return the Python objects of all the attribute's values; empty if it is absent."""
        attribute = find(self.attributes, name)
        return () if attribute is None else tuple(value for _, value in attribute.values)

    def integer(self, name: str) -> int | None:
        """Return the attribute's first value if it is a well-formed integer or enum."""
        attribute = find(self.attributes, name)
        return None if attribute is None else attribute.first_int

    def boolean(self, name: str) -> bool | None:
        """Return the attribute's first value if it is a well-formed boolean."""
        attribute = find(self.attributes, name)
        return None if attribute is None else attribute.first_bool

    def string(self, name: str) -> str | None:
        """Return the attribute's first value if it is of any character-string syntax, without its language."""
        attribute = find(self.attributes, name)
        return None if attribute is None else attribute.first_string

    def strings(self, name: str) -> tuple[str, ...]:
        """Return the attribute's values of any character-string syntax, without their language."""
        attribute = find(self.attributes, name)
        return () if attribute is None else attribute.strings

    def integers(self, name: str) -> tuple[int, ...]:
        """Return the attribute's values that are well-formed integers or enums."""
        attribute = find(self.attributes, name)
        return () if attribute is None else attribute.ints


@dataclass(slots=True)
class Message:
    """A request (`code` is the operation) or a response (`code` is the status), without document data."""

    version: tuple[int, int]
    code: int
    request_id: int
    groups: list[Group] = field(default_factory=list)

    def group(self, tag: int) -> Group | None:
        """Return the first group of that tag."""
        return next((group for group in self.groups if group.tag == tag), None)

    def groups_of(self, tag: int) -> list[Group]:
        """All groups of that tag, in order."""
        return [group for group in self.groups if group.tag == tag]
