"""Answer sums: what is twelve times seven, fifteen percent of eighty, which is greater, is it prime."""

# ruff: noqa: E501  a pattern reads best in one line

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING

from hub.intents.calculator import NotReal, Parser, TooLarge, spoken, tokenize
from hub.intents.intent import Intent, Question, also

if TYPE_CHECKING:
    from collections.abc import Callable

_ECHO = {
    "*": "times", "/": "divided by", "+": "plus", "-": "minus", "^": "to the power of", "%": "percent",
    "sqrt": "the square root of", "cbrt": "the cube root of", "!": "factorial",
}  # fmt: skip


def _small_fraction(match: re.Match[str]) -> str:
    return f"{match[1]}/{match[2]}" if int(match[1]) < int(match[2]) else match[0]


_PARTS = {"0.5": "half", "0.25": "a quarter", "1 divided by 3": "a third"}


def echo(tokens: list[str]) -> str:
    """Say the expression as it was understood, so that a misheard number is noticed."""
    words: list[str] = []
    for at, token in enumerate(tokens):
        sign = token == "-" and (at == 0 or tokens[at - 1] in ("(", "+", "-", "*", "/", "^"))  # noqa: S105  a sign, not a secret
        words.append("minus" if sign else _ECHO.get(token, token))
    text = re.sub(r"\( (\d+) divided by (\d+) \)", r"\1/\2", " ".join(words))
    text = re.sub(r"^(0\.5|0\.25|1 divided by 3) of (?=\S+$)", lambda m: f"{_PARTS[m[1]]} of ", text)
    text = re.sub(r"^(\d{1,2}) divided by (\d{1,2}) of ", r"\1/\2 of ", text)
    if {"+", "-", "*"}.intersection(tokens):
        text = re.sub(
            r"(?<![\d.)] )(?<!by )(?<!times )\b(\d{1,2}) divided by (\d{1,2})\b(?! divided| times| to the|\.)",
            _small_fraction,
            text,
        )
    text = text.replace("( ", "(").replace(" )", ")")
    text = re.sub(r"to the power of 2(?!\S)", "squared", text)
    text = re.sub(r"to the power of 3(?!\S)", "cubed", text)
    return text[:1].upper() + text[1:]


def _calculate(tokens: list[str] | None) -> str | None:  # noqa: C901, PLR0911  a refusal a line
    if (
        tokens and len(tokens) == 4 and tokens[0] == "-" and tokens[2:] == ["^", "2"]  # noqa: PLR2004  a bound of its kind
    ):  # said, it may mean either
        square = spoken(Fraction(tokens[1]) ** 2)
        return (
            f"Minus {tokens[1]}, squared, is {square}; the negative of {tokens[1]} squared is minus {square}."
        )
    if tokens and re.search(r"sqrt \S+ \^ \S+ [-+]", " ".join(tokens)):  # the root of what: not certain
        return None
    if not tokens or not any(t in "+-*/^%!" or t in ("sqrt", "cbrt", "of", "off", "mod") for t in tokens):
        return None
    if tokens[0] in "+-" and len(tokens) == 2:  # noqa: PLR2004  a signed number is no question
        return None
    try:
        value = Parser(tokens).parse()
    except SyntaxError:
        return None
    except ZeroDivisionError:
        return "Nothing can be divided by zero, so that has no answer."
    except TooLarge:
        return "That number is too large for me to work out."
    except NotReal:
        return "A negative number has no real square root."
    if value.percent:
        if tokens[-1] == "%" and len(tokens) == 2:  # noqa: PLR2004
            return None
        return f"{echo(tokens)} is {spoken(value.number * 100, exact=value.exact)} percent."
    if value.number.numerator.bit_length() > 400:  # noqa: PLR2004  some 120 digits
        digits = len(str(abs(round(value.number))))
        return f"{echo(tokens)} is a number of {digits} digits, too long to say."
    return f"{echo(tokens)} is {spoken(value.number, exact=value.exact)}."


