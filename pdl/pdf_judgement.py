"""The letters by which a child says of each page of a PDF whether it has colour.

TINTED pages are gray by the rule, but near enough to it that another renderer may say otherwise.
"""

MONO, TINTED, COLOR, UNJUDGED = b"mtcu"
