"""From an order of visits to an exact, timed route, to its cost, and to a solution: shared by all engines."""
