"""Bring what people say or type into one plain form: lower case, no fillers, numbers as digits."""

# ruff: noqa: E501  a pattern reads best in one line

from __future__ import annotations

import re
import unicodedata
from functools import cache

from hub.intents.numbers import numbers

_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
_DAYS = "monday|tuesday|wednesday|thursday|friday|saturday|sunday"

# what is typed or heard | what is meant; whole words
_SLIPS = """
celcius celsius
celsuis celsius
centigrades celsius
farenheit fahrenheit
fahrenhiet fahrenheit
farenheight fahrenheit
fahrenheight fahrenheit
farhenheit fahrenheit
kilometere kilometre
kilometeres kilometres
milimeter millimetre
milimeters millimetres
mililiter millilitre
mililiters millilitres
centimentres centimetres
centimters centimetres
ounzes ounces
tommorow tomorrow
tommorrow tomorrow
tomorow tomorrow
tomorro tomorrow
yesteday yesterday
yesturday yesterday
febuary february
feburary february
janurary january
septemeber september
wendesday wednesday
wensday wednesday
wednsday wednesday
thurday thursday
thrusday thursday
teusday tuesday
tuseday tuesday
saterday saturday
firday friday
chrismas christmas
christams christmas
cristmas christmas
x-mas xmas
haloween halloween
calender calendar
temprature temperature
tempature temperature
wat what
waht what
wht what
whats what's
hwo how
teh the
pls please
plz please
thx thanks
untill until
squareroot square_root
persent percent
percents percent
devided divided
multipled multiplied
"""

_SPELLED = (
    (r"[‘’´`′]", "'"),  # noqa: RUF001  what keyboards make of an apostrophe
    (r"[“”″]", '"'),
    (r"\bo'? ?clock\b", "oclock"),
    (r"\b(what|how|who|when|where|that|there|it|today|tomorrow)'?s\b(?!')(?= |$)", r"\1 is"),
    (r"\b(today|tomorrow|yesterday) is (date|day|weekday)\b", r"\1s \2"),
    (r"\b(what|how|who|when)'?re\b", r"\1 are"),
    (r"\bi'm\b|\bim\b", "i am"),
    (r"\byou're\b", "you are"),
    (r"\bwe're\b", "we are"),
    (r"\bi'd\b", "i would"),
    (r"\bi've\b", "i have"),
    (r"\byou've\b", "you have"),
    (r"\bwhat'll\b", "what will"),
    (r"\bcan't\b", "cannot"),
    (r"n't\b", " not"),
    (r"(?<=\d),(?=\d{3}(?!\d))", ""),
    (r"(?<=\d) ?°", " degrees "),
    (r"°", " degrees "),
    (r"(?<=\d)\s?p\.? ?m\b\.?|\bp\. ?m\b\.?", " pm"),
    (r"(?<=\d)\s?a\.? ?m\b\.?|\ba\.m\b\.?", " am"),
    (r"(\d)' ?(\d{1,2}(?:\.\d+)?)(?:\"|''|(?= )|$)", r"\1 feet \2 inches "),
    (r"(?<![\d'])(\d+)'(?=\s|$|\?)", r"\1 feet "),
    (r"(?<![\"\d.])(\d+(?:\.\d+)?)(?:\"|'')", r"\1 inches "),
    (r"(?<=\d)!(?=$| )", " factorial"),
    (r"\? ?=|= ?\?", " "),
    (r"(?<![\w.])\.(?=\d)", "0."),
    (r"[?!;\"]|\.{2,}|\.(?=\s|$)|,(?!\d)|:(?=\s|$)", " "),
    (r",", " "),
    (r"(?<=[a-z])-(?=[a-z])", " "),
    (r"(?<=\d)-(?=(?:year|day|week|month|hour|minute|second|mile|foot|feet|inch|gallon|litre|liter|pound)s?\b)", " "),
    (r"\bhalf a dozen\b", "6"),
    (rf"\bsecond(?= (?:of )?(?:{_MONTHS}|{_DAYS}|week|quarter|last)\b)", "2nd"),
    (rf"\b(twenty|thirty) second(?= (?:of )?(?:{_MONTHS})\b)", r"\1 2nd"),
    (rf"\b({_MONTHS})( the)? (twenty )?second\b", r"\1 \g<3>2nd"),
    (r"\b(twenty) 2nd\b", "22nd"),
    (r"\bto the second( power)?$", "to the 2nd power"),
    (r"\b(?:a couple(?: of)?)(?= (?:hour|minute|day|week|month|year|mile|cup|pound|kilo|lit|inch|feet|foot))", "2"),
)  # fmt: skip
_CAN_YOU = (
    r"(?:can|could|would|will|are) you (?:please |just |quickly |kindly |possibly |able to |maybe )*"
    r"(?:tell|give|show|say|calculate|compute|convert|work out|figure out|help|remind|let me know)"
    r"(?: me)?(?: out)?(?: (?:to )?(?:figure|find|work) out)?"
)
_LEAD = re.compile(
    r"^(?:(?:um+|uh+|er+|erm+|hmm+|ah|oh|so|well|okay|ok|hey|hi|hello|please|alright|right|now|and|but"
    r"|like|just|sorry|excuse me|yo|yes|yeah|hm+|mm+|let us see|let me see|let me think"
    r"|actually|quick question|one question|question|listen|hub|timmy|computer|there(?= (?:hub|what|how))"
    r"|good (?:morning|afternoon|evening)"
    rf"|{_CAN_YOU}"
    r"|(?:would|do) you mind (?:telling|letting) me(?: know)?"
    r"|do you think you (?:can|could) tell me|if you (?:can|could|would|do not mind)|i need your help"
    r"|do you (?:happen to )?know(?! (?:what|who|how) (?:i|you) (?:mean|am|are)\b)"
    r"|i (?:just )?(?:want|need|would like|would love|wanna)(?: you)? to (?:know|find out|ask(?: you)?|check|tell me)"
    r"|i wonder(?:ed)?|i (?:am|was) (?:just )?wondering(?: if you (?:could|can) tell me)?"
    r"|any (?:idea|chance you know)|my question is|the question is|here is (?:a|my) question"
    r"|(?:please )?(?:just )?tell me|let me know|remind me(?= what| how many| which)|you know|say(?= what)"
    r"|for me|quickly|roughly|approximately|exactly|basically|honestly|mate|buddy|friend|dear) +)+"
)  # fmt: skip
_TAIL = re.compile(
    r"(?: +(?:please|right now|now|currently|at the moment|for me|thanks|thank you|hub|exactly|timmy"
    r"|today(?= please)|um+|uh+|then|again|actually|approximately|roughly|precisely|computer|mate|buddy"
    r"|do you know|if you know|if you do not mind|by the way|by any chance|i wonder|or so|you know|huh|eh|cheers|or what))+$"
)
_INSIDE = re.compile(
    r" (?:um+|uh+|er+|erm+|please|approximately|roughly|exactly|precisely|like(?= \d)|about(?= \d)|currently)(?= )"
)
_VULGAR = {"½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4", "⅛": "1/8", "⅜": "3/8", "⅝": "5/8",
           "⅞": "7/8", "⅕": "1/5", "⅖": "2/5", "⅗": "3/5", "⅘": "4/5", "⅙": "1/6"}  # fmt: skip


