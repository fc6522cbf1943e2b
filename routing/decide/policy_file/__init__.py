"""A policy as a file that people read and write: TOML, each setting with its unit and its consequence.

What can be written there is in ``docs/policy.md``.
"""

from routing.decide.policy_file.reader import read_policy
from routing.decide.policy_file.writer import write_policy

__all__ = ["read_policy", "write_policy"]
