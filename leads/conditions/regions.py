"""Countries (ISO 3166-1 alpha-2) and the regions that sales people speak of."""

from __future__ import annotations


def _codes(text: str) -> frozenset[str]:
    return frozenset(text.split())


_EU = _codes("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK")
_EFTA = _codes("CH IS LI NO")
_EUROPE = _EU | _EFTA | _codes("AD AL AX BA BY FO GB GG GI IM JE MC MD ME MK RS RU SJ SM UA VA XK")
_MIDDLE_EAST = _codes("AE BH IL IQ IR JO KW LB OM PS QA SA SY TR YE")
_AFRICA = _codes(
    "AO BF BI BJ BW CD CF CG CI CM CV DJ DZ EG EH ER ET GA GH GM GN GQ GW KE KM LR LS LY MA MG ML MR MU MW MZ NA NE "
    "NG RE RW SC SD SH SL SN SO SS ST SZ TD TG TN TZ UG YT ZA ZM ZW"
)
_ASIA = _MIDDLE_EAST | _codes(
    "AF AM AZ BD BN BT CN GE HK ID IN IO JP KG KH KP KR KZ LA LK MM MN MO MV MY NP PH PK SG TH TJ TL TM TW UZ VN"
)
_OCEANIA = _codes("AS AU CC CK CX FJ FM GU HM KI MH MP NC NF NR NU NZ PF PG PN PW SB TK TO TV UM VU WF WS")
_CARIBBEAN = _codes("AG AI AW BB BL BM BQ BS CU CW DM DO GD GP HT JM KN KY LC MF MQ MS PR SX TC TT VC VG VI")
_NORTH_AMERICA = _codes("CA GL PM US")
_LATIN_AMERICA = _codes("AR BO BR BZ CL CO CR EC FK GF GT GY HN MX NI PA PE PY SR SV UY VE") | _CARIBBEAN

REGIONS: dict[str, frozenset[str]] = {
    "AFRICA": _AFRICA,
    "AMERICAS": _NORTH_AMERICA | _LATIN_AMERICA,
    "ANZ": _codes("AU NZ"),
    "APAC": (_ASIA - _MIDDLE_EAST) | _OCEANIA,
    "ASIA": _ASIA,
    "BALTICS": _codes("EE LT LV"),
    "BENELUX": _codes("BE LU NL"),
    "CARIBBEAN": _CARIBBEAN,
    "CEE": _codes("AL BA BG CZ EE HR HU LT LV ME MK PL RO RS SI SK XK"),
    "DACH": _codes("AT CH DE"),
    "EEA": _EU | _codes("IS LI NO"),
    "EFTA": _EFTA,
    "EMEA": _EUROPE | _MIDDLE_EAST | _AFRICA,
    "EU": _EU,
    "EUROPE": _EUROPE,
    "GCC": _codes("AE BH KW OM QA SA"),
    "IBERIA": _codes("AD ES GI PT"),
    "LATIN_AMERICA": _LATIN_AMERICA,
    "MIDDLE_EAST": _MIDDLE_EAST,
    "NORDICS": _codes("AX DK FI FO GL IS NO SE SJ"),
    "NORTH_AMERICA": _NORTH_AMERICA,
    "OCEANIA": _OCEANIA,
    "UK_IRELAND": _codes("GB GG IE IM JE"),
}

# XK (Kosovo) is not in the standard but in every address form; the last line are territories without a market.
COUNTRIES: frozenset[str] = (
    _EUROPE | _AFRICA | _ASIA | _OCEANIA | _NORTH_AMERICA | _LATIN_AMERICA | _codes("AQ BV GS TF")
)
