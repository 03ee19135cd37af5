"""Take out of a log line what may not be in it: secrets, by their looks and by their names; words of a talk.

Whatever is logged comes back as plain data of bounded size: strings, numbers, lists and dicts, without
control characters, so that a line stays one line whatever it was made of.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cache, lru_cache
from typing import Any

GONE = "[redacted]"
LONGEST, LONGEST_TRACEBACK = 2_000, 8_000
"""Characters of one string that are kept; of a traceback, half from each end."""

_JSON_INTEGERS = 1 << 63
MOST, DEEPEST = 50, 5
"""Items of one collection that are kept, and how deep collections may lie in each other."""

_VALUE = r"""(?:b?"(?:\\.|[^"\\])*(?:"|\Z)|b?'(?:\\.|[^'\\])*(?:'|\Z)|[^\s,;&"'<>)}\]]+)"""
_NAMES = (
    r"(?:pass(?:word|wd|phrase)|secret|token|api[_-]?key|(?:private|access|signing|encryption|master)[_-]?key"
    r"|macaroon|credentials?|mnemonic|preimage|nsec|claim[_-]?code|otp)"
)


TOKENS = r"""
      n(?:crypt)?sec1[0-9a-z]{6,}
    | (?:xai|sk|xox[abeprs])-[A-Za-z0-9_-]{8,}
    | (?:gh[pousr]|hf|github_pat)_[A-Za-z0-9_]{16,}
    | AKIA[0-9A-Z]{16} | AIza[0-9A-Za-z_-]{30,}
    | eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.?[A-Za-z0-9_-]*
    | (?-i:MDA|Ag[EI])[A-Za-z0-9+/_-]{24,}=* | 0201[0-9a-f]{48,}
"""
"""Keys by the shape that their makers gave them, for a verbose pattern: what neither lines of the log nor
words to a model may hold (`hub.llm.private.redaction.keys` knows more of them)."""


@cache  # it takes a twentieth of a second to compile, and most lines never need it
def _looks() -> re.Pattern[str]:
    """Return what a secret looks like."""
    return re.compile(
        rf"""
      -----BEGIN\ [A-Z ]*PRIVATE\ KEY-----.*?(?:-----END\ [A-Z ]*PRIVATE\ KEY-----|\Z)
    | (?P<input>\binput_value=).*?(?=,\ input_type=|\Z)
    | (?P<path>/(?:claim|invite|join|pair)/)[^\s/?#"'&<>{{]+
    | (?P<header>\b(?:(?:proxy-)?authorization|(?:set-)?cookie)b?["']?\s*(?:[:=]|,)\s*)
        (?:b?"(?:\\.|[^"\\])*(?:"|\Z)|b?'(?:\\.|[^'\\])*(?:'|\Z)|[^\r\n"']+)
    | (?P<scheme>\b(?:bearer|l402|lsat|macaroon)\s+)[^\s"',;<>]{{8,}}
    | (?P<query>[?&](?:key|code|auth|sig|signature)=)[^\s&"'<>]+
    | (?P<named>{_NAMES}["']?\s*(?:[:=]|,\s*(?=b?["']))\s*){_VALUE}
    | (?<=://)[^/\s:@]*:[^\s@]+(?=@)
    | (?P<cookie>(?<![A-Za-z0-9])hub_[0-9a-z]{{4,16}}=)[^\s;,"']+
    | (?<![A-Za-z0-9])(?:
          {TOKENS}
      )
    """,
        re.VERBOSE | re.DOTALL | re.IGNORECASE,
    )


# Nobody's word has 40 letters, large, small and digits: a token whose kind we do not know.
_RANDOM = re.compile(
    r"(?<![A-Za-z0-9_-])(?=[A-Za-z0-9_-]{40})(?=[a-z0-9_-]*[A-Z])(?=[A-Z0-9_-]*[a-z])(?=[A-Za-z_-]*[0-9])"
    r"[A-Za-z0-9_-]{40,}"
)
_PLAIN = re.compile(r"[A-Za-z.]{0,23}|[0-9a-f]{16}|[0-9a-f]{32}")
"""What is shorter than any token, of letters only, and names no value; and the ids of turns and traces."""

_HINTS = (
    "pass", "secret", "token", "key", "macaroon", "credential", "mnemonic", "preimage", "nsec", "sec1",
    "claim", "invite", "/join", "/pair", "authorization", "cookie", "bearer", "l402", "lsat", "input_value",
    "://", "hub_", "xai-", "sk-", "xox", "ghp", "gho", "ghu", "ghs", "ghr", "hf_", "github_pat", "akia",
    "aiza", "eyj", "mda", "age", "agi", "0201", "otp", "?", "&",
)  # fmt: skip
"""What `_looks` matches has one of these in it: most lines have none, and cost nothing."""
_KEPT = ("input", "path", "header", "scheme", "query", "named", "cookie")

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_SECRETS = {
    "password", "passwd", "passphrase", "secret", "secrets", "token", "apikey", "macaroon", "mnemonic",
    "authorization", "cookie", "cookies", "nsec", "credential", "credentials", "preimage", "otp", "pin",
}  # fmt: skip
_KEYS = {"api", "private", "secret", "access", "master", "session", "signing", "encryption"}
_ABOUT = {"count", "name", "names", "type", "length", "limit", "budget", "s", "ms", "expires", "id", "set"}
"""A name that ends so is about a secret, and is none."""

WORDS = {"text", "answer", "words", "said", "transcript", "prompt", "utterance", "question", "reply", "body"}
"""Names under which a person's words would lie."""

# C0 but tab, newline and carriage return; DEL and C1; separators of lines; marks that turn text around.
_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
_BREAK = re.compile(r"\r\n?|\n")
_ESCAPED = {"\n": "\\n", "\r": "\\r", "\r\n": "\\r\\n"}


def redact(text: str) -> str:
    """Return ``text`` without what looks like a secret."""
    if _PLAIN.fullmatch(text):
        return text
    lower = text.lower()
    for hint in _HINTS:  # a loop, not any(): this runs for every string of every line
        if hint in lower:
            text = _looks().sub(_hide, text)
            break
    return _RANDOM.sub(GONE, text) if len(text) >= 40 else text  # noqa: PLR2004  as in the pattern


def _hide(match: re.Match[str]) -> str:
    kept = next((match[name] for name in _KEPT if match[name]), "")
    return kept + GONE


@lru_cache(1_024)
def names_secret(name: str) -> bool:
    """Say whether what is called ``name`` is a secret: ``api_key``, ``sessionToken``, ``Set-Cookie``."""
    words = [word.lower() for word in _WORD.findall(name)]
    if not words or words[-1] in _ABOUT:
        return False
    return bool(_SECRETS.intersection(words)) or (words[-1] == "key" and bool(_KEYS.intersection(words)))


def clean(value: Any, name: str = "", depth: int = 0) -> Any:
    """Return ``value``, which is called ``name``, as plain bounded data without secrets."""
    if value is None or isinstance(value, bool):
        return value
    if name and names_secret(name):
        return GONE
    if isinstance(value, (str, bytes, bytearray)):
        return f"[{len(value)} characters]" if name in WORDS else _line(_text(value))
    if isinstance(value, float) or (isinstance(value, int) and abs(value) < _JSON_INTEGERS):
        return value
    return _collection(value, depth)


def _collection(value: Any, depth: int) -> Any:
    if depth < DEEPEST and isinstance(value, Mapping):
        return _mapping(value, depth)
    if depth < DEEPEST and isinstance(value, Sequence | AbstractSet):
        return _items(value, depth)
    return _line(_describe(value))


def traceback(text: str) -> str:
    """Return a traceback without secrets, its middle cut out when it is long, each line set in.

    A line that is set in cannot pass for a line of the log.
    """
    if len(text) > LONGEST_TRACEBACK:
        half = LONGEST_TRACEBACK // 2
        text = f"{redact(text[: 2 * half])[:half]}\n…\n{redact(text[-2 * half :])[-half:]}"
    lines = _BREAK.split(redact(_encodable(text)))
    return "\n".join("    " + _CONTROL.sub(_escape, line) for line in lines)


def _mapping(value: Mapping[Any, Any], depth: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, item in list(value.items())[:MOST]:
        name = _text(key) if isinstance(key, str | bytes) else _describe(key)
        found[_line(name)] = clean(item, name, depth + 1)
    if len(value) > MOST:
        found["…"] = f"{len(value) - MOST} more"
    return found


def _items(value: Sequence[Any] | AbstractSet[Any], depth: int) -> list[Any]:
    items = list(value)
    if len(items) == 2 and isinstance(items[0], str | bytes) and names_secret(_text(items[0])):  # noqa: PLR2004
        return [_line(_text(items[0])), GONE]  # a header, or another pair
    found = [clean(item, "", depth + 1) for item in items[:MOST]]
    return [*found, f"… {len(items) - MOST} more"] if len(items) > MOST else found


def _text(value: str | bytes | bytearray) -> str:
    return (
        value if isinstance(value, str) else bytes(value[: 2 * LONGEST]).decode("utf-8", "backslashreplace")
    )


def _describe(value: object) -> str:
    try:
        return str(value)
    except Exception as error:  # noqa: BLE001  anything may be logged, and nothing may break the log
        return f"<{type(value).__name__}: {type(error).__name__}>"


def _line(text: str) -> str:
    """Return ``text`` on one line, without secrets, and cut."""
    if _PLAIN.fullmatch(text):
        return text
    # Cut after redaction, lest half a secret look like none; and before it, lest it take for ever.
    found = redact(_encodable(text[: 2 * LONGEST]))
    found = _CONTROL.sub(_escape, _BREAK.sub(lambda match: _ESCAPED[match[0]], found))
    return found if len(found) <= LONGEST else f"{found[:LONGEST]}… {len(text) - LONGEST} more"


def _encodable(text: str) -> str:
    """Return ``text`` with half surrogate pairs, which no encoding can carry, as question marks."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _escape(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"
