"""Puts the parts together: configuration, application, tasks, command line."""