_NOT_SUMS = re.compile(
    r"9 ?/ ?11|24 ?/ ?7|50 ?/ ?50|\d{3}-\d{4}|\d{4}-\d\d?-\d\d?|\d\d?/\d\d?/\d{2,4}|7-11|\d+-\d+-\d+|(?:9|1\d)\d over (?:[5-9]|1[01])\d"
)
_MONEY = re.compile(r"\$ ?(\d+(?:\.\d+)?)|€ ?(\d+(?:\.\d+)?)|(\d+(?:\.\d+)?) ?(dollars?|euros?|bucks|€)")


def _expression(_question: Question, match: re.Match[str]) -> str | None:
    text = match["sum"]
    if _NOT_SUMS.fullmatch(text):
        return None
    text, money = _without_money(text)
    answer = _calculate(tokenize(text))
    if answer and money and answer.endswith(".") and " is " in answer:
        answer = f"{answer[:-1]} {money}."
    return answer


def _without_money(text: str) -> tuple[str, str]:
    """Take one currency out of an expression; money times money is left in, and so declined."""
    found = list(_MONEY.finditer(text))
    if not found or (len(found) > 1 and re.search(r"[*/x]|times|divided", text)):
        return text, ""
    kinds = {"euros" if m[2] or (m[4] or "")[:1] in ("e", "€") else "dollars" for m in found}
    if len(kinds) > 1:
        return text, ""
    return _MONEY.sub(lambda m: m[1] or m[2] or m[3], text), kinds.pop()


def _verb(form: str) -> Callable[[Question, re.Match[str]], str | None]:
    """Return an answer that fills the two named operands into ``form``."""

    def answer(_question: Question, match: re.Match[str]) -> str | None:
        return _calculate(tokenize(form.format(**match.groupdict())))

    return answer


def _spoken_verb(_question: Question, match: re.Match[str]) -> str | None:
    form = {"multiply": "{a} * {b}", "divide": "{a} / {b}", "add": "{a} + {b}"}.get(match["op"], "{b} - {a}")
    return _calculate(tokenize(form.format(**match.groupdict())))


def _list(word: str) -> Callable[[Question, re.Match[str]], str | None]:
    def answer(_question: Question, match: re.Match[str]) -> str | None:
        terms = [Fraction(t) for t in re.findall(r"-?\d+(?:\.\d+)?", match["list"])]
        if len(terms) < 2:  # noqa: PLR2004
            return None
        total = sum(terms, Fraction(0))
        product = Fraction(1)
        for term in terms:
            product *= term
        value = {"sum": total, "product": product, "average": total / len(terms)}[word]
        listed = ", ".join(spoken(t) for t in terms[:-1]) + " and " + spoken(terms[-1])
        return f"The {word} of {listed} is {spoken(value)}."

    return answer


def _what_percent(_question: Question, match: re.Match[str]) -> str | None:
    part, whole = Fraction(match["part"]), Fraction(match["whole"])
    if not whole:
        return "Nothing can be divided by zero, so that has no answer."
    return f"{spoken(part)} is {spoken(part / whole * 100)} percent of {spoken(whole)}."


def _goes_into(_question: Question, match: re.Match[str]) -> str | None:
    small, large = Fraction(match["a"]), Fraction(match["b"])
    if not small:
        return "Nothing can be divided by zero, so that has no answer."
    times, rest = divmod(large, small)
    left = f", with {spoken(rest)} left over" if rest else ""
    return f"{spoken(small)} goes into {spoken(large)} {spoken(Fraction(times))} times{left}."


def _remainder(_question: Question, match: re.Match[str]) -> str | None:
    a, b = int(match["a"]), int(match["b"])
    if not b:
        return "Nothing can be divided by zero, so that has no answer."
    return f"The remainder of {a} divided by {b} is {a % b}."


def _parity(_question: Question, match: re.Match[str]) -> str:
    return f"{match['n']} is {'odd' if int(match['n'][-1]) % 2 else 'even'}."


