"""Collection policies driven through the same simulated days, and what each of them did."""
