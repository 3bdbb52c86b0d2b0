"""IPP and IPPS over HTTP: one gate, one table of operations."""
