"""The demo: a simulated town sends four weeks of readings through the real chain, and gets a plan for its trucks."""
