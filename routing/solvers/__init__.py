"""The engines behind :func:`routing.solve.solve`, each taking a problem and returning the order of visits."""
