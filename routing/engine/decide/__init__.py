"""`decide(lead, world, rules)` and the decision it answers with."""

from routing.engine.decide.chain import decide
from routing.engine.decide.decision import ENGINE, Considered, Decision, Passed, canonical, record

__all__ = ["ENGINE", "Considered", "Decision", "Passed", "canonical", "decide", "record"]
