"""Find how somebody or something in a home is reached: e-mail, phone, addresses of machines, public keys."""

from __future__ import annotations

import ipaddress
import re
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from hub.llm.private.redaction import words
from hub.llm.private.redaction.found import Found

if TYPE_CHECKING:
    from collections.abc import Iterator

_HOUSE = (".local", ".lan", ".home", ".internal", ".localdomain", ".home.arpa", ".box", ".onion", ".i2p")
_MAIL = re.compile(
    r"(?<![\w.!#$%&*+=?^{|}~-])[\w!#$%&*+=?^{|}~-][\w.!#$%&'*+=?^{|}~-]*@(?:[\w-]+\.)+[^\W\d_]{2,24}(?![\w-])"
)
_SAID_MAIL = re.compile(
    r"\b[\w-]{1,40}(?:(?:\.|\sdot\s|\spunkt\s)[\w-]{1,40}){0,3}\s(?:at|ät)\s"
    r"(?:gmail|googlemail|outlook|hotmail|yahoo|icloud|proton|protonmail|gmx|web|aol|fastmail|posteo|mailbox|live)"
    r"\s(?:dot|punkt)\s(?:com|de|at|net|org|me|uk|ch|co\sdot\suk)\b",
    re.IGNORECASE,
)
_NOSTR = re.compile(r"(?<![a-z0-9])n(?:pub|profile|addr)1[02-9ac-hj-np-z]{20,}")
_IP4 = re.compile(r"(?<![\w.])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![\w]|\.[0-9])")
_IP6 = re.compile(r"(?<![\w:.])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?![\w:])")
_MAC = re.compile(r"(?<![\w:-])(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}(?![\w:-])"
                  r"|(?<![\w:-])(?:[0-9A-Fa-f]{2}-){5}[0-9A-Fa-f]{2}(?![\w:-])")  # fmt: skip
_PUBLIC = frozenset({"8.8.8.8", "8.8.4.4", "1.1.1.1", "1.0.0.1", "9.9.9.9", "0.0.0.0", "255.255.255.255"})  # noqa: S104
"""Addresses that everybody knows."""

_DYNAMIC = (
    "duckdns.org|ddns.net|no-ip.org|no-ip.com|no-ip.biz|dyndns.org|dyndns.info|dynu.net|ts.net|myfritz.net"
    "|freeddns.org|hopto.org|zapto.org|sytes.net|synology.me|myqnapcloud.com|nip.io|sslip.io|ngrok.io|ngrok.app"
    "|ngrok-free.app|ngrok.dev|trycloudflare.com|cfargotunnel.com|tplinkdns.com|asuscomm.com|myds.me|loca.lt"
).replace(".", r"\.")
_SERVES = (
    "nas|cloud|nextcloud|owncloud|vpn|home|router|ha|hass|homeassistant|plex|jellyfin|emby|gitea|grafana|proxmox"
    "|pve|truenas|unraid|synology|pihole|vault|vaultwarden|bitwarden|photos|immich|server|media|camera|cam|printer"
    "|backup|mqtt|pi|raspberrypi|laptop|desktop"
)
_ENDS = (
    "[a-z]{2}|com|net|org|info|name|family|house|cloud|dev|app|xyz|online|site|tech|biz|network|systems|zone"
)
_FAMOUS = frozenset(words.FAMOUS.split())


@cache
def _hosts() -> re.Pattern[str]:
    label = r"[A-Za-z0-9](?:[\w-]{0,61})"
    return re.compile(
        rf"(?<![\w.@-])(?<![^/\s]/)(?<!\s/)(?:{label}\.){{1,6}}"
        rf"(?:local|lan|home|internal|localdomain|home\.arpa|fritz\.box|onion|i2p)(?![\w-]|\.\w)"
        rf"|(?<![\w.@-])(?:{label}\.){{1,6}}(?:{_DYNAMIC})(?![\w-]|\.\w)"
        rf"|(?<![\w.@-])(?P<own>(?:{_SERVES})\.(?P<domain>[\w-]{{1,62}})\.(?:{_ENDS}))(?![\w(-]|\.\w)",
        re.IGNORECASE,
    )


