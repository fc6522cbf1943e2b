"""The saving measured on a town's own days: the world that is driven beside the one that would have been."""
