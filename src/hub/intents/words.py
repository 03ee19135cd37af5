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
wot what
wots what's
wats what's
menny many
inchs inches
meeter metre
meeters metres
killogram kilogram
killograms kilograms
keelo kilo
keelos kilos
wats what's
leapyear leap_year
leapyears leap_years
tyme time
meny many
gonna going_to
fore four
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
    (r"\b((?:year|month|week|day|hour|minute)s)'(?= )", r"\1"),
    (r"\bo'? ?clock\b", "oclock"),
    (r"\bfluid oz\b", "fl oz"),
    (r"\brite(?= now\b)", "right"),
    (r"\b(what|how|who|when|where|that|there|it|today|tomorrow)'?s\b(?!')(?= |$)", r"\1 is"),
    (r"\b(today|tomorrow|yesterday) is (date|day|weekday|news|headlines|weather|forecast)\b", r"\1s \2"),
    (r"\b(what|how|who|when|where|there|it) is been\b", r"\1 has been"),
    (r"\b(what|how|who|when)'?re\b", r"\1 are"),
    (r"\b(how (?:long|much|far|old))'s\b", r"\1 is"),
    (r"\bi'm\b|\bim\b", "i am"),
    (r"\b(you|they)'re\b", r"\1 are"),
    (r"\bwe're\b", "we are"),
    (r"\bi'd\b", "i would"),
    (r"\bi've\b", "i have"),
    (r"\byou've\b", "you have"),
    (r"\bwhat'll\b", "what will"),
    (r"\bcan't\b", "cannot"),
    (r"n't\b", " not"),
    (r"(?<=\d),(?=\d{3}(?!\d))", ""),
    (r"(?<![\d.,])(\d{1,3}) 000(?= 000\b)", r"\g<1>000"),
    (r"(?<![\d.,])(\d{1,6}) 000(?![\d.,])", r"\g<1>000"),
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
    (r"\btoo the (?=power\b|\w+ power\b)", "to the "),
    (r"\bto the second( power)?$", "to the 2nd power"),
    (r"\b(?:a couple(?: of)?)(?= (?:hour|minute|day|week|month|year|mile|cup|pound|kilo|lit|inch|feet|foot))", "2"),
)  # fmt: skip
_CAN_YOU = (
    r"(?:can|could|would|will|are) you (?:please |just |quickly |kindly |possibly |able to |maybe )*"
    r"(?:tell|give|show|say|check(?= (?:what|when|how|which)\b)|calculate|compute|convert|work out|figure out|help|remind|let me know)"
    r"(?: me| us)?(?: out)?(?: (?:to )?(?:figure|find|work) out)?"
)
_LEAD = re.compile(
    r"^(?:(?:um+|uh+|er+|erm+|hmm+|ah|oh|so|well(?! done)|okay|ok|hey|hi|hello|please|alright|right|now|and|but"
    r"|like|just|sorry(?! (?:about|for) (?:that|this|it)\b)|excuse me|yo|yes|yeah|hm+|mm+|let us see|let me see|let me think"
    r"|actually|quick question|one question|question|listen|hub|timmy|computer|there(?= (?:hub|what|how))"
    r"|good (?:morning|afternoon|evening)"
    rf"|{_CAN_YOU}"
    r"|(?:would|do) you mind (?:telling|letting) me(?: know)?"
    r"|do you think you (?:can|could) tell me|if you (?:can|could|would|do not mind)|i need your help"
    r"|do you (?:happen to )?know(?! (?:what|who|how) (?:i|you) (?:mean|am|are)\b)"
    r"|i (?:just )?(?:want|need|would like|would love|wanna)(?: you)? to (?:know|find out|ask(?: you)?|check|tell me)"
    r"|i wonder(?:ed)?|i (?:am|was) (?:just )?wondering(?: if you (?:could|can) tell me)?"
    r"|any (?:idea|chance you know)|my question is|the question is|here is (?:a|my) question"
    r"|(?:please )?(?:just )?tell (?:me|us)|let (?:me|us) know|check(?= (?:what|when|how|which)\b)|remind me(?= what| how many| which)|you know|say(?= what)"
    r"|for me|quickly|roughly|approximately|exactly|basically|honestly|mate|buddy|friend|dear) +)+"
)  # fmt: skip
_TAIL = re.compile(
    r"(?:(?<! the)(?<! this)(?<! my)(?<! your)(?<! our)(?<! a)(?<! which)(?<!say that)(?<!come)(?<!bye for) +(?:please|right now|now|currently|at (?:the|this|the very) (?:moment|minute|mo)|at present|as we speak|for me|thanks|thank you|hub|exactly|timmy"
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


# what only leads up to a question, or rounds it off; taken off when the whole was not understood
_PREAMBLE = (
    r"(?:to (?:bother|trouble|disturb) you|sorry|pardon(?: me)?|excuse me|forgive me|i hope you do not mind(?: me asking)?|i (?:do not|did not) (?:want|mean) to bother you"
    r"|(?:i know )?(?:it is|this is|that is)? ?(?:just )?(?:a |an )?(?:bit of a )?(?:silly|stupid|dumb|odd|strange|random|weird|quick|simple) (?:question|one)(?: i know)?"
    r"|(?:one|1) (?:more|last) (?:thing|question)|while you are at it|by the way|here goes|help me out(?: here)?"
    r"|i (?:always |keep |have |just |can |could )*(?:forgot|forget|forgotten|never remember|not remember|cannot remember|am not sure|do not know)"
    r"|i (?:am |was )?(?:trying|want|would like|need) to (?:work out|figure out|remember|ask(?: you)?|know)|i need (?:to know|you to tell me|help with)"
    r"|(?:may|can|could|might) i (?:just |please )*(?:ask(?: you)?(?: something)?|trouble you for|bother you for|have|get|know)"
    r"|(?:can|could|would|will) you (?:please |just )*(?:do me a favou?r and tell me|be so kind(?: as)?(?: to tell me)?|kindly(?: tell me)?|let me know|explain|say)"
    r"|(?:be a (?:dear|darling|love)|do me a favou?r) and tell me|it would be nice to know|i would be grateful to know|(?:do you have|have you(?: got)?) any idea"
    r"|(?:my|our|the) (?:son|daughter|wife|husband|kid|kids|children|teacher|mum|mom|mother|dad|father|boss|grandson|granddaughter|friend|neighbour|neighbor)"
    r" (?:asks?|wants? to know|asked(?: me)?|is asking|keeps asking|needs? to know)"
    r"|(?:this is )?for (?:my |a |the |our )?(?:homework|school|recipe|cake|work|class)|let me ask you(?: something| this)?|i (?:have|got) a question(?: for you)?"
    r"|according to (?:the|my|your) (?:calendar|clock)|by (?:the|my|your) (?:calendar|clock)|if i am not mistaken|as of (?:now|today))"
)
_ADDRESS = r"(?:my )?(?:dear|love|darling|pal|sweetheart|honey|sir|madam|dude|bro|old chap|friend)"
_CODA = (
    r"(?:if you (?:please|would|will)|would you|will you|could you|can you|for us|do you (?:think|reckon|suppose)|you reckon|i need to know|i forgot|i forget"
    r"|i cannot remember|for (?:my |a |the )?(?:homework|school|recipe|cake)|in (?:total|all)|altogether|anyway|just now|as of now|already|yet|or not|as a whole|off the top of your head)"
)
_UNDER_TEN = r"(?:one|two|three|four|five|six|seven|eight|nine)"
_TENS_AND = (
    r"(?:ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?: "
    + _UNDER_TEN
    + r")?)"
)
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
    (rf"^(?:{_PREAMBLE}(?: to bother you| to ask| again| but| and| so| {_ADDRESS})* )+(?=\S+ \S)", ""),
    (rf"^(?:{_ADDRESS} )+(?=\S+ \S)", ""),
    (rf"(?: {_CODA}| {_ADDRESS})+$", ""),
    (r"^(?:can|could|would|will) you (?:please |just |quickly |kindly )*(?=(?:add|multiply|divide|subtract|take|split|round|simplify|work|flip|toss|roll|throw|pick|choose|count|solve|check|list|double|halve|spell|convert|introduce|explain|describe|repeat)\b)", ""),
    # letters that a recogniser spells out
    (r"\b(?:i p|o s|c p u|g p u|s s d|l l m)\b", lambda m: m[0].replace(" ", "")),
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
    (r"(?<=how many )(?:weaks|weak)\b", "weeks"),
    (r"(?<=how many )ours?\b", "hours"),
    (r"(?<=how many )bites\b", "bytes"),
    (r"(?<=how many )mails\b", "miles"),
    (r"\b(are|is) their\b", r"\1 there"),
    (r"\b(centi|kilo|milli) (met(?:re|er)s?|lit(?:re|er)s?|grams?)\b", r"\1\2"),
    (r"\b(tea|tee|table) (spoons?)\b", lambda m: f"{'table' if m[1] == 'table' else 'tea'}{m[2]}"),
    (r"\b(half|quarter) passed\b", r"\1 past"),
    (r"\b(week|work) days\b", r"\1days"),
    (r"\bmins\b", "minutes"),
    (r"\bhrs\b", "hours"),
    (r"^what is (?:my|his|her|their|someone's|somebody's) age (?=(?:if|when) )", "how old is someone "),
    (r"\btime diff\b", "time difference"),
    (r"^(?=(?:seconds|minutes|hours|days|weeks|months|weekdays|working days) (?:between|from|until|till|since) )", "how many "),
    (r"\b(?:this|the) coming year\b", "next year"),
    (r"^(how many [a-z]+) (?:has|have|does|do) (an? [a-z ]+?) (?:got|have|contain)( in (?:it|them))?$", r"\1 are in \2"),
    (r"^how many more (?=(?:days|weeks|months|years|hours|minutes|seconds|sleeps|nights|weekends|weekdays|working days) (?:until|till|til|to|before|are|is|do)\b)", "how many "),
    (r"^how many (years|months|weeks|hours)(?: months| weeks)* and (?:days|weeks|months|minutes)\b", r"how many \1"),
    (r"\b(square|cube) route of\b", r"\1 root of"),
    (r"^count (?=how many )", ""),
    (r"^watts (?=\d|an? |half|the )", "what is "),
    (r"\bto the power (?:of )?(to|too|for|ate|sex|tree)$", lambda m: f"to the power of {_HEARD[m[1]]}"),
    (r"\b(to|too|for|tree|ate) (?=(?:quarters|thirds|fifths|sixths|eighths|tenths) of )", lambda m: f"{_HEARD[m[1]]} "),
    (r"(?<=what is the )some of (?=\S+ (?:and|plus) )", "sum of "),
    (r"(?<=what is )pie(?= (?:to|rounded) )", "pi"),
    (rf"\b(twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety) (to|too|for|won|ate)(?= {_OPERATOR}|$)", lambda m: f"{m[1]} {_HEARD[m[2]]}"),
    (rf"\b({_UNDER_TEN}) ({_TENS_AND})(?= {_OPERATOR}\b)", r"\1 hundred and \2"),
    (rf"\b(of|by|plus|minus|times|off|on) ({_UNDER_TEN}) ({_TENS_AND})$", r"\1 \2 hundred and \3"),
    (r"^(?:what is )?(?:the )?(?:number|count) of (?=\S+ (?:in|per|until|till|between|from|since|left)\b)", "how many "),
    (r"(?<=what is the )whether\b", "weather"),
    (r"^(what is )to (?=[a-z]+ in [a-z]+$)", r"\1two "),
    # an order of words as in an indirect question: "what the time is", "how many feet there are in a mile"
    (r"^(how many .+?) there (are|is)\b", r"\1 \2 there"),
    (r"^(what|when|who|how old|how long|how far|how full|how hot|how busy) ((?!is\b|are\b|was\b|time\b|will\b|do\b|does\b|day is).+) (is|are|was|will be)$", r"\1 \3 \2"),
    (r"^how much (.+) is$", r"how much is \1"),
    (r"^(what (?:time|day|date|year|month|week)) (it|that|today|tomorrow) (is|was|will be) (.+)$", r"\1 \3 \2 \4"),
    (r"^what (?:would|might|could|should) (.+) be$", r"what is \1"),
    (r"^(?:what about|how about|and) ", "what is "),
    (r"^(is it|are we|are you|is today) (?:still|already|now|really|actually) ", r"\1 "),
)  # fmt: skip


def mended(text: str) -> str:
    """Return a cleaned ``text`` as it was most likely meant, if a recogniser misheard it.

    Only for a question that had no answer as it stood; most texts come back unchanged.
    """
    for pattern, by in _MENDS:
        text = re.sub(pattern, by, text)
    return text
