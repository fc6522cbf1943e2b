"""Evaluations of collection policies in simulated towns: many runs, their statistics, and the report of them."""
