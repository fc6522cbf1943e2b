"""OR-Tools' routing library as an engine: it can express what PyVRP cannot."""
