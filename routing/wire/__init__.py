"""The wire format of problems and solutions, one module for each noun. :mod:`routing.problem_json` is the door."""
