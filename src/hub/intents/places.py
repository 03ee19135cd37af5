"""Which time zone a place is in: cities and countries by name, and the ones that have several."""

# ruff: noqa: E501  a pattern reads best in one line

from __future__ import annotations

from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_TABLE = """
Europe/London london england britain the_uk uk great_britain united_kingdom scotland wales edinburgh manchester liverpool glasgow leeds bristol belfast cardiff northern_ireland
Europe/Dublin dublin ireland cork
Europe/Paris paris france lyon marseille nice toulouse
Europe/Berlin berlin germany munich hamburg frankfurt cologne stuttgart leipzig dresden
Europe/Madrid madrid barcelona seville malaga ibiza mallorca majorca
Europe/Rome rome italy milan venice florence naples turin
Europe/Vatican vatican the_vatican vatican_city
Europe/Vienna vienna austria salzburg
Europe/Zurich zurich switzerland geneva bern basel
Europe/Amsterdam amsterdam netherlands holland rotterdam the_hague
Europe/Brussels brussels belgium antwerp
Europe/Luxembourg luxembourg
Europe/Monaco monaco
Europe/Lisbon lisbon porto
Europe/Copenhagen copenhagen denmark
Europe/Stockholm stockholm sweden gothenburg
Europe/Oslo oslo norway bergen
Europe/Helsinki helsinki finland
Europe/Warsaw warsaw poland krakow
Europe/Prague prague czechia czech_republic
Europe/Bratislava bratislava slovakia
Europe/Budapest budapest hungary
Europe/Ljubljana ljubljana slovenia
Europe/Zagreb zagreb croatia
Europe/Belgrade belgrade serbia
Europe/Sarajevo sarajevo bosnia
Europe/Athens athens greece crete
Europe/Sofia sofia bulgaria
Europe/Istanbul istanbul turkey ankara
Europe/Moscow moscow saint_petersburg st_petersburg
Europe/Kyiv kyiv kiev ukraine odesa
Europe/Bucharest bucharest romania
Europe/Vilnius vilnius lithuania
Europe/Riga riga latvia
Europe/Tallinn tallinn estonia
Europe/Minsk minsk belarus
Europe/Malta malta valletta
Asia/Nicosia cyprus nicosia
Atlantic/Reykjavik reykjavik iceland
Africa/Cairo cairo egypt
Africa/Lagos lagos nigeria
Africa/Accra accra ghana
Africa/Nairobi nairobi kenya
Africa/Addis_Ababa addis_ababa ethiopia
Africa/Johannesburg johannesburg cape_town south_africa durban pretoria
Africa/Casablanca casablanca morocco marrakech rabat
Africa/Tunis tunis tunisia
Africa/Algiers algiers algeria
Africa/Kampala kampala uganda
Africa/Harare harare zimbabwe
Africa/Dar_es_Salaam tanzania dar_es_salaam
Africa/Dakar dakar senegal
Asia/Jerusalem jerusalem tel_aviv israel
Asia/Beirut beirut lebanon
Asia/Amman amman jordan
Asia/Baghdad baghdad iraq
Asia/Dubai dubai abu_dhabi uae united_arab_emirates
Asia/Qatar qatar doha
Asia/Kuwait kuwait
Asia/Riyadh riyadh saudi_arabia mecca
Asia/Tehran tehran iran
Asia/Kabul kabul afghanistan
Asia/Karachi karachi pakistan lahore islamabad
Asia/Kolkata india mumbai delhi new_delhi kolkata calcutta bangalore bengaluru chennai hyderabad bombay
Asia/Colombo colombo sri_lanka
Asia/Dhaka dhaka bangladesh
Asia/Kathmandu kathmandu nepal
Asia/Tashkent tashkent uzbekistan
Asia/Yangon yangon myanmar burma
Asia/Bangkok bangkok thailand phuket
Asia/Ho_Chi_Minh hanoi ho_chi_minh_city saigon vietnam
Asia/Phnom_Penh cambodia phnom_penh
Asia/Singapore singapore
Asia/Kuala_Lumpur kuala_lumpur malaysia
Asia/Jakarta jakarta
Asia/Makassar bali
Asia/Manila manila philippines
Asia/Hong_Kong hong_kong
Asia/Shanghai shanghai beijing china shenzhen guangzhou
Asia/Taipei taipei taiwan
Asia/Seoul seoul korea south_korea busan
Asia/Pyongyang north_korea pyongyang
Asia/Tokyo tokyo japan osaka kyoto
Australia/Sydney sydney canberra
Australia/Melbourne melbourne
Australia/Brisbane brisbane queensland
Australia/Perth perth
Australia/Adelaide adelaide
Australia/Darwin darwin
Australia/Hobart hobart tasmania
Pacific/Auckland auckland new_zealand wellington christchurch
Pacific/Fiji fiji
Pacific/Honolulu honolulu hawaii
Pacific/Guam guam
America/New_York new_york new_york_city nyc boston miami washington_dc atlanta philadelphia pittsburgh orlando baltimore charlotte brooklyn manhattan new_jersey massachusetts pennsylvania virginia georgia_usa ohio cleveland eastern et eastern_us the_east_coast east_coast us_east_coast east_coast_of_america east_coast_of_the_us east_coast_of_the_usa east_coast_of_the_united_states us_eastern
America/Detroit detroit michigan
America/Toronto toronto ottawa montreal quebec quebec_city
America/Chicago chicago dallas houston austin minneapolis new_orleans memphis milwaukee st_louis saint_louis illinois central ct us_central nashville
America/Denver denver colorado utah salt_lake_city albuquerque mountain mt us_mountain
America/Phoenix phoenix arizona
America/Los_Angeles los_angeles la san_francisco seattle las_vegas san_diego california silicon_valley san_jose sacramento pacific pt us_pacific the_west_coast west_coast us_west_coast west_coast_of_america west_coast_of_the_us west_coast_of_the_usa west_coast_of_the_united_states hollywood
America/Vancouver vancouver
America/Edmonton edmonton alberta
America/Winnipeg winnipeg
America/Anchorage anchorage alaska
America/Mexico_City mexico_city
America/Cancun cancun
America/Bogota bogota colombia
America/Lima lima peru
America/La_Paz bolivia la_paz
America/Guayaquil ecuador quito
America/Sao_Paulo sao_paulo rio rio_de_janeiro brasilia
America/Argentina/Buenos_Aires buenos_aires argentina
America/Santiago santiago
America/Montevideo uruguay montevideo
America/Asuncion paraguay asuncion
America/Caracas caracas venezuela
America/Panama panama
America/Costa_Rica costa_rica
America/Guatemala guatemala
America/Jamaica jamaica kingston
America/Puerto_Rico puerto_rico
America/Halifax halifax nova_scotia
America/St_Johns newfoundland st_johns
America/Havana havana cuba
UTC utc gmt greenwich zulu universal utc_time greenwich_mean
"""  # a zone a line, with the names of its places
_SEVERAL = {
    "america": ("new york", "chicago", "denver", "los angeles"),
    "usa": ("new york", "chicago", "denver", "los angeles"),
    "us": ("new york", "chicago", "denver", "los angeles"),
    "united states": ("new york", "chicago", "denver", "los angeles"),
    "canada": ("toronto", "winnipeg", "vancouver"),
    "australia": ("sydney", "adelaide", "perth"),
    "brazil": ("sao paulo",), "mexico": ("mexico city", "cancun"), "indonesia": ("jakarta", "bali"),
    "spain": ("madrid",), "portugal": ("lisbon",), "chile": ("santiago",),
}  # fmt: skip
"""Countries with several zones, and the cities to name; a single city is where most people live."""