def _written(text: str) -> str:
    """Write "3 8ths" and "a half" as fractions."""
    found = re.fullmatch(r"(\d|an?) (half|halves|quarters?|\d+)(?:(?:rd|th)s?)?", text)
    if not found:
        return text
    bottom = {"h": "2", "q": "4"}.get(found[2][0], found[2])
    return f"{1 if found[1].startswith('a') else found[1]}/{bottom}"


def _compare(_question: Question, match: re.Match[str]) -> str:
    one, other = _written(match["a"]), _written(match["b"])
    a, b = Fraction(one), Fraction(other)
    more = match["than"] in _MORE
    right = a > b if more else a < b
    if a == b:
        return f"No, {one} and {other} are equal."
    return f"{'Yes' if right else 'No'}, {one} is {'greater' if a > b else 'less'} than {other}."


_MORE = frozenset({"greater", "more", "bigger", "larger", "higher"})


def _which(_question: Question, match: re.Match[str]) -> str:
    b, a = sorted((_written(match["a"]), _written(match["b"])), key=Fraction)
    if Fraction(a) == Fraction(b):
        return "They are equal."
    return f"{a} is greater than {b}." if match["than"] in _MORE else f"{b} is less than {a}."


def _equal(_question: Question, match: re.Match[str]) -> str | None:
    sides = []
    for text in (match["left"], match["right"]):
        try:
            sides.append(Parser(tokenize(text) or []).parse())
        except (SyntaxError, TooLarge, NotReal, ZeroDivisionError):
            return None
    left, right = sides
    if not (left.exact and right.exact):
        return None
    if left.number == right.number:
        return "Yes, they are equal."
    return f"No, {match['left']} is {spoken(left.number)}."


def _in_base(_question: Question, match: re.Match[str]) -> str:
    kind = {"binary": "b", "octal": "o"}.get(match["base"], "X")
    return f"{match['n']} is {int(match['n']):{kind}} in {'hexadecimal' if kind == 'X' else match['base']}."


def _one_number(_question: Question, match: re.Match[str]) -> str | None:
    value = Fraction(match["n"].replace("minus ", "-"))
    if match["what"] == "reciprocal":
        return f"The reciprocal of {match['n']} is {spoken(1 / value)}." if value else None
    result = abs(value) if match["what"] == "absolute value" else -value
    return f"The {match['what']} of {match['n']} is {spoken(result)}."


def _nth_root(_question: Question, match: re.Match[str]) -> str | None:
    order, number = int(match["n"]), int(match["of"])
    if not 2 <= order <= 60:  # noqa: PLR2004
        return None
    near = round(number ** (1 / order))
    whole = next((k for k in (near - 1, near, near + 1) if k >= 0 and k**order == number), None)
    value = Fraction(whole) if whole is not None else Fraction(round(number ** (1 / order) * 10**6), 10**6)
    return f"The {order}th root of {number} is {spoken(value, exact=whole is not None)}."


def _together(_question: Question, match: re.Match[str]) -> str | None:
    return _calculate([match["a"], "+", match["b"]])


def _parts_in(_question: Question, match: re.Match[str]) -> str:
    """Say how many thirds there are in a number."""
    size = {"halves": 2, "quarters": 4}.get(match["part"]) or int(re.sub(r"\D", "", match["part"]))
    whole = Fraction(1) if match["n"] == "a whole" else Fraction(match["n"])
    return f"That is {spoken(whole * size)}."


def _dozen(_question: Question, match: re.Match[str]) -> str | None:
    return f"That is {match['n']}." if match["n"] and re.search(r"dozen", _question.raw.lower()) else None


_N = r"-?\d+(?:\.\d+)?"
PLURALS = {
    "twos": 2,
    "threes": 3,
    "fours": 4,
    "fives": 5,
    "sixes": 6,
    "sevens": 7,
    "eights": 8,
    "nines": 9,
    "tens": 10,
    "elevens": 11,
    "twelves": 12,
}
_R = r"-?\d+/[1-9]\d*|(?:\d|an?|1) (?:half|halves|quarters?|(?:3|5|6|7|8|9|10|12)(?:rd|th)s?)|-?\d+(?:\.\d+)?|an? (?:half|quarter)"
_ASK = (
    r"(?:what is|what are|what does|what do|how much is|how much are|how much does|calculate|compute"
    r"|work out|solve|evaluate|give me"
    r"|what would be|what would|can you do|do|the answer to|what is the (?:result|answer|value) of)"
)
_LISTED = rf"(?P<list>{_N}(?:(?: and| ,)? {_N})+)"

