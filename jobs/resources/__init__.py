"""Resources of the System: pictures and colour profiles that queues show or refer to (PWG 5100.22)."""
