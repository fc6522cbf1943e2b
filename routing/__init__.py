"""Pure planning: roads, forecast, decisions, problem, solvers, checker, explanations. No input or output."""
