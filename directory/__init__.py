"""People, groups, cards, credentials: who is asking. LDAP/AD, OIDC, CSV, local."""