_DOT = re.compile(r"\w\.\w")
_LOGIN = re.compile(r"(?<![\w.@/-])[A-Za-z_][\w-]{0,31}@[A-Za-z][\w-]{0,62}(?![\w@-]|\.\w)")
_REMOTE = re.compile(r"\b(?:ssh|scp|sftp|rsync|mosh|ssh-copy-id|log\s?in|user)\b", re.IGNORECASE)
_FOLDER = re.compile(
    r"(?<![\w.])/(?:home|Users)/(?P<unix>[^\s/\\:*?\"'<>|,;)]{1,32})"
    r"|\b[A-Za-z]:\\Users\\(?P<windows>[^\\/:*?\"<>|\r\n]{1,40})(?=\\|$)",
    re.MULTILINE,
)
_NOBODY = frozenset(words.NOBODY.split())


_DIGITS = r"[0-9](?:[ ./()-]{0,2}[0-9])"
_MORE = r"(?:\s?(?:x|ext\.?|extension)\s?[0-9]{1,6})?"
_PHONE = re.compile(
    rf"(?<![\w.,+-])(?P<world>\+(?=[1-9]){_DIGITS}{{7,14}}|00(?=[1-9]){_DIGITS}{{7,14}}){_MORE}(?![\w])"
    r"|(?<![\w.+-])(?P<us>\([2-9][0-9]{2}\)[ .-]{0,2}[0-9]{3}[ .-][0-9]{4}"
    rf"|[2-9][0-9]{{2}}[.-][0-9]{{3}}[.-][0-9]{{4}}){_MORE}(?![\w-])"
    r"|(?<!\w)(?P<area>\(0[0-9]{1,5}\)[ -]{0,2}[0-9]{2,8}(?:[ /-][0-9]{2,8}){0,3})(?![\w-])"
    r"|(?<![\w.,:/+-])(?P<house>0[1-9][0-9]{1,4}(?:[ ]?[ /-][ ]?[0-9]{2,8}){1,4}|0[1-9][0-9]{8,10})"
    r"(?![\w/:-]|[.,][0-9])"
)


@cache
def _told_phones() -> re.Pattern[str]:
    return re.compile(
        r"\b(?:phone|mobile|cell(?:phone)?|tel(?:ephone)?|fax|handy(?:nummer)?|telefon(?:nummer)?|whatsapp|landline"
        r"|(?:my|his|her|our|their|your)\snumber)\b\.?(?:\s(?:number|no\.?|nummer))?(?:\s(?:is|ist|at|on|under))?"
        rf"\s{{0,2}}:?\s{{0,2}}(?P<told>\+?\(?{_DIGITS}{{5,14}}){_MORE}(?![\w]|[.,][0-9])"
        r"|\b(?:call|text|dial|ring|reach)(?:\s(?:me|us|him|her|them))?(?:\s(?:at|on|under))?\s"
        rf"(?P<call>\+?\(?{_DIGITS}{{6,14}}){_MORE}(?![\w]|[.,][0-9])",
        re.IGNORECASE,
    )


_PHONE_STEMS = (
    "phone", "mobile", "cell", "tel", "fax", "handy", "whatsapp", "landline", "number", "call", "text",
    "dial",
    "ring", "reach",
)  # fmt: skip
_SPOKEN = (
    "zero", "oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "double", "triple",
    "null", "eins", "zwei", "zwo", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun",
)  # fmt: skip
_ORDER = {word: place for place, word in enumerate(_SPOKEN)}
_SAID_DIGIT = re.compile(r"[^\W\d_]+[ -]?")
_LEAST_SPOKEN, _LEAST_DIGITS = 7, 6
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def contacts(text: str, lower: str, *, digits: int) -> Iterator[Found]:
    """Yield how somebody is reached in ``text``; ``lower``: its lower case; ``digits``: how many it has."""
    if "@" in text:
        yield from _addresses(text)
    if (" at " in lower or " ät " in lower) and (" dot " in lower or " punkt " in lower):
        yield from (Found(*one.span(), "email") for one in _SAID_MAIL.finditer(text))
    if "." in text:
        for one in _hosts().finditer(text) if _DOT.search(text) else ():
            if one["own"] is None or one["domain"].lower() not in _FAMOUS:
                yield Found(*one.span(), "host")
    if "/home/" in text or "Users" in text:
        yield from _folders(text)
    if digits:
        yield from _machines(text)
    if digits >= _LEAST_DIGITS:
        yield from _phones(text, lower)
    if sum(map(lower.__contains__, _SPOKEN)) > 1 or "double" in lower or "triple" in lower:
        yield from _spoken(lower if len(lower) == len(text) else text)


