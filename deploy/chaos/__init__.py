"""A torture run: parts of the chain are killed and frozen under load, and afterwards every message is accounted for."""
