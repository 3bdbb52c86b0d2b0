"""What a job costs and who pays: prices, quotas, ledger, reports, payments."""
