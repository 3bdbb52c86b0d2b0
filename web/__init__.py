"""Pages and JSON: release screen, my jobs, administration, REST API, metrics."""
