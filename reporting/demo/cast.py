"""Who works at the invented company: people, groups, territories and accounts, as plain values."""

import unicodedata
from dataclasses import dataclass

DOMAIN = "harborline.example"
PASSWORD = "Fair-winds-2026"  # noqa: S105 - printed at every start, and used nowhere but in the demo


@dataclass(frozen=True, slots=True)
class Person:
    """One who signs in; the address is the first name."""

    name: str
    zone: str

    @property
    def email(self) -> str:
        """At the invented company, and a domain nobody can own."""
        return f"{self.name.split()[0].lower()}@{DOMAIN}"


@dataclass(frozen=True, slots=True)
class RepPerson(Person):
    """A rep with their week and their ways: `pace` is the usual wait for a first contact in working minutes."""

    country: str
    groups: tuple[str, ...]
    weight: int = 2
    tier: int = 2
    cap: int | None = 45
    pace: int = 12
    skill: float = 1.0  # how much oftener than usual they reach people and win
    days: str = "01234"
    begins: int = 9
    ends: int = 17
    joined_days_ago: int | None = None
    on_call: bool = False  # from today on around the clock, so that the demo lives at whatever hour it is opened


EUROPE, AMERICAS, PACIFIC = "Europe", "Americas", "Asia-Pacific"
BERLIN, LONDON, NEW_YORK, SINGAPORE = "Europe/Berlin", "Europe/London", "America/New_York", "Asia/Singapore"

# The rep whose login is printed: the trickle leaves her leads to the visitor.
VISITOR = RepPerson("Lena Brandt", BERLIN, "DE", (EUROPE,), weight=2, pace=9, skill=1.15, cap=120, on_call=True)

REPS = (
    VISITOR,
    RepPerson("Tomasz Zielinski", BERLIN, "DE", (EUROPE,), pace=7, skill=1.3, tier=1, days="012345"),
    RepPerson("Amara Okafor", LONDON, "GB", (EUROPE,), weight=3, tier=1, pace=5, skill=1.25, cap=120, on_call=True),
    RepPerson("Giulia Ferrante", BERLIN, "DE", (EUROPE,), weight=1, pace=26, skill=0.9, days="012"),
    RepPerson("Callum Reid", LONDON, "GB", (EUROPE,), pace=34, skill=0.8, joined_days_ago=35, cap=30),
    RepPerson(
        "Renee Castellanos",
        NEW_YORK,
        "US",
        (AMERICAS,),
        weight=3,
        tier=1,
        cap=120,
        pace=6,
        skill=1.2,
        begins=8,
        on_call=True,
    ),
    RepPerson("Marcus Whitfield", NEW_YORK, "US", (AMERICAS,), pace=16),
    RepPerson("Thiago Moreira", NEW_YORK, "US", (AMERICAS,), pace=11, skill=1.1, begins=10, ends=19),
    RepPerson("Priscilla Yuen", NEW_YORK, "US", (AMERICAS,), weight=1, pace=41, skill=0.75, days="0123456", cap=25),
    RepPerson("Wei Ling Tan", SINGAPORE, "SG", (PACIFIC,), weight=3, tier=1, pace=8, skill=1.2, cap=120, on_call=True),
    RepPerson("Arjun Menon", SINGAPORE, "SG", (PACIFIC,), pace=14),
    RepPerson("Hinata Mori", SINGAPORE, "SG", (PACIFIC,), pace=21, skill=0.95, days="12345"),
)
ON_LEAVE, PAUSED = "Hinata Mori", "Marcus Whitfield"

HEAD = Person("Ingrid Solberg", BERLIN)
MANAGERS = {
    EUROPE: Person("Matteo Rinaldi", BERLIN),
    AMERICAS: Person("Dana Whitehorse", NEW_YORK),
    PACIFIC: Person("Siti Rahman", SINGAPORE),
}
OPS = Person("Odile Marchand", LONDON)
ADMIN = Person("Ada Nwosu", LONDON)

RESPOND_WITHIN = {EUROPE: 15, AMERICAS: 20, PACIFIC: 30}

