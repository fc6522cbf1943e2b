"""What is searched, when, and in which process: parts of a problem, groups of routes, lanes."""
