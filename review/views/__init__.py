"""Pages that are no task: a batch at a glance, the ledger, the source."""
