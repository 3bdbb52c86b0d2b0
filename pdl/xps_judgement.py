"""The letters by which a child says of each page of an XPS document whether it has colour.

MONO is certain. COLOR names a colour: rendering tells whether it shows. TINTED names one that renderers show
differently, UNJUDGED one that cannot be seen here, and GRAYED one that the print ticket has printed gray.
"""

MONO, COLOR, TINTED, UNJUDGED, GRAYED = b"mctug"
