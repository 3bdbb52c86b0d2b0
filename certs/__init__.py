"""Certificates: own authority, issue, renew, TLS contexts, pinning of devices."""