def _addresses(text: str) -> Iterator[Found]:
    for one in _MAIL.finditer(text):
        yield Found(*one.span(), "host" if one[0].lower().endswith(_HOUSE) else "email")
    for one in _LOGIN.finditer(text):
        path = text[one.end() : one.end() + 2] in {":/", ":~"}
        if path or _REMOTE.search(text, max(0, one.start() - 40), one.start()):
            yield Found(*one.span(), "host")


def _machines(text: str) -> Iterator[Found]:
    if "npub1" in text or "nprofile1" in text or "naddr1" in text:
        yield from (Found(*one.span(), "nostr") for one in _NOSTR.finditer(text))
    if text.count(".") > 2:  # noqa: PLR2004  as in an address
        for one in _IP4.finditer(text):
            if _address(one[0]) and one[0] not in _PUBLIC:
                yield Found(*one.span(), "ip")
    if text.count(":") > 1:
        for one in _IP6.finditer(text):
            if any(sign.isdigit() for sign in one[0]) and _address(one[0]):
                yield Found(*one.span(), "ip")
    if text.count(":") > 4 or text.count("-") > 4:  # noqa: PLR2004  as in an address
        yield from (Found(*one.span(), "mac") for one in _MAC.finditer(text))


def _address(text: str) -> bool:
    """Say whether it is the address of a machine other than this one."""
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return False
    return not (found.is_loopback or found.is_unspecified)


def _folders(text: str) -> Iterator[Found]:
    for one in _FOLDER.finditer(text):
        group = one.lastgroup or "unix"
        if one[group].lower() not in _NOBODY:
            yield Found(*one.span(group), "user")


def _phones(text: str, lower: str) -> Iterator[Found]:
    for one in _PHONE.finditer(text):
        group = one.lastgroup or ""
        count = sum(sign.isdigit() for sign in one[group])
        if not _DATE.match(one[group]) and (group != "house" or 8 <= count <= 13):  # noqa: PLR2004
            yield Found(one.start(group), one.end(), "phone")
    if any(map(lower.__contains__, _PHONE_STEMS)):
        for one in _told_phones().finditer(text):
            if not _DATE.match(one[group := one.lastgroup or ""]):
                yield Found(one.start(group), one.end(), "phone")


def _spoken(lower: str) -> Iterator[Found]:
    """Yield numbers of phones that were said digit by digit."""
    run: list[str] = []
    start = end = 0
    for one in _SAID_DIGIT.finditer(lower):
        word = one[0].rstrip(" -").lower()
        follows = word in _ORDER and (not run or one.start() == end)
        if not follows and (found := _number(run, lower, start, end)):
            yield found
        if word not in _ORDER:
            run = []
        elif follows and run:
            run.append(word)
        else:
            run, start = [word], one.start()
        end = one.end()
    if found := _number(run, lower, start, end):
        yield found


def _number(run: list[str], lower: str, start: int, end: int) -> Found | None:
    places = [_ORDER[word] for word in run]
    counts = all(after - before == 1 for before, after in pairwise(places))
    if len(run) < _LEAST_SPOKEN or counts:  # somebody only counts
        return None
    return Found(start, start + len(lower[start:end].rstrip(" -")), "phone")
