"""Pictures of a solution: routes on the streets, as one SVG or as one HTML page that needs nothing else."""
