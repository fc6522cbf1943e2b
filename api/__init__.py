"""FastAPI: one router per resource, the planning job, and the pages."""
