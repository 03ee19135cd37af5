"""Find where somebody lives: street and number in six languages, postcodes, coordinates."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from hub.llm.private.redaction import words
from hub.llm.private.redaction.found import Found

if TYPE_CHECKING:
    from collections.abc import Iterator

_TYPES = (
    "Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Boulevard|Blvd|Way|Court|Ct|Place|Pl|Square|Sq|Terrace|Close"
    "|Crescent|Highway|Hwy|Parkway|Pkwy|Row|Hill|Gardens|Grove|Mews|Trail|Circle|Alley|Bend|Bluff|Bridge|Brook"
    "|Burg|Bypass|Causeway|Center|Cliff|Common|Corner|Course|Cove|Creek|Crest|Crossing|Curve|Dale|Dam|Divide"
    "|Estate|Expressway|Extension|Falls|Ferry|Field|Flats|Forge|Fork|Fort|Freeway|Garden|Gateway|Glen|Green"
    "|Harbor|Haven|Heights|Hills|Hollow|Inlet|Island|Isle|Junction|Junctions|Key|Knoll|Lake|Landing|Locks|Lodge"
    "|Loop|Manor|Meadow|Meadows|Mill|Mission|Motorway|Mount|Mountain|Orchard|Oval|Overpass|Park|Pass|Path|Pike"
    "|Pines|Plain|Plains|Plaza|Point|Port|Ports|Prairie|Ranch|Rapids|Rest|Ridge|River|Route|Run|Shoal|Shore"
    "|Skyway|Spring|Springs|Spur|Station|Stravenue|Stream|Summit|Throughway|Trace|Track|Trafficway|Turnpike"
    "|Underpass|Union|Unions|Valley|Via|Viaduct|View|Village|Ville|Vista|Walk|Walks|Well|Wells"
)
_AREAS = (
    "AB|AL|B|BA|BB|BD|BH|BL|BN|BR|BS|BT|CA|CB|CF|CH|CM|CO|CR|CT|CV|CW|DA|DD|DE|DG|DH|DL|DN|DT|DY|E|EC|EH|EN|EX"
    "|FK|FY|G|GL|GU|HA|HD|HG|HP|HR|HS|HU|HX|IG|IP|IV|KA|KT|KW|KY|L|LA|LD|LE|LL|LN|LS|LU|M|ME|MK|ML|N|NE|NG|NN|NP"
    "|NR|NW|OL|OX|PA|PE|PH|PL|PO|PR|RG|RH|RM|S|SA|SE|SG|SK|SL|SM|SN|SO|SP|SR|SS|ST|SW|SY|TA|TD|TF|TN|TQ|TR|TS|TW"
    "|UB|W|WA|WC|WD|WF|WN|WR|WS|WV|YO|ZE"
)
_STATES = (
    "AL|AK|AZ|AR|CA|CO|CT|DE|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|NY|NC|ND|OH|OK"
    "|OR|PA|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY|DC"
)
_DOOR = (
    r"(?:,?[ ](?:Apt|Apartment|Suite|Unit|Flat|Floor|Room|Piso|Puerta|Piano|Interno|Top|Stiege|Bloque)"
    r"\.?[ ]?[0-9]{1,4}[A-Za-z]?){0,2}"
)
_NAME = r"[A-ZÀ-Ü][\w'’.-]{0,24}"  # noqa: RUF001  as people type it


_ENGLISH = re.compile(
    r"(?<![\w.,$€£-])[0-9]{1,5}[A-Za-z]?,?[ ](?:[NSEW]\.?[ ])?"
    rf"(?:(?:{_NAME}|[0-9]{{1,3}}(?:st|nd|rd|th))[ ]){{1,3}}(?:{_TYPES})s?\b\.?{_DOOR}"
)
_GERMAN_TYPES = (
    "straße", "strasse", "str.", "gasse", "weg", "allee", "platz", "ring", "damm", "ufer", "steig", "zeile",
    "straat", "laan", "plein", "gracht", "kade", "dijk", "baan", "singel", "steeg", "dreef",
)  # fmt: skip
_FRENCH_TYPES = (
    "rue", "avenue", "boulevard", "place", "chemin", "impasse", "allée", "quai", "route", "cours",
)  # fmt: skip
_ROMANCE_TYPES = (
    "Calle", "C/", "C.", "Callejón", "Glorieta", "Acceso", "Pasaje", "Ronda", "Rambla", "Camino", "Carretera",
    "Vial", "Alameda", "Cuesta", "Avenida", "Avda", "Plaza", "Paseo", "Via", "Viale", "Piazza", "Corso",
    "Rua",
    "Travessa", "Incrocio", "Rotonda", "Strada", "Vicolo", "Contrada", "Largo", "Borgo", "Stretto", "Canale",
)  # fmt: skip


@cache
def _german() -> re.Pattern[str]:
    types = "|".join(re.escape(one) for one in _GERMAN_TYPES)
    return re.compile(
        rf"\b[A-ZÄÖÜ][\wäöüß-]{{2,30}}(?i:{types})[ ][0-9]{{1,4}}(?:[ ]?[a-z]\b|[/-][0-9]{{1,4}}\b){{0,3}}"
        r"(?![\w]|[.,:][0-9]|[ ]?(?:km|m|mal|%|min|Uhr)\b)"
    )


@cache
def _french() -> re.Pattern[str]:
    return re.compile(
        rf"(?<![\w.,])[0-9]{{1,4}}(?:[ ]?(?:bis|ter))?,?[ ](?:{'|'.join(_FRENCH_TYPES)})[ ]"
        r"(?:de[ ]la[ ]|de[ ]l['’]|du[ ]|des[ ]|de[ ]|d['’])?"  # noqa: RUF001  as people type it
        rf"{_NAME}(?:[ ]{_NAME}){{0,3}}"
    )


@cache
def _romance() -> re.Pattern[str]:
    types = "|".join(re.escape(one) for one in sorted(_ROMANCE_TYPES, key=len, reverse=True))
    name = rf"(?:{_NAME}|de|del|la|las|los|di|della|da|do|dos)"
    return re.compile(rf"\b(?:{types})\.?[ ]{name}(?:[ ]{name}){{0,4}},?[ ][0-9]{{1,4}}\b{_DOOR}")


_CODE = re.compile(
    rf"\b(?:{_AREAS})[0-9][A-Z0-9]?[ ][0-9][ABD-HJLNP-UW-Z]{{2}}\b"
    rf"|\b(?:{_STATES})[ ][0-9]{{5}}(?:-[0-9]{{4}})?\b"
)
_LEADS = re.compile(r"[0-9][A-Za-z]?,? [A-ZÀ-Ü0-9]")
_CODES = re.compile(r"[A-Z][A-Z0-9]{1,3} [0-9]")
"""What `_ENGLISH` and `_TOLD`, and what `_CODE` match has this in it: most texts have not."""

_TOLD = re.compile(
    r"\b(?:live|lives|living|lived|stay|staying|moved|address|deliver|ship|home)\b(?:[ ](?:it|them|this|is))?"
    rf"[ ]?:?[ ]?(?:(?:at|to|in)[ ])?(?P<told>[0-9]{{1,5}}[A-Za-z]?,?[ ](?:{_NAME}[ ]){{1,3}}{_NAME})"
)
"""A number and names after words that lead to where somebody lives, whatever that is called."""

_SMALL = re.compile(
    r"(?<![\w.,$€£-])[0-9]{1,5}[a-z]?[ ](?:[a-z']{2,15}[ ]){1,2}(?:street|road|avenue|lane|boulevard)\b"
)
_NO_NAME = frozenset(words.NO_STREET.split())
_YEAR = re.compile(r"\b(?:in|since|by|of|until|year|from|before|after)\s$", re.IGNORECASE)
_IS_YEAR = re.compile(r"(?:1[5-9]|20)[0-9]{2}\s")
_PLACE = re.compile(r"(?<![\w.])-?[0-9]{1,2}\.[0-9]{4,8}°?[ ]?[NS]?,[ ]?-?[0-9]{1,3}\.[0-9]{4,8}(?![0-9])")


def streets(text: str, lower: str, *, digits: int) -> Iterator[Found]:
    """Yield the addresses in ``text``: they all have a number."""
    if not digits:
        return
    for pattern in _fitting(text, lower):
        for one in pattern.finditer(text):
            year = _IS_YEAR.match(one[0]) and _YEAR.search(text, max(0, one.start() - 10), one.start())
            if not year:
                yield Found(*one.span(one.lastgroup or 0), "address")
    if any(map(lower.__contains__, ("street", "road", "avenue", "lane", "boulevard"))):
        for one in _SMALL.finditer(text):
            if not _NO_NAME.intersection(one[0].split()[1:-1]):
                yield Found(*one.span(), "address")
    if "." in text and "," in text:
        yield from (Found(*one.span(), "place") for one in _PLACE.finditer(text))


def _fitting(text: str, lower: str) -> Iterator[re.Pattern[str]]:
    """Yield the patterns that can match ``text`` at all."""
    if _LEADS.search(text):
        yield _ENGLISH
        yield _TOLD
    if _CODES.search(text):
        yield _CODE
    if any(map(lower.__contains__, _GERMAN_TYPES)):
        yield _german()
    if any(map(lower.__contains__, _FRENCH_TYPES)):
        yield _french()
    if any(map(text.__contains__, _ROMANCE_TYPES)):
        yield _romance()
