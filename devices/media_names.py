"""Names of sheets that devices send (PWG 5101.1 section 5), those of before it included (RFC 2911 appendix C)."""

import re
from collections.abc import Iterable, Iterator

COMMON_MEDIA = (
    "iso_a4_210x297mm",
    "iso_a3_297x420mm",
    "iso_a5_148x210mm",
    "na_letter_8.5x11in",
    "na_legal_8.5x14in",
    "na_ledger_11x17in",
)

# class_name_size
_PWG_MEDIA = re.compile(r"[a-z0-9]+_[a-z0-9.\-]+_\d+(\.\d+)?x\d+(\.\d+)?(mm|in)", re.ASCII)

# names from before PWG 5101.1 (RFC 2911 appendix C) that old devices still send
LEGACY_MEDIA = {
    "iso-a3": "iso_a3_297x420mm",
    "iso-a4": "iso_a4_210x297mm",
    "iso-a5": "iso_a5_148x210mm",
    "iso-a6": "iso_a6_105x148mm",
    "iso-b5": "iso_b5_176x250mm",
    "iso-designated-long": "iso_dl_110x220mm",
    "na-letter": "na_letter_8.5x11in",
    "na-legal": "na_legal_8.5x14in",
    "executive": "na_executive_7.25x10.5in",
    "invoice": "na_invoice_5.5x8.5in",
    "tabloid": "na_ledger_11x17in",
    "na-number-10-envelope": "na_number-10_4.125x9.5in",
}


def known(names: Iterable[str]) -> Iterator[str]:
    """Those of the names that say a size, each as PWG 5101.1 has it."""
    for name in names:
        word = LEGACY_MEDIA.get(name, name)
        if _PWG_MEDIA.fullmatch(word):
            yield word
