"""Which containers a day's trucks must, may or need not visit, and why.

``nights`` says when a truck could come to each container, ``ahead`` what waiting brings, ``costs`` what visits cost,
``levelling`` keeps later days from filling up, ``judging`` decides; ``day_problem`` makes a problem of it for the
solvers, ``conclusion`` the decisions with their reasons.
"""

from routing.decide.conclusion import conclude
from routing.decide.judging import decide
from routing.decide.night import Candidate, Crew, Night
from routing.decide.policy import Policy

__all__ = ["Candidate", "Crew", "Night", "Policy", "conclude", "decide"]