@cache
def _slips() -> dict[str, str]:
    return {wrong: right.replace("_", " ") for wrong, right in map(str.split, _SLIPS.strip().splitlines())}


def plain(text: str) -> str:
    """Return ``text`` in plain form; at most 400 characters are looked at, more is never a short question."""
    return numbers(clean(text))


def clean(text: str) -> str:
    """Return ``text`` in lower case without fillers and punctuation, its number words kept."""
    text = text[:400].replace("²", "^2").replace("³", "^3")
    text = re.sub("[½⅓⅔¼¾⅛⅜⅝⅞⅕⅖⅗⅘⅙]", lambda m: f" {_VULGAR[m[0]]}", text)
    text = unicodedata.normalize("NFKC", text).lower().replace("⁄", "/")  # noqa: RUF001  a fraction slash
    text = re.sub(r"[a-z'-]+", lambda m: _slips().get(m[0], m[0]), text)
    for pattern, by in _SPELLED:
        text = re.sub(pattern, by, text)
    text = " ".join(text.split())
    text = _INSIDE.sub("", f" {text} ").strip()
    short = _LEAD.sub("", text + " ", count=1).strip() or text
    short = _TAIL.sub("", short) or short
    short += " now" if short.endswith(" from") else ""
    return short


_OPERATOR = r"(?:plus|minus|times|multiplied by|divided by|percent of|squared|cubed|to the power)"
_HEARD = {
    "to": "two",
    "too": "two",
    "for": "four",
    "won": "one",
    "ate": "eight",
    "sex": "six",
    "tree": "three",
}
_MENDS = (
    # the same word said twice
    (r"\b([a-z]+)(?: \1\b)+", r"\1"),
    # numbers that were heard as other words, where an operator or a unit leaves no doubt
    (rf"\b(to|too|for|won|ate|tree|sex)(?= {_OPERATOR}\b)", lambda m: _HEARD[m[1]]),
    (
        r"\b(plus|minus|times|divided by|multiplied by) (to|too|for|won|ate|tree|sex)(?= plus| minus| times| divided|$)",
        lambda m: f"{m[1]} {_HEARD[m[2]]}",
    ),
    (r"^((?:what is|how much is|convert) )(too|for|won|ate)(?= [a-z]+ (?:in|to|into) [a-z]+$)", lambda m: m[1] + _HEARD[m[2]]),
    (r"\b(?:weaks|weeks)\b(?= (?:until|till|are|in|from|ago))", "weeks"),
    (r"\bours\b(?= (?:until|till|are|in|from|ago))", "hours"),
    (r"(?<=how many )feat\b", "feet"),
    (r"(?<=what is the )whether\b", "weather"),
    (r"^(what is )to (?=[a-z]+ in [a-z]+$)", r"\1two "),
    # an order of words as in an indirect question: "what the time is", "how many feet there are in a mile"
    (r"^(how many .+?) there (are|is)\b", r"\1 \2 there"),
    (r"^(what|when|who|how old|how long|how far|how full|how hot|how busy) ((?!is\b|are\b|was\b|time\b|will\b|do\b|does\b|day is).+) (is|are|was|will be)$", r"\1 \3 \2"),
    (r"^how much (.+) is$", r"how much is \1"),
    (r"^(what (?:time|day|date|year|month|week)) (it|that|today|tomorrow) (is|was|will be) (.+)$", r"\1 \3 \2 \4"),
    (r"^what (?:would|might|could|should) (.+) be$", r"what is \1"),
    (r"^(?:what about|how about|and) ", "what is "),
)  # fmt: skip


def mended(text: str) -> str:
    """Return a cleaned ``text`` as it was most likely meant, if a recogniser misheard it.

    Only for a question that had no answer as it stood; most texts come back unchanged.
    """
    for pattern, by in _MENDS:
        text = re.sub(pattern, by, text)
    return text
