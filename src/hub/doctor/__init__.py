"""Check all that the hub needs, and say how to mend what is not well. Looks only; changes nothing."""

from hub.doctor.checkup import case, examine, findings
from hub.doctor.finding import Case, Finding, State, worst

__all__ = ["Case", "Finding", "State", "case", "examine", "findings", "worst"]
