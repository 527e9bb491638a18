"""What the answers of a form say together: a verdict with its reason, points, and which thank-you page follows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from leads.models import FormAnswer, FormEnding, FormItem, Verdict

# The gravest answer decides: one that disqualifies is not outweighed by others that qualify.
_GRAVEST = (Verdict.DISQUALIFIED, Verdict.LOOK, Verdict.QUALIFIED)


@dataclass(frozen=True, slots=True)
class Judged:
    """`points` is None where no answer has any; `ending` is the page an answer leads to, if one does."""

    verdict: Verdict = Verdict.NONE
    reason: str = ""
    points: int | None = None
    ending: FormEnding | None = None


def judge(given: Iterable[tuple[FormItem, Sequence[FormAnswer], Any]]) -> Judged:
    """Of questions in their order, each with its answers and the value given."""
    fitting = [(item, a) for item, answers, value in given if value is not None for a in answers if a.fits(value)]
    # Ranges of numbers may overlap: the first that fits speaks for its question.
    first: dict[int, tuple[FormItem, FormAnswer]] = {}
    for item, answer in fitting:
        first.setdefault(item.pk, (item, answer))
    said = list(first.values())
    verdict = next((v for v in _GRAVEST if any(a.verdict == v for _i, a in said)), Verdict.NONE)
    points = [a.points for _i, a in said if a.points]
    return Judged(
        verdict=verdict,
        reason=next((a.reason or f"{i.label}: {a.label}" for i, a in said if verdict and a.verdict == verdict), ""),
        points=sum(points) if points else None,
        ending=next((a.ending for _i, a in said if a.ending), None),
    )


def ending_for(judged: Judged, endings: Iterable[FormEnding]) -> FormEnding:
    """The page an answer leads to, else that of the verdict, else the one for everybody."""
    by_when = {ending.when: ending for ending in endings}
    found = judged.ending or by_when.get(str(judged.verdict)) or by_when.get(FormEnding.When.ANY)
    return found or FormEnding(when=FormEnding.When.ANY)
