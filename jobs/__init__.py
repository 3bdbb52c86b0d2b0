"""The print job: ticket, lifecycle, intake, queues. Everything else hangs on this."""