INTENTS = (
    Intent(
        rf"(?:is|are) (?P<a>{_R}) (?P<than>greater|more|bigger|larger|higher|less|smaller|lower"
        rf"|fewer) than (?P<b>{_R})",
        _compare,
    ),
    Intent(
        rf"(?:which|what)(?: number| fraction| 1)? is (?:the )?(?P<than>greater|more|bigger|larger|higher|less|smaller"
        rf"|lower)(?: number| fraction)? (?P<a>{_R}) or (?P<b>{_R})"
        rf"|(?:is|are) (?P<a2>{_R}) or (?P<b2>{_R}) (?:the )?(?P<than2>greater|more|bigger|larger|higher|less|smaller|lower)(?: number| fraction)?",
        lambda q, m: _which(q, also(m, a="a2", b="b2", than="than2")),
    ),
    Intent(
        r"(?:does|do|is|are) (?P<left>.*\d.*?) (?:equal|equals|equal to|the same as|make) (?P<right>.*\d.*)",
        _equal,
    ),
    Intent(
        rf"(?:{_ASK} |convert )?(?P<n>\d{{1,18}}) (?:in|to|into|as) (?P<base>binary|hex|hexadecimal|octal)",
        _in_base,
    ),
    Intent(r"how (?:many|much) is (?P<n>\d+)|how many (?:is|are) (?:in )?(?:a|1) dozen", _dozen),
    Intent(rf"(?:{_ASK} )?(?:the )?sum of {_LISTED}", _list("sum")),
    Intent(rf"(?:{_ASK} )?(?:the )?product of {_LISTED}", _list("product")),
    Intent(rf"(?:{_ASK} )?(?:the )?(?:average|mean) of {_LISTED}", _list("average")),
    Intent(
        rf"(?:{_ASK} )?(?P<a>\d{{1,6}}) (?P<b>{'|'.join(PLURALS)})(?: is| are| make| equal)?",
        lambda _q, m: _calculate([m["a"], "*", str(PLURALS[m["b"]])]),
        tuple(PLURALS),
    ),
    Intent(rf"(?:{_ASK} )?(?:add|add up|total|sum) {_LISTED}", _list("sum")),
    Intent(
        rf"(?:how much|what) (?:do|does|is|are|would) (?P<a>{_N}) and (?P<b>{_N}) (?:make|add up to|come to|together|equal|give|altogether|added together)",
        _together,
        (" and ",),
    ),
    Intent(
        rf"(?:{_ASK} )?(?P<a>{_N}) (?:lots of|groups of|sets of|sets? of) (?P<b>{_N})",
        _verb("{a} * {b}"),
        ("lots of", "groups of", "sets of"),
    ),
    Intent(
        rf"(?:what|which) (?:number|amount)? ?(?:is|are) (?P<a>{_N}) ?(?:%|percent|per cent) of (?P<b>{_N})",
        _verb("{a} % of {b}"),
        ("%", "per"),
    ),
    Intent(rf"(?:{_ASK} )?share (?P<a>{_N}) by (?P<b>{_N})", _verb("{a} / {b}"), ("share",)),
    Intent(rf"(?:{_ASK} )?(?P<a>{_N}) (?:subtracted|taken away|taken) from (?P<b>{_N})", _verb("{b} - {a}")),
    Intent(
        rf"(?:what do (?:you|i) get|what happens|what is the result) (?:if|when) (?:you|i|we) (?P<op>multiply|divide|add|subtract|take) (?P<a>{_N}) (?:by|and|to|from|with) (?P<b>{_N})",
        _spoken_verb,
        ("what",),
    ),
    Intent(r"(?:is )?(?:even or odd|odd or even) (?P<n>\d{1,30})", _parity),
    Intent(rf"(?:{_ASK} )?add (?P<a>{_N}) (?:and|to|plus) (?P<b>{_N})", _verb("{a} + {b}")),
    Intent(rf"(?:{_ASK} )?add (?P<a>{_R}) (?:and|to|plus) (?P<b>{_R})", _verb("{a} + {b}"), ("add",)),
    Intent(
        rf"how many (?P<part>halves|quarters|(?:3|5|6|7|8|9|10)(?:rd|th)s) (?:are (?:there )?|is |go |fit |make (?:up )?)?(?:in |into )?(?P<n>{_N}|a whole)",
        _parts_in,
        ("halves", "quarters", "rds", "ths"),
    ),
    Intent(rf"(?:{_ASK} )?(?:subtract|take) (?P<a>{_N}) (?:away )?from (?P<b>{_N})", _verb("{b} - {a}")),
    Intent(rf"(?:{_ASK} )?multiply (?P<a>{_N}) (?:by|and|with|times) (?P<b>{_N})", _verb("{a} * {b}")),
    Intent(rf"(?:{_ASK} )?divide (?P<a>{_N}) by (?P<b>{_N})", _verb("{a} / {b}")),
    Intent(
        rf"(?:{_ASK} )?(?:the )?difference between (?P<a>{_N}) and (?P<b>{_N})",
        lambda _q, m: f"The difference is {spoken(abs(Fraction(m['a']) - Fraction(m['b'])))}.",
    ),
    Intent(
        rf"what (?:%|percent|percentage|per cent) of (?P<whole>{_N}) (?:is|are) (?P<part>{_N})",
        _what_percent,
    ),
    Intent(rf"(?P<part>{_N}) is what (?:%|percent|percentage|per cent) of (?P<whole>{_N})", _what_percent),
    Intent(
        rf"(?:what is )?(?P<part>{_N}) (?:out )?of (?P<whole>{_N}) (?:as an?|in) (?:%|percent|percentage"
        rf"|per cent)",
        _what_percent,
    ),
    Intent(rf"how many times does (?P<a>{_N}) (?:go|fit) into (?P<b>{_N})", _goes_into),
    Intent(rf"how many (?P<a>\d+)s (?:are )?(?:there )?in (?P<b>{_N})", _goes_into),
    Intent(
        r"(?:what is )?(?:the )?remainder (?:of|when|if) (?P<a>\d{1,30}) (?:is "
        r")?(?:divided )?by (?P<b>\d{1,30})",
        _remainder,
    ),
    Intent(r"is (?P<n>\d{1,30}) (?:an? )?(?:odd|even)(?: number)?(?: or (?:odd|even)(?: number)?)?", _parity),
    Intent(
        rf"(?:{_ASK} )?(?:an? )?(?P<a>{_N}) ?(?:%|percent|per cent) (?:tip|discount|increase) (?:on|for|from"
        rf"|of|off) \$?(?P<b>{_N})(?: dollars?| euros?)?",
        _verb("{a} % of {b}"),
    ),
    Intent(
        rf"(?:{_ASK} )?(?:the )?(?P<what>reciprocal|absolute value|opposite|negative) of (?P<n>-?\d+(?:\.\d+)?|minus \d+(?:\.\d+)?|\d+/[1-9]\d*)",
        _one_number,
    ),
    Intent(
        rf"(?:{_ASK} )?(?:the )?(?P<n>\d{{1,2}})th root of (?P<of>\d{{1,15}})",
        _nth_root,
        ("root",),
    ),
    Intent(
        r"what is (?P<n>\d+)",
        lambda q, m: f"That is {m['n']}." if "dozen" in q.said else None,
    ),
    Intent(
        rf"(?:{_ASK} )?(?P<sum>.*(?:\d|\bhalf\b|\bquarter\b).*?)(?: ?=| equal(?:s)?(?: to)?| make| come to"
        rf"| is| be)?(?: what| how much)?",
        _expression,
    ),
)
