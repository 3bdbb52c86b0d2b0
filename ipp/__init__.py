"""IPP on the wire: tags, values, messages, registry of names. No I/O, no asyncio."""
