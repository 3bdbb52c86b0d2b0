"""The attributes a print gateway deals in, by group and name, with the syntax each is registered with.

Groups are called as in IANA's registry, in lower case with hyphens: `job-template`, `printer-description`; the
members of a collection are a group of the collection's name: `media-col`.
"""

from collections.abc import Mapping
from itertools import chain
from types import MappingProxyType

from ipp.rows import document, job, operation, printer, subscription, system
from ipp.syntax import Row, parse
from ipp.values import Attribute

__all__ = ["REGISTRY", "Row", "accepts", "find", "job_template_of", "names"]

_ROWS = tuple(
    chain(job.ROWS, printer.ROWS, operation.ROWS, document.ROWS, subscription.ROWS, system.ROWS),
)

REGISTRY: Mapping[tuple[str, str], Row] = MappingProxyType({(row.group, row.name): row for row in _ROWS})
"""Every row by (group, name)."""

# The first group that has the name, in the order above.
_BY_NAME: Mapping[str, Row] = {row.name: row for row in reversed(_ROWS)}


def find(name: str, group: str | None = None) -> Row | None:
    """Return the row of an attribute in a group, or in the first group that has one of that name."""
    return _BY_NAME.get(name) if group is None else REGISTRY.get((group, name))


def names(group: str) -> frozenset[str]:
    """Return the names of all attributes in a group; none for a group that there is not."""
    return frozenset(row.name for row in _ROWS if row.group == group)


def accepts(row: Row, attribute: Attribute) -> bool:
    """Return whether tags, number and bounds of the values are what the row allows; members are not looked at."""
    return parse(row.syntax).allows(attribute)


def job_template_of(name: str) -> Row | None:
    """Return the Job Template row that a printer attribute such as copies-default or media-ready belongs to.

    Get-Printer-Attributes gives these under `job-template` (RFC 8011 section 4.2.5.1).
    """
    for suffix in ("-default", "-supported", "-ready"):
        if name.endswith(suffix) and (row := REGISTRY.get(("job-template", name.removesuffix(suffix)))):
            return row
    return None
