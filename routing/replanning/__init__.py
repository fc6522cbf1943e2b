"""Replanning while the trucks are out: what was done, what is left, and what a new plan changes."""
