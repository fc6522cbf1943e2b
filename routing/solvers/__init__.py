"""What is behind :func:`routing.solve.solve`: plans, the engines that make them, and the search that divides time."""
