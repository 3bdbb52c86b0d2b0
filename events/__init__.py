"""What happened: the audit chain, and telling people (mail, push, webhooks, live pages)."""
