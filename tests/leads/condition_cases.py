"""Generated facts and conditions, for the tests that hold the ways of asking against each other."""

from decimal import Decimal

from hypothesis import strategies as st

from leads.conditions import Attribute, Option, Type, catalogue
from leads.conditions.operators import WITH_LIST, WITH_PAIR, WITHOUT_VALUE, Op

CATALOGUE = catalogue(
    [
        Attribute("budget_year", "Budget year", Type.NUMBER),
        Attribute("renewal", "Renewal", Type.DATE),
        Attribute("plan", "Plan", Type.CHOICE, (Option("Gold", "Gold"), Option("silver", "Silver"))),
        Attribute("tags", "Tags", Type.LIST),
        Attribute("partner", "Partner", Type.YES_NO),
    ]
)

TEXTS = st.sampled_from(
    [
        "Müller",
        "MÜLLER  gmbh",
        "straße",
        "STRASSE",
        "İstanbul",
        "ﬁrma",
        "a",
        "aB",
        "%",
        "_",
        "\\",
        "'",
        '"',
        "漢字",
        "\U0001d504",
        "Ω",
    ]
) | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=4)
POSTAL = st.sampled_from(["80331", "80 335", "SW1A 1AA", "sw1a", "8", "81-0"]) | st.text("0123456789 abz", max_size=4)
NUMBERS = st.integers(-3, 3) | st.sampled_from(
    [
        Decimal("0.1"),
        Decimal("0.10"),
        Decimal("-2.50"),
        Decimal("99999999999999.123456788"),
        Decimal("99999999999999.123456789"),
        0.1,
        10**15,
        1e-9,
    ]
)
DATES = st.sampled_from(["2026-01-31", "2026-02-01", "1999-12-31", "0001-01-01", "9999-12-31"])
COUNTRIES = st.sampled_from(["DE", "at", "CH", "FR", " gb "])


def texts_of(field):
    if field.options:
        return st.sampled_from([option.value for option in field.options])
    return POSTAL if field.postal else TEXTS


def fitting(field):
    """Values that people could have given for this field, missing ones among them."""
    kinds = {
        Type.NUMBER: NUMBERS,
        Type.MONEY: st.fixed_dictionaries({"amount": NUMBERS, "currency": st.just("EUR"), "base": NUMBERS | st.none()}),
        Type.YES_NO: st.booleans(),
        Type.DATE: DATES,
        Type.COUNTRY: COUNTRIES,
        Type.LIST: st.lists(TEXTS, max_size=3),
    }
    return kinds.get(field.type, texts_of(field)) | st.none()


ANYTHING = st.none() | st.booleans() | NUMBERS | TEXTS | st.lists(TEXTS, max_size=2) | st.just({}) | st.just([1, None])


def facts(*, strange=False):
    """Facts of a lead; strange ones hold values of the wrong type too, as after an attribute has changed its own."""
    values = {field.key: fitting(field) | ANYTHING if strange else fitting(field) for field in CATALOGUE}
    return st.fixed_dictionaries({}, optional=values)


@st.composite
def leaves(draw):
    field = draw(st.sampled_from(list(CATALOGUE)))
    op = draw(st.sampled_from(field.operators))
    leaf = {"field": field.key, "operator": op.value}
    return leaf if op in WITHOUT_VALUE else {**leaf, "value": draw(values(field, op))}


def values(field, op):
    """What the operator takes for this field."""
    one = {
        Type.NUMBER: NUMBERS,
        Type.MONEY: NUMBERS,
        Type.YES_NO: st.booleans(),
        Type.DATE: DATES,
        Type.COUNTRY: COUNTRIES,
    }.get(field.type, texts_of(field).filter(lambda text: text.strip(" -\t\n\r\x1f").strip() != ""))
    if op is Op.IN_REGION:
        return st.lists(st.sampled_from(["DACH", "eu", "LATIN_AMERICA"]), min_size=1, max_size=2)
    if op in WITH_PAIR:
        return st.tuples(one, one).map(lambda pair: sorted(pair, key=_order))
    return st.lists(one, min_size=1, max_size=3) if op in WITH_LIST else one


def _order(value):
    return (value.replace(" ", "").replace("-", "").lower() if isinstance(value, str) else 0, value)


def trees(depth=3):
    """Conditions that can be read, and now and then one that cannot."""
    return st.recursive(
        leaves(),
        lambda inner: st.builds(
            lambda junction, parts: {junction: parts},
            st.sampled_from(["all", "any", "none"]),
            st.lists(inner, min_size=1, max_size=3),
        ),
        max_leaves=2**depth,
    )
