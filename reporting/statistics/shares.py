"""Intervals of plain shares: so many of so many."""

from math import sqrt

# The quantile of the normal distribution for an interval of 95 %.
Z95 = 1.959963984540054


def wilson(count: float, n: float, *, z: float = Z95) -> tuple[float, float] | None:
    """The interval of a share by Wilson: (p + z²/2n ± z√(p(1-p)/n + z²/4n²)) / (1 + z²/n); None of nothing.

    Takes `count` of `n` (leads); gives shares of one, both ends inside 0 to 1.
    Wilson, J. Am. Stat. Assoc. 22 (1927) 209; recommended for small n by Brown, Cai and DasGupta, Stat. Sci. 16 (2001).
    """
    if n <= 0:
        return None
    p, square = count / n, z * z
    middle = p + square / (2 * n)
    spread = z * sqrt(p * (1 - p) / n + square / (4 * n * n))
    whole = 1 + square / n
    # At 0 and at n the bound is the end itself; rounding must not push it over.
    low = 0.0 if count == 0 else (middle - spread) / whole
    high = 1.0 if count == n else (middle + spread) / whole
    return low, high
