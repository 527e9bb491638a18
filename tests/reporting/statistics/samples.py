"""Published data sets that ship with lifelines, as plain lists: times, and whether the end was seen."""

from functools import cache

# name: loader, column of the time, column that is 1 where the end was seen.
SETS = {
    "waltons": ("load_waltons", "T", "E"),
    "leukemia": ("load_leukemia", "t", "status"),
    "lung": ("load_lung", "time", "status"),
    "rossi": ("load_rossi", "week", "arrest"),
    "larynx": ("load_larynx", "time", "death"),
    "aids": ("load_multicenter_aids_cohort_study", "T", "D"),
    "gbsg2": ("load_gbsg2", "time", "cens"),
    "kidney": ("load_kidney_transplant", "time", "death"),
    "dictators": ("load_dd", "duration", "observed"),
}
COMPETING = ["lymph", "larynx", "lung", "rossi", "kidney", "gbsg2"]


@cache
def survival(name):
    loader, time, ended = SETS[name]
    rows = frame(loader)
    return [float(each) for each in rows[time]], [bool(each) for each in rows[ended]]


@cache
def competing(name):
    """Times and causes: 0 still open, 1 and 2 the ends.

    Only lymph (relapse against death without one) has two causes of its own; in the others the end is told
    apart by a covariate of the set.
    """
    if name == "lymph":
        rows = frame("load_lymph_node")
        kept = zip(rows["rectime"], rows["censrec"], rows["survtime"], rows["censdead"], strict=True)
        found = [(float(at), (2 if died and death <= at else 1) if ended else 0) for at, ended, death, died in kept]
        return [at for at, _ in found], [cause for _, cause in found]
    column, split = {
        "larynx": ("Stage_IV", 1),
        "lung": ("sex", 2),
        "rossi": ("race", 0),
        "kidney": ("white_male", 1),
        "gbsg2": ("horTh", "yes"),
    }[name]
    times, ended = survival(name)
    marks = list(frame(SETS[name][0])[column])
    return times, [(2 if mark == split else 1) if end else 0 for mark, end in zip(marks, ended, strict=True)]


@cache
def frame(loader):
    from lifelines import datasets

    return getattr(datasets, loader)()
