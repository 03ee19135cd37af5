"""Find keys and tokens: by the shapes that their makers gave them, by what stands before, by randomness.

Lines of the log are looked through by `hub.telemetry.redaction`, whose shapes of keys count here too. There a
false alarm costs nothing; here it costs the person an answer, so that all else is stricter.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from hub.llm.private.redaction.found import Found
from hub.telemetry.redaction import TOKENS

if TYPE_CHECKING:
    from collections.abc import Iterator

_SIGN = r"[A-Za-z0-9_-]"


@cache
def _shapes() -> re.Pattern[str]:
    return re.compile(
        rf"""(?<![A-Za-z0-9])(?:
      {TOKENS}
    | (?:gsk|pplx|tvly|nvapi)-{_SIGN}{{8,}}
    | [rsp]k_(?:live|test)_[A-Za-z0-9]{{10,}} | whsec_[A-Za-z0-9+/=]{{16,}}
    | gl[a-z]{{2,5}}[-_](?=[A-Za-z_-]{{0,40}}[0-9]){_SIGN}{{16,}}
    | GR1348941{_SIGN}{{16,}}
    | npm_[A-Za-z0-9]{{30,}} | pypi-{_SIGN}{{16,}} | r8_[A-Za-z0-9]{{30,}}
    | xapp-[A-Za-z0-9-]{{16,}} | dop_v1_[0-9a-f]{{32,}} | GOCSPX-{_SIGN}{{16,}} | key-[0-9a-f]{{32}}
    | shp(?:at|ss|ca|pa)_[0-9A-Fa-f]{{16,}} | SG\.{_SIGN}{{16,}}\.{_SIGN}{{16,}}
    | (?:ASIA|AROA|AIDA|ABIA|ACCA|A3T[0-9A-Z])[0-9A-Z]{{16}}(?![A-Za-z0-9])
    | (?:AC|SK)[0-9a-f]{{32}}(?![A-Za-z0-9])
    | ya29\.[0-9A-Za-z_.-]{{10,}} | tskey-[a-z]+-{_SIGN}{{10,}} | dckr_pat_{_SIGN}{{16,}}
    | lin_api_[A-Za-z0-9]{{16,}} | hv[sb]\.{_SIGN}{{16,}} | figd_{_SIGN}{{16,}} | rubygems_[0-9a-f]{{32,}}
    | AGE-SECRET-KEY-1[0-9A-Z]{{30,}} | [xyz]prv[1-9A-HJ-NP-Za-km-z]{{80,}}
    | [0-9]{{8,10}}:{_SIGN}{{35}}(?![A-Za-z0-9])
    | hub_(?=[A-Za-z_-]{{0,40}}[0-9]){_SIGN}{{20,}}
    )""",
        re.VERBOSE,
    )


_PREFIXES = (
    "sec1", "sk-", "xai-", "gsk-", "pplx-", "tvly-", "nvapi-", "k_live_", "k_test_", "whsec_", "ghp_", "gho_",
    "ghu_", "ghs_", "ghr_", "github_pat_", "gl", "GR1348941", "ABIA", "ACCA", "A3T", "SK", "AC", "hf_",
    "npm_", "pypi-", "r8_", "xox", "xapp-", "dop_v1", "shp", "SG.", "key-", "AKIA", "ASIA", "AROA",
    "AIDA", "AIza", "GOCSPX", "ya29", "tskey", "dckr_", "lin_api", "hvs.", "hvb.", "figd_", "rubygems_",
    "SECRET-KEY", "prv", "eyJ", "MDA", "AgE", "AgI", "0201", ":AA", "hub_",
)  # fmt: skip
"""What `_shapes` matches has one of these in it."""

_STEMS = (
    "pass", "pwd", "secret", "token", "key", "auth", "cookie", "bearer", "basic", "://", "credential",
    "seed", "mnemonic", "recovery", "wallet", "hooks.slack", "webhook", " -u", "--user", "sig=", "code=",
)  # fmt: skip
"""What `_told` matches has one of these in it."""


@cache
def _told() -> re.Pattern[str]:
    """Return what tells by the words before it that it is a key; the group holds the key."""
    return re.compile(
        r"""
      \b(?:proxy-)?authorization["']?\s{0,3}[:=]\s{0,3}["']?(?:(?:bearer|basic|token|digest)\s{1,3})?
        (?P<header>[^\s"',;]{6,})
    | \b(?:set-)?cookie["']?\s{0,3}:\s{0,3}(?P<cookie>[^\s=]{1,64}=[^\r\n"']+)
    | \bbearer\s{1,3}(?P<bearer>(?=[A-Za-z._~+/=-]{0,40}[0-9])[A-Za-z0-9._~+/=-]{10,})
    | \bbasic\s{1,3}(?P<basic>(?=[A-Za-z+/]{0,40}[0-9=])[A-Za-z0-9+/]{10,}={0,2})
    | (?<=://)[^\s/:@]{0,64}:(?P<login>[^\s@/]{1,128})(?=@)
    | [?&](?:key|token|access_token|api_?key|auth|sig|signature|code|password|pwd|secret)=
        (?P<query>[^\s&"'<>\#]{4,})
    | (?:secret|token(?!s)|(?:api|access|private|signing|encryption|master|auth|app)[ _-]?key|credentials?)
        [\w-]{0,24}["']?\s{0,3}[:=]\s{0,3}
        (?P<named>"[^"\r\n]{4,200}"|'[^'\r\n]{4,200}'|[^\s,;&"'<>)}\]]{4,})
    | (?:secret|token|(?:api|access|private|signing|encryption|master|auth|app)[ _-]?key)
        \s{1,3}(?:for\s(?:the\s)?[\w.-]{1,30}\s)?(?:is|was|lautet|ist)\s{1,3}["']?(?P<spoken>[^\s,;&"'<>)}\]]{6,})
    | \b(?:seed|recovery|mnemonic|wallet|backup)(?:[ -](?:phrase|words|seed|key))?\s{0,3}
        (?::|=|\bis\b|\bare\b)\s{0,3}["']?(?P<seed>[a-z]{3,8}(?:[ ,]{1,2}[a-z]{3,8}){11,23})\b
    | hooks\.slack\.com/services/(?P<slack>[A-Za-z0-9/]{20,})
    | /api/webhooks/(?P<webhook>[0-9]{5,25}/[A-Za-z0-9_-]{20,})
    | (?:^|\s)(?:-u|--user)[ =]["']?[^\s:"']{1,64}:(?P<user>[^\s"']{3,})
    """,
        re.VERBOSE | re.IGNORECASE | re.MULTILINE,
    )


_LONG = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{16,}={0,2}")
_SHORTEST = 16
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_NOSTR = re.compile(r"n(?:pub|profile|event|addr|ote)1[0-9a-z]{20}")
"""What Nostr says in public; it tells who, and is found where that is."""

_HEX = re.compile(r"[0-9a-f]+|[0-9A-F]+")
_DIGESTS = (32, 40, 48, 56, 64, 96, 128)
_BASE32 = re.compile(r"[A-Z2-7]{16,}")
_DIGEST_SAID = re.compile(
    r"(?:sha|md5|hash|digest|checksum|commit|revision|merge|txid|fingerprint|etag|blob)[\w -]*[^\w]*$",
    re.IGNORECASE,
)
_BEGIN, _PRIVATE = "-----BEGIN ", re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")


def keys(text: str, lower: str, *, digits: int) -> Iterator[Found]:
    """Yield the keys in ``text``; ``lower``: its lower case; ``digits``: how many it has."""
    if any(map(text.__contains__, _PREFIXES)):
        yield from (Found(*one.span(), "secret") for one in _shapes().finditer(text))
    if any(map(lower.__contains__, _STEMS)):
        for one in _told().finditer(text):
            if (group := one.lastgroup) and (found := _worth(text, one, group)):
                yield found
    for one in _LONG.finditer(text) if digits and len(text) >= _SHORTEST else ():
        if _random(one[0].rstrip("=")) and not _DIGEST_SAID.search(
            text, max(0, one.start() - 40), one.start()
        ):
            yield Found(*one.span(), "secret")


def blocks(text: str) -> Iterator[Found]:
    """Yield each private key in its armour, to its end or to that of the text, however long it is."""
    place = 0 if _BEGIN in text else len(text)
    while one := _PRIVATE.search(text, place):
        end = text.find("-----END ", one.end())
        close = text.find("-----", end + 9) if end >= 0 else -1
        place = close + 5 if close >= 0 else len(text)
        yield Found(one.start(), place, "secret")


def _worth(text: str, one: re.Match[str], group: str) -> Found | None:
    """Return what was told to be a key, unless it is but a word."""
    start, end = one.span(group)
    if text[start] in "\"'" and text[end - 1] == text[start]:
        start, end = start + 1, end - 1
    while end > start and text[end - 1] in ".,;:!?":
        end -= 1
    told = text[start:end]
    if group in {"named", "spoken", "header"} and not _keylike(told, 6 if group == "spoken" else 4):
        return None
    if told.startswith("[") or len(told) < 3:  # noqa: PLR2004  a placeholder, or nothing to speak of
        return None
    return Found(start, end, "password" if group == "user" else "secret")


def _keylike(told: str, least: int) -> bool:
    """Say whether it is more than words: it has a digit, or is too long for one."""
    if len(told) < least:
        return False
    return any(sign.isdigit() for sign in told) or (len(told) >= 20 and " " not in told)  # noqa: PLR2004


def _random(token: str) -> bool:  # noqa: PLR0911  one line for each kind of token
    """Say whether nobody would think of it: letters, large, small, and digits in turn."""
    if token.isalpha() or token.isdigit() or _UUID.fullmatch(token) or _NOSTR.match(token):
        return False
    if _HEX.fullmatch(token):
        return len(token) in _DIGESTS
    if _BASE32.fullmatch(token):
        return sum(sign.isdigit() for sign in token) > 1 and _changes(token) >= len(token) // 5
    if len(token) < 20:  # noqa: PLR2004
        return False
    longest = max(re.split(r"[/_-]", token), key=len)  # words that were joined are no token
    if len(longest) < 12:  # noqa: PLR2004
        return False
    digits = sum(sign.isdigit() for sign in longest)
    if longest.lower() == longest or longest.upper() == longest:
        return len(longest) >= 24 and digits >= 5 and _changes(longest) >= len(longest) * 0.25  # noqa: PLR2004
    if len(longest) >= 32:  # noqa: PLR2004
        return digits > 0 and _changes(longest) >= len(longest) * 0.33
    return digits > 1 and _changes(longest) >= len(longest) * 0.4


def _changes(token: str) -> int:
    """Count how often the kind of sign changes from one to the next."""
    kinds = ["d" if sign.isdigit() else "u" if sign.isupper() else "l" for sign in token]
    return sum(one != other for one, other in pairwise(kinds))
