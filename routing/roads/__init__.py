"""Streets: from an OpenStreetMap extract to a graph, a matrix and lines on a map."""
