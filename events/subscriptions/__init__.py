"""IPP subscriptions and their notices (RFC 3995, RFC 3996): what was asked for, what happened, who waits."""
