"""What one way of sharing brings against another: wins per lead, beside those of the control share.

Interval of a ratio of two shares on its logarithm, with half a lead added to every count, so that none won is allowed:
Walter, Biometrika 62 (1975) 371. It takes leads of both for alike, as they are where lots decide who is in the control.
"""

from math import exp, log, sqrt
from typing import NamedTuple

# The quantile of the normal distribution for an interval of 90 %.
Z90 = 1.6448536269514722


class Lift(NamedTuple):
    """The gain as a share of one (0.1 is a tenth more wins per lead; below 0 a loss), with its interval.

    `value` is None where the control won nothing.
    """

    value: float | None
    low: float
    high: float


def lift(won: int, leads: int, control_won: int, control_leads: int, *, z: float = Z90) -> Lift | None:
    """The lift of a share over the control's; None if either had no leads. ValueError for more won than leads."""
    for some, of in ((won, leads), (control_won, control_leads)):
        if not 0 <= some <= of:
            raise ValueError(f"won must be from 0 to the number of leads, not {some} of {of}")
    if not leads or not control_leads:
        return None
    counts = [each + 0.5 for each in (won, leads, control_won, control_leads)]
    middle = log(counts[0] / counts[1] * counts[3] / counts[2])
    half = z * sqrt(sum(sign / each for sign, each in zip((1, -1, 1, -1), counts, strict=True)))
    value = won / leads * control_leads / control_won - 1 if control_won else None
    return Lift(value, exp(middle - half) - 1, exp(middle + half) - 1)
