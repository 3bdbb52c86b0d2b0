"""Making printers findable: DNS-SD over multicast, unicast zones."""
