"""Results: a solved model becomes tidy tables, accounts, checks and a summary."""
