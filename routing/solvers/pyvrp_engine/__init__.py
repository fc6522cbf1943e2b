"""PyVRP as an engine: iterated local search, and what it is told of a problem."""
