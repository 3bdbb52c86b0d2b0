"""Documents: what format, how many pages, colour, convert, stamp. Sandboxed programs."""