_SHORT = {
    "est": "America/New_York", "edt": "America/New_York", "cst": "America/Chicago", "cdt": "America/Chicago",
    "mst": "America/Denver", "mdt": "America/Denver", "pst": "America/Los_Angeles", "pdt": "America/Los_Angeles",
    "eastern standard": "America/New_York", "eastern daylight": "America/New_York", "pacific standard": "America/Los_Angeles", "pacific daylight": "America/Los_Angeles",
    "central standard": "America/Chicago", "mountain standard": "America/Denver",
    "bst": "Europe/London", "cet": "Europe/Berlin", "cest": "Europe/Berlin", "eet": "Europe/Athens",
    "central european": "Europe/Berlin", "jst": "Asia/Tokyo", "kst": "Asia/Seoul", "hkt": "Asia/Hong_Kong", "sgt": "Asia/Singapore",
    "aest": "Australia/Sydney", "aedt": "Australia/Sydney", "nzst": "Pacific/Auckland", "nzt": "Pacific/Auckland",
    "msk": "Europe/Moscow", "hst": "Pacific/Honolulu",
}  # fmt: skip
"""Abbreviations as people use them: the time that clocks there show now, summer time included."""

_ACRONYMS = frozenset({"uk", "uae", "usa", "us", "nyc", "la", "utc", "gmt", "dc", "et", "ct", "mt", "pt"})


@cache
def _places() -> dict[str, str]:
    found = {}
    for line in _TABLE.strip().splitlines():
        name, *places = line.split()
        found.update({place.replace("_", " "): name for place in places})
    return found | _SHORT | {"calgary": "America/Edmonton"}


def tidy(place: str) -> str:
    """Write a place as the table does."""
    place = place.strip().replace(".", "").replace("'", "").removesuffix(" time").removesuffix("s time")
    return (
        place.removeprefix("the ").removesuffix(" city").strip()
        if place not in ("mexico city", "vatican city")
        else place
    )


def zone(place: str) -> ZoneInfo | None:
    """Return the time zone of a place that has exactly one, or None."""
    bare = tidy(place)
    country = _SEVERAL.get(bare, ())
    name = (
        _places().get(bare)
        or _places().get(place.strip())
        or (_places()[country[0]] if len(country) == 1 else None)
    )
    if not name:
        words = bare.split()
        parts = ((" ".join(words[:at]), " ".join(words[at:])) for at in range(1, len(words)))
        name = next((_places().get(city) for city, rest in parts if _within(city, rest)), None)
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError):
        return None  # a system without the time zone database


def _within(city: str, country: str) -> bool:
    """Say whether a known city is in the country named after it: London England, Sydney Australia."""
    here = _places().get(city, "")
    if cities := _SEVERAL.get(country):
        return here.split("/")[0] == _places()[cities[0]].split("/")[0]
    return bool(here) and here == _places().get(country)


def several(place: str) -> tuple[str, ...]:
    """Return the cities to name for a country with several time zones, or none."""
    cities = _SEVERAL.get(tidy(place), ())
    return cities if len(cities) > 1 else ()


def title(place: str) -> str:
    """Write a place's name: New York, the UK."""
    words = tidy(place).split()
    if len(words) == 1 and (words[0] in _ACRONYMS or words[0] in _SHORT):
        return f"{'the ' if words[0] in ('uk', 'uae', 'usa', 'us') else ''}{words[0].upper()}"
    if tidy(place) in ("eastern", "central", "mountain", "pacific"):
        return f"US {words[0].capitalize()} time"
    return " ".join(
        w.upper() if w in ("us", "uk", "dc", "usa") else w if w in ("de", "of") else w.capitalize()
        for w in words
    )
