"""How good forecasts would have been: rolling origins over past readings, and the scores of several models."""
