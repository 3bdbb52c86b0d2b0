"""The letters by which a child says of each page of a PDF whether it has colour.

Of a DOUBTED page it is likely, but so near to the border, or in such a way, that another renderer may say otherwise.
"""

MONO, MONO_DOUBTED, COLOR, COLOR_DOUBTED, UNJUDGED = b"mtcku"

DOUBTED = frozenset({MONO_DOUBTED, COLOR_DOUBTED})
COLORED = frozenset({COLOR, COLOR_DOUBTED})
