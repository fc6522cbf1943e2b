"""Which containers a day's trucks must, may or need not visit, and why."""