# Territory -> group, the countries it covers (or regions of one country), and who covers it.
TERRITORIES: tuple[tuple[str, str, dict[str, object], tuple[str, ...]], ...] = (
    ("Germany, Austria, Switzerland", EUROPE, {"countries": ["DE", "AT", "CH"]}, ("Lena", "Tomasz", "Giulia")),
    ("United Kingdom and Ireland", EUROPE, {"countries": ["GB", "IE"]}, ("Amara", "Callum", "Lena")),
    ("Nordics and Baltics", EUROPE, {"countries": ["SE", "NO", "DK", "FI", "EE"]}, ("Tomasz", "Amara")),
    ("France and Benelux", EUROPE, {"countries": ["FR", "BE", "NL"]}, ("Amara", "Lena", "Callum")),
    ("Southern Europe", EUROPE, {"countries": ["IT", "ES", "PT", "GR"]}, ("Giulia", "Callum", "Lena", "Tomasz")),
    ("Eastern Europe", EUROPE, {"countries": ["PL", "CZ", "RO"]}, ("Tomasz", "Lena")),
    ("North America", AMERICAS, {"countries": ["US", "CA"]}, ("Renee", "Marcus", "Priscilla", "Thiago")),
    ("California", AMERICAS, {"countries": ["US"], "names": ["California"]}, ("Renee", "Priscilla")),
    ("Latin America", AMERICAS, {"countries": ["BR", "MX", "CO", "CL", "AR"]}, ("Thiago", "Renee")),
    ("South-East Asia and India", PACIFIC, {"countries": ["SG", "IN", "ID", "VN"]}, ("Arjun", "Wei", "Hinata")),
    ("Japan and Korea", PACIFIC, {"countries": ["JP", "KR"]}, ("Hinata", "Wei")),
    ("Australia and New Zealand", PACIFIC, {"countries": ["AU", "NZ"]}, ("Wei", "Arjun")),
)

# Company, its country, its owner's first name, its tier.
ACCOUNTS: tuple[tuple[str, str, str, str], ...] = (
    ("Nordlicht Logistik", "DE", "Lena", "A"),
    ("Alpenrose Versicherung", "CH", "Lena", "A"),
    ("Stadtwerke Kiefernau", "DE", "Tomasz", "B"),
    ("Grünspan Apotheken", "AT", "Giulia", "C"),
    ("Thistle & Rowan", "GB", "Amara", "A"),
    ("Pemberly Rail", "GB", "Amara", "A"),
    ("Corrib Foods", "IE", "Callum", "B"),
    ("Fjordkraft Marine", "NO", "Tomasz", "B"),
    ("Björkdal Möbler", "SE", "Amara", "C"),
    ("Maison Verlaine", "FR", "Lena", "B"),
    ("Polderland Bouw", "NL", "Callum", "C"),
    ("Olivar del Sur", "ES", "Giulia", "C"),
    ("Ceramiche Lucano", "IT", "Giulia", "B"),
    ("Wisła Transport", "PL", "Tomasz", "B"),
    ("Blue Heron Health", "US", "Renee", "A"),
    ("Granite State Tools", "US", "Marcus", "B"),
    ("Redwood Ledger", "US", "Renee", "A"),
    ("Maplecrest Dairy", "CA", "Priscilla", "C"),
    ("Ipê Roxo Seguros", "BR", "Thiago", "A"),
    ("Sierra Azul Minería", "CL", "Thiago", "B"),
    ("Merlion Freight", "SG", "Wei", "A"),
    ("Deccan Textiles", "IN", "Arjun", "B"),
    ("Hanabishi Optics", "JP", "Hinata", "A"),
    ("Southern Cross Vets", "AU", "Wei", "B"),
    ("Kea Outdoor", "NZ", "Arjun", "C"),
)


def slug(name: str) -> str:
    """The name as a label of a domain or an address: accents off, blanks to hyphens."""
    plain = unicodedata.normalize("NFKD", name.lower().translate(_WITHOUT_ACCENT)).replace(" & ", "-").replace(" ", "-")
    return "".join(c for c in plain if c.isascii() and (c.isalnum() or c == "-"))


# Letters that Unicode does not take apart.
_WITHOUT_ACCENT = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "æ": "ae", "đ": "d"})
