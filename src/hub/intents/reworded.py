"""Put other ways of asking into the plain one, and answer that: 25s in 400, reduce 45 by a third.

A rewording never reckons: it names the parts and hands a plain question to the subjects that do.
"""

# ruff: noqa: E501  a pattern reads best in one line

from __future__ import annotations

import importlib
import re
from dataclasses import replace
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING

from hub.intents.arithmetic import PLURALS as _PLURALS
from hub.intents.calculator import PI, Value, root, spoken
from hub.intents.integers import from_roman
from hub.intents.intent import Intent, Question, also, says
from hub.intents.measures import convert
from hub.intents.numbers import numbers
from hub.intents.quantity import quantities
from hub.intents.shares import SUM, amount

if TYPE_CHECKING:
    from collections.abc import Callable

_SUBJECTS = ("kitchen", "units", "shares", "stories", "amounts", "integers", "geometry", "arithmetic")
"""Those that a plain question is handed to."""
_REST = (*_SUBJECTS, "reworded", "series", "bills", "letters")


@cache
def _intents(subjects: tuple[str, ...]) -> tuple[Intent, ...]:
    modules = (importlib.import_module(f"hub.intents.{subject}") for subject in subjects)
    return tuple(intent for module in modules for intent in module.INTENTS)


def meant(question: Question, text: str, subjects: tuple[str, ...] = _SUBJECTS) -> str | None:
    """Return the answer to ``text``, which says in plain form what ``question`` asks."""
    asked = replace(question, text=numbers(text), said=text, raw=text)
    return next((told for intent in _intents(subjects) if (told := intent.try_on(asked))), None)


def _led_to(question: Question, match: re.Match[str]) -> str | None:
    """Answer what is left when the words that lead up to it are taken off; it is shorter, so this ends."""
    return meant(question, match["rest"], _REST)


def _as(form: str) -> Callable[[Question, re.Match[str]], str | None]:
    """Return an answer that fills the named groups into ``form``; groups `a`, `a2`, `a3` are one."""

    def answer(question: Question, match: re.Match[str]) -> str | None:
        groups = {name.rstrip("0123456789"): value for name, value in match.groupdict().items() if value}
        return meant(question, form.format(**groups))

    return answer


_OF = {"half": "1/2", "quarter": "1/4", "3rd": "1/3", "5th": "1/5", "10th": "1/10"}


def _by_a_part(question: Question, match: re.Match[str]) -> str | None:
    """Answer "reduce 45 by a third", "half off 39.99"."""
    del question
    part, up = Fraction(_OF[match["part"]]), match["verb"][:2] in ("in", "ra")
    return f"That is {spoken(Fraction(match['n']) * (1 + part if up else 1 - part))}."


def _into(question: Question, match: re.Match[str]) -> str | None:
    """Answer "19 into 247" where it goes; elsewhere "into" may mean times."""
    a, b = int(match["a"]), int(match["b"])
    fits = a and a < b and b % a == 0
    return meant(question, f"how many times does {a} go into {b}") if fits else None


def _floor(question: Question, match: re.Match[str]) -> str | None:
    """Say how large a room is, in the unit that was asked for."""
    a, b = (re.fullmatch(rf"({_POSITIVE}) ?([a-z]*)", match[name]) for name in ("a", "b"))
    if not a or not b or (a[2] and b[2] and a[2][0] != b[2][0]):
        return None
    said = b[2] or a[2] or match["unit"]
    area = spoken(Fraction(a[1]) * Fraction(b[1]))
    same = said[0] == match["unit"][0] or (said == "ft" and match["unit"][0] == "f")
    return (
        f"That is {area} square {match['unit']}."
        if same
        else meant(question, f"{area} square {said} in square {match['unit']}")
    )


def _part_of(question: Question, match: re.Match[str]) -> str | None:
    """Say what part of an amount another is: 6 hours of a day."""
    whole, part = quantities(match["b"].replace("the ", "a ")), quantities(match["a"])
    for a in part:
        for b in whole:
            if (
                a.unit.kind == b.unit.kind
                and b.value
                and not (a.unit.offset or a.unit.inverse or a.unit.other or b.unit.other)
            ):
                share = convert(a.value, a.unit, b.unit) / b.value
                return (
                    f"That is {share}."
                    if match["w"] == "fraction"
                    else f"That is {spoken(share * 100)} percent."
                )
    del question
    return None


def _circle_back(_question: Question, match: re.Match[str]) -> str | None:
    """Find the radius or the diameter of a circle from another of its measures."""
    value, given = Fraction(match["n"]), match["g"]
    if match["w"] == given or (given == "area" and match["unit"]):
        return None
    radius = (
        Value(value, exact=True) if given == "radius" else Value(value / 2) if given == "diameter" else None
    )
    if given == "circumference":
        radius = Value(value / (2 * PI), exact=False)
    radius = radius or root(Value(value / PI, exact=False), 2)
    size = radius.number * (2 if match["w"] == "diameter" else 1)
    unit = f" {match['unit']}" if match["unit"] else ""
    return f"That is {spoken(size, exact=radius.exact)}{unit}."


def _energy(_question: Question, match: re.Match[str]) -> str | None:
    """Multiply a power by a time: 1500 watts for 2 hours."""
    if "a day" in match[0]:
        return None
    power = Fraction(match["w"]) / (1 if match["k"][0] == "k" else 1000)
    return f"That is {spoken(power * Fraction(match['h']) / (1 if match['t'][0] == 'h' else 60))} kilowatt hours."


def _mixed_number(_question: Question, match: re.Match[str]) -> str:
    whole, rest = divmod(Fraction(int(match["a"]), int(match["b"])), 1)
    return f"That is {' and '.join(str(part) for part in (whole, rest) if part) or '0'}."


def _tank(question: Question, match: re.Match[str]) -> str | None:
    volume = Fraction(match["a"]) * Fraction(match["b"]) * Fraction(match["c"])
    return meant(
        question, f"{float(volume):.6f} cubic {match['unit']} in {match['to']}".replace(".000000", "")
    )


def _fuel(_question: Question, match: re.Match[str]) -> str | None:
    """Say how many gallons a way takes; they are those of its miles per gallon."""
    rate = Fraction(match["rate"] or match["rate2"])
    return f"That is {spoken(Fraction(match['way'] or match['way2']) / rate)} gallons." if rate else None


def _bare(text: str) -> str:
    return spoken(amount(text)[0])


_LARGE = {"thousand": 10**3, "million": 10**6, "billion": 10**9}
_BOTTOMS = {"half": 2, "quarter": 4, "quarters": 4, "3rd": 3, "3rds": 3}
_POSITIVE = r"\d{1,6}(?:\.\d{1,4})?"
_N = r"-?\d{1,12}(?:\.\d{1,6})?"
_INT = r"\d{1,15}"
_P = r"(?:%|percent|per cent)"
_FRACTION = r"(?:\d{1,4}/[1-9]\d{0,3})"
_ASK = r"(?:(?:what|how much)(?: is| are| does| do| would| will| was| did)?(?: it| that| you| i| we)?(?: be| get| make| have)?(?: left)?(?: if| when)?(?: you| i| we)? |calculate |work out |find |give me )?"
_THING = r"(?:[a-z]+ ){0,3}?[a-z]+"
_LEAD = (
    r"(?:(?:can|could|would|will) (?:you|i|we) (?:please |just |quickly )*(?:do|give me|get me|get|have|help me with|run|check|reckon(?: up)?|add up|help me work out|help)"
    r"|i (?:need|want|would like|have)(?: to (?:know|do|work out|find out|convert|have|calculate|figure out)| you to (?:do|tell me))?|i am (?:trying to (?:work out|figure out|convert|find)|looking for|after|stuck on)"
    r"|quick (?:one|question|sum|maths|math|check)|(?:please )?help me (?:with|work out|calculate|figure out|convert|find)|let us (?:do|say|see|calculate|work out)|do the (?:sum|maths|math)"
    r"|maths? (?:question|problem|homework)|the answer to|any idea|do you reckon|would you say|can i get|what do you make|how do (?:i|you|we) (?:work out|calculate|figure out|find|do)|how would (?:i|you) (?:work out|calculate|find)"
    r"|what does it mean if|say(?= i| you)|suppose|imagine|ok so|basically|my homework says|the recipe says|recipe says|it says|quick)"
)
_LENGTH = r"(?:metres?|meters?|m|cms?|centimetres?|centimeters?|feet|foot|ft|inches|inch|yards?)"
_PAST = r"(?:went|go|goes|gone|rose|rise|fell|fall|dropped|drop|changed?|increased?|decreased?|grew|grow|jumped|climbed)(?: up| down)?"
INTENTS = (
    Intent(rf"{_ASK}(?P<a>\d{{1,6}}) into (?P<b>{_INT})", _into, (" into ",)),
    Intent(rf"(?:how many (?:times )?|what (?:is |does )?)?(?P<a>{_N})s? (?:goes|go|fits?) into (?P<b>{_N})(?: how (?:many times|often))?|how (?:often|many times) (?:does|do|will|can) (?P<a2>{_N}) (?:go|fit|divide) into (?P<b2>{_N})", _as("how many times does {a} go into {b}"), (" into ",)),
    Intent(rf"(?:does|will|do) (?P<a>{_INT}) (?:go|fit|divide)(?: evenly| exactly)? into (?P<b>{_INT})(?: evenly| exactly| without (?:a )?remainder)?|(?:can|could) (?P<b2>{_INT}) be (?:evenly |exactly )?divided (?:evenly |exactly )?by (?P<a2>{_INT})(?: evenly| exactly| without (?:a )?remainder)?|is (?P<b3>{_INT}) in the (?P<a3>{_INT}) times table", _as("is {b} divisible by {a}"), ("into", "divided", "table")),
    Intent(rf"{_ASK}(?:the )?remainder (?:of|when|if|from)(?: you| i| we| it is)? ?(?:divide|dividing)? ?(?P<a>{_INT}) (?:is )?(?:divided )?by (?P<b>{_INT})|{_ASK}(?:divide )?(?P<a2>{_INT}) (?:divided )?by (?P<b2>{_INT})(?: and)?(?: what is| with)?(?: the| a)? (?:remainder|left over)|what is (?:left over|left|the rest|remaining) (?:if|when|after) (?:you |i |we )?(?:divide |dividing |share )?(?P<a3>{_INT}) (?:is )?(?:divided )?by (?P<b3>{_INT})", _as("remainder of {a} divided by {b}"), ("remain", "left", "rest")),
    Intent(rf"(?:which|what)(?: whole)? numbers (?:can )?(?:divides?|goes?|fits?)(?: evenly| exactly)?(?: into)? (?P<n>{_INT})(?: evenly| exactly| without (?:a )?remainder)?|what can (?P<n2>{_INT}) be divided by", _as("what are the factors of {n}"), ("divide", " go", "fit")),
    Intent(rf"(?:.*[a-z] )(?P<list>{_N}(?:(?: and)? {_N})+) what (?:is|was) (?:the|my|our|their|his|her)(?: (?:overall|class|test|exam|combined|grade|mean))? (?P<w>average|mean|median|mode|range|sum|total)(?: (?:score|of (?:them|those|these)|grade|mark|number))?|(?:.*[a-z] )(?P<list2>{_N}(?:(?: and)? {_N})+) what (?:is|was) (?:that|it) on (?P<w2>average)", _as("{w} of {list}"), ("average", "mean", "median", "mode", "range", "sum", "total")),
    Intent(rf"how many (?P<a>{'|'.join(_PLURALS)})(?: are| is)?(?: there)?(?: go)? (?:in|into|make) (?P<n>{_INT})", lambda q, m: meant(q, f"how many times does {_PLURALS[m['a']]} go into {m['n']}"), tuple(_PLURALS)),
    Intent(rf"{_ASK}(?:the )?(?P<w>average|mean|sum|total|median|range|smallest|largest|biggest) of (?P<l>(?:(?:minus )?{_N}(?: and)? ?)+)", lambda q, m: meant(q, f"{m['w']} of {m['l'].replace('minus ', '-')}") if "minus" in m["l"] else None, ("minus",)),
    # percentages
    Intent(rf"(?:.*? )?(?P<a>{_INT}) (?P<thing>[a-z]+) and (?:only )?(?P<b>{_INT})(?: of (?:them|those|whom))? (?:are|were|is|was|have|had|got|did|said|failed|passed|came|like|liked|voted)(?: [a-z]+){{0,3}} what (?:{_P}|percentage)(?: (?:is|was) (?:that|it)| of (?:them|the [a-z]+)(?: [a-z]+){{0,2}})?", lambda q, m: meant(q, f"{m['b']} is what percent of {m['a']}") if int(m["b"]) < int(m["a"]) else None, ("percent", "%")),
    Intent(rf"(?:.*? )?(?P<a>{_N}) (?:out )?of (?P<b>{_N})(?: [a-z ]+?)? (?:what|how much)(?: is)?(?: my| the| that| it)?(?: in| as)?(?: an?)? (?:{_P}|percentage)(?: (?:is|was|did) (?:that|it|this|i)(?: get| score)?)?|(?:.*? )?(?P<a2>{_N}) out of (?P<b2>{_N})(?: [a-z ]+?)? what is that (?:as|in)(?: an?)? (?:{_P}|percentage)|what (?:{_P}|percentage)(?: score| mark| grade)? (?:is|do i get (?:for|with)|did i get (?:for|with|if i got)|would i get (?:for|with)|have i got with) (?:an? )?(?:score of |mark of )?(?P<a3>{_N}) out of (?P<b3>{_N})", _as("{a} is what percent of {b}"), (" of ",)),
    Intent(rf"{_ASK}(?P<a>{_N}) (?:over|in|out of|of|divided by) (?P<b>{_N}) (?:as|in|to)(?: an?)? (?:{_P}|percentage)|(?:express |write )(?P<a2>{_N}) (?:as|in)(?: an?)? (?:{_P}|percentage) of (?P<b2>{_N})", _as("{a} is what percent of {b}"), ("per", "%")),
    Intent(rf"(?:what|how many|how much)(?: is the)? (?:{_P}|percentage)(?: of)?(?: is)? (?P<a>{_FRACTION})|(?:turn|make|change|convert|express) (?P<a2>{_FRACTION}) (?:in|into|to|as)(?: an?)? (?:{_P}|percentage)", _as("what is {a} as a percentage"), ("per", "%")),
    Intent(rf"how much (?:more|bigger|larger|higher|less|smaller|lower) (?:is|are) (?P<b>{SUM}) than (?P<a>{SUM}) (?:in|as)(?: an?)? (?:{_P}|percentage)|(?:by )?(?:what|how many|how much)(?: is the)? (?:{_P}|percentage) (?:{_THING} )?(?:{_PAST} )?from (?P<a2>{SUM}) to (?P<b2>{SUM})|(?:{_THING} )?(?:{_PAST}) from (?P<a3>{SUM}) to (?P<b3>{SUM}) what(?: is| was)?(?: the| that| is that)?(?: as| in)?(?: an?)? (?:{_P}|percentage)(?: (?:is that|was that|change|increase|decrease|rise|drop|fall|growth|did it (?:go up|go down|change|rise|fall)))?|how much (?:did|has|have) {_THING} (?:{_PAST}) in (?:{_P}|percentage)(?: terms)? from (?P<a4>{SUM}) to (?P<b4>{SUM})", _as("percentage change from {a} to {b}"), ("per", "%")),
    Intent(rf"(?:[a-z]+ ){{0,4}}?(?:reduced|down|marked down|discounted|was|were|cut|slashed)(?: from)? (?P<a>{SUM})(?: an? [a-z]+)?(?: down)?(?: to| and| but| is| it is| they are| are)*(?: now| reduced to| on sale for| only| just)*(?: at| for)? (?P<b>{SUM}) (?:by )?(?:what|how much|how many)(?: is| was)?(?: the| a)?(?: of a discount is (?:that|it) in| discount is (?:that|it) in)? (?:{_P}|percentage)(?: (?:off|discount|reduction|saving|less|decrease|is that|is it|was it|cheaper))*", _as("percentage change from {a} to {b}"), ("per", "%")),
    Intent(rf"{_ASK}(?:take|knock|deduct|subtract|remove)(?: off)? (?P<r>{_N}) ?{_P} (?:off|from|of)(?: of)? (?P<n>{SUM})|{_ASK}(?:take|knock|deduct)(?: off)? (?P<r2>{_N}) ?{_P} (?:off|from) (?P<n2>{SUM})", _as("{n} minus {r} percent"), ("off", "from")),
    Intent(rf"{_ASK}(?:add|put)(?: on)? (?:an? )?(?P<r>{_N}) ?{_P} (?:on )?(?:to|onto|on) (?P<n>{SUM})|{_ASK}(?P<n2>{SUM}) (?:and|with) (?P<r2>{_N}) ?{_P} (?:added|more|extra)(?: on)?|{_ASK}(?P<r3>{_N}) ?{_P} more than (?P<n3>{SUM})", _as("{n} plus {r} percent"), ("add", "put", "extra", "more")),
    Intent(rf"{_ASK}(?P<r>{_N}) ?{_P} (?:less|lower|fewer) than (?P<n>{SUM})", _as("{n} minus {r} percent"), (" than ",)),
    Intent(rf"(?:what|which) (?:number )?(?:is|has|makes) (?P<p>{_N}) (?:as|if it is) (?P<r>{_N}) ?{_P}|(?:if )?(?P<p2>{_N}) is (?P<r2>{_N}) ?{_P} (?:of (?:a|the|some) (?:number|total|whole|amount) )?what is (?:the )?(?:100 ?{_P}|whole|total|number|full amount|whole thing)|(?:if )?(?P<r3>{_N}) ?{_P} (?:of (?:a|the|some|something|it|my) ?(?:number|total|whole|amount|bill|price)? ?)?is (?P<p3>{_N}) what is (?:the )?(?:100 ?{_P}|whole|total|number|full amount|it|whole thing|bill)", _as("{p} is {r} percent of what"), ("what",)),
    # parts
    Intent(rf"{_ASK}(?P<verb>reduce|decrease|lower|cut|increase|raise) (?P<n>{_N}) by (?:an? |1 )?(?P<part>half|quarter|3rd|5th|10th)", _by_a_part, (" by ",)),
    Intent(rf"{_ASK}(?P<n>{_N}) (?P<verb>reduced|decreased|lowered|cut|increased|raised) by (?:an? |1 )?(?P<part>half|quarter|3rd|5th|10th)", _by_a_part, (" by ",)),
    Intent(rf"{_ASK}(?:an? |1 )?(?P<part>half|quarter|3rd|5th|10th)(?: (?P<verb>off|price)| price (?P<verb2>off))(?: of| on| for)? [$£€]?(?P<n>{_N})(?: (?:pounds|dollars|euros))?", lambda q, m: _by_a_part(q, also(m, verb="verb2")), (" off", " price")),
    Intent(rf"{_ASK}(?P<a>half|an? (?:half|quarter|\d{{1,2}}(?:rd|th))|1/\d{{1,2}}|\d/\d{{1,2}}) of (?P<b>an? (?:half|quarter|\d{{1,2}}(?:rd|th)))", lambda q, m: meant(q, f"{_fraction(m['a'])} * {_fraction(m['b'])}"), (" of a",)),
    Intent(rf"(?:what is |how much is )?(?:an? |the )?[$£€]?(?P<n>{_N})(?: (?:pounds?|dollars?|euros?))?(?: [a-z]+){{0,2}} (?P<verb>with|at|less|minus) (?:an? |1 )?(?P<part>half|quarter|3rd|5th|10th)(?: price)? off(?: how much is (?:it|that)| what is the price)?", _by_a_part, (" off",)),
    Intent(rf"{_ASK}(?:the )?(?:double|twice) of (?P<n>{_N})", _as("double {n}"), ("double", "twice")),
    Intent(rf"{_ASK}(?P<a>{_N}) (?:split|cut|divided|shared|broken) (?:up )?(?:into|in|by|among|between) (?P<b>{_INT})(?: (?:equal|even))?(?: (?:parts|pieces|bits|ways|groups|portions|shares))?", _as("{a} divided by {b}"), ("split", "cut", "divided", "shared", "broken")),
    Intent(rf"{_ASK}(?P<a>{_N}) divided by (?P<b>an? (?:half|quarter|\d{{1,2}}(?:rd|th))|\d{{1,2}} (?:\d{{1,2}}(?:rd|th)s?|quarters|halves))", lambda q, m: meant(q, f"{m['a']} / {_fraction(m['b'])}"), ("divided",)),
    Intent(rf"{_ASK}(?P<a>\d{{1,9}}) (?:over|divided by) (?P<b>\d{{1,9}}) (?:as|in)(?: an?)? decimal", _as("{a}/{b} as a decimal"), ("decimal",)),
    Intent(r"(?:turn|make|change|convert|express|write|what is|give me) (?P<a>\d{1,3} \d{1,3}(?:rd|th|st|nd)s?|an? \d{1,3}(?:rd|th)) (?:in|into|to|as)(?: an?)? (?P<w>percentage|percent|decimal)", _as("{a} as a {w}"), ("percent", "decimal")),
    Intent(rf"what fraction is (?P<r>{_N}) ?{_P}", _as("{r} percent as a fraction"), ("fraction",)),
    Intent(rf"what fraction (?:of (?P<b>{_INT}) (?:is|are) (?P<a>{_INT})|is (?P<a2>{_INT}) (?:out )?of (?P<b2>{_INT}))", _as("simplify {a}/{b}"), ("fraction",)),
    Intent(rf"(?:what|how many|how much) (?P<w>{_P}|percentage|fraction) of (?P<b>an? [a-z]+|\d.*?|the (?:day|hour|week|year)) (?:is|are) (?P<a>.+)", _part_of, (" of ",)),
    Intent(r"(?:turn|make|change|convert|express|write|what is|give me) (?P<a>an? half|an? quarter|1 half|1 quarter|3 quarters|half|an? 3rd|2 3rds) (?:in|into|to|as)(?: an?)? (?P<w>percentage|percent|decimal)", lambda q, m: meant(q, f"{_top(m['a'])}/{_BOTTOMS[m['a'].split()[-1]]} as a {m['w']}"), ("percent", "decimal")),
    Intent(rf"(?:what is |what would be )?(?:the )?(?:total|sum)(?: be)? (?:if|when) (?:i|you|we) add(?: up| together)? (?P<l>{_N}(?:(?: and)? {_N})+)", _as("sum of {l}"), ("add",)),
    Intent(r"(?:what is |convert |turn |write |change |express )?(?P<a>\d{1,6}) ?/ ?(?P<b>[1-9]\d{0,5}) (?:as|to|into|in)(?: an?)? mixed (?:number|fraction)", _mixed_number, ("mixed",)),
    Intent(r"(?:what is |convert |turn |write |change |express )?(?P<n>\d{1,6}\.\d{1,4}|\(\d{1,9}/\d{1,6}\)) (?:as|to|into|in)(?: an?)? improper fraction", lambda _q, m: f"That is {Fraction(m['n'].strip('()'))}.", ("improper",)),
    Intent(r"(?:what is |find )?(?:the )?(?:lowest |least |smallest )?common denominator (?:of|for|between) \d{1,6}/(?P<a>[1-9]\d{0,5}) and \d{1,6}/(?P<b>[1-9]\d{0,5})", _as("lcm of {a} and {b}"), ("denominator",)),
    # differences
    Intent(rf"(?:by )?how (?:much|many) (?:bigger|larger|greater|higher|more|less|smaller|lower|fewer|longer) (?:is|are) (?P<a>{_N}) than (?P<b>{_N})|(?:by )?how (?:much|many) (?:is|are) (?P<a2>{_N}) (?:bigger|larger|greater|higher|more|less|smaller|lower|fewer) than (?P<b2>{_N})|how (?:much|many) (?:more|less|fewer) than (?P<a3>{_N}) is (?P<b3>{_N})|{_ASK}(?:the )?(?:gap|distance) (?:between|from) (?P<a4>{_N}) (?:and|to) (?P<b4>{_N})|how (?:far|much|many)(?: more)?(?: do i need| do i have)?(?: to (?:get|go|add))?(?: is it)? from (?P<a5>{_N}) to(?: get to)? (?P<b5>{_N})|how (?:far|much) (?:is|off is) (?P<a6>{_N}) (?:off|from|short of) (?P<b6>{_N})", _as("difference between {a} and {b}"), ("how", "gap", "distance")),
    Intent(rf"{_ASK}(?P<a>{_N}) (?:less|fewer) than (?P<b>{_N})", _as("{b} minus {a}"), (" than ",)),
    Intent(rf"{_ASK}(?P<a>{_N}) more than (?P<b>{_N})", _as("{b} plus {a}"), (" than ",)),
    Intent(rf"{_ASK}(?P<a>{_N}) times (?:as (?:much|many|big) as|more than|bigger than|the size of) (?P<b>{_N})", lambda q, m: meant(q, f"{m['a']} times {m['b']}") if " as " in m[0] or "size" in m[0] else None, ("times",)),
    # powers and roots
    Intent(rf"(?:square|{_ASK}(?:the )?square of) (?P<n>{_N})", _as("{n} squared"), ("square",)),
    Intent(rf"(?:cube|{_ASK}(?:the )?cube of) (?P<n>{_N})", _as("{n} cubed"), ("cube",)),
    Intent(rf"{_ASK}(?:the )?root (?P<n>{_N})|(?:square root|{_ASK}the square root) (?P<n2>{_N})", _as("square root of {n}"), ("root",)),
    Intent(rf"(?:what|which) (?:number )?(?:squared|multiplied by itself|times itself) (?:is|makes|gives|equals) (?P<n>{_N})|(?:what|which) number (?:do|must|should) (?:i|you|we) square to get (?P<n2>{_N})", _as("square root of {n}"), ("square", "itself")),
    Intent(rf"{_ASK}(?P<n>{_N}) (?:times|multiplied by) itself", _as("{n} squared"), ("itself",)),
    Intent(r"(?:how many|what are(?: the)?) (?:interior )?(?:degrees|angles)(?: are)?(?: there)? (?:in|of) (?P<s>an? [a-z]+)(?: in total| altogether)?|(?:the )?(?:sum of )?(?:the )?(?:interior )?angles (?:in|of) (?P<s2>an? [a-z]+)", _as("how many degrees in {s}"), ("angles", "degrees")),
    # geometry
    Intent(r"how many (?P<w>sides|faces|edges|vertices|corners) has (?P<s>an? [a-z]+) got", _as("how many {w} does {s} have"), (" got",)),
    Intent(rf"{_ASK}(?:the )?(?P<w>area|circumference|perimeter) (?:of|for|around) (?:an? |my |the )?(?:circle|round [a-z]+|pizza|circular [a-z]+|pie|disc) (?:that is |which is |of )?(?P<n>{_N}(?: [a-z]+)?) (?:across|wide|in diameter|diameter)(?: in square [a-z]+)?|how (?P<big>big|large) is (?:an? |my |the )?(?:circle|round [a-z]+|pizza|circular [a-z]+) (?:that is |which is |of )?(?P<n3>{_N}(?: [a-z]+)?) (?:across|wide|in diameter|diameter) in square [a-z]+|{_ASK}(?:the )?(?P<w2>area|circumference) of (?:an? )?(?P<n2>{_N} [a-z]+?)(?: diameter| wide| round)? (?:circle|pizza|circular [a-z]+|round [a-z]+|pie)", lambda q, m: meant(q, f"{m['w'] or m['w2'] or 'area'} of a circle with diameter {m['n'] or m['n2'] or m['n3']}"), ("area", "circumference", "perimeter", "square")),
    Intent(rf"{_ASK}(?:the )?volume of (?:an? )?(?P<s>cylinder|cone)(?: with| of| that has)?(?: an?)? (?P<g>radius|diameter)(?: of)? (?P<r>{_N}(?: [a-z]+)?)(?: and| by| with)?(?: an?| the)? (?:height|length|tall)(?: of)? (?P<h>{_N}(?: [a-z]+)?)", _as("volume of a {s} with {g} {r} and height {h}"), ("cylinder", "cone")),
    Intent(rf"how many square (?P<unit>feet|metres|meters|yards|inches|centimetres) (?:is|are|in|does|would|for)(?: there)?(?: in)?(?: (?:an?|my|the|our))?(?: {_THING})?(?: that is| which is| measuring| of)? (?P<a>{_POSITIVE}(?: ?{_LENGTH})?) (?:by|x|times) (?P<b>{_POSITIVE}(?: ?{_LENGTH})?)(?: (?:[a-z]+|dance floor))?(?: (?:be|have|cover))?|(?:an? |my |the |our )?{_THING} (?:is|measures|of) (?P<a2>{_POSITIVE}(?: ?{_LENGTH})?)(?: long| wide)? (?:by|x|and) (?P<b2>{_POSITIVE}(?: ?{_LENGTH})?)(?: long| wide)? how many square (?P<unit2>feet|metres|meters|yards) (?:is|are) (?:that|it|there|in it)", lambda q, m: _floor(q, also(m, a="a2", b="b2", unit="unit2")), ("square",)),
    Intent(rf"(?:if )?(?:an? |my |the |our )?{_THING} (?:is|measures|has|of) (?P<a>{_POSITIVE}(?: ?{_LENGTH})?)(?: long| wide)? (?:by|x) (?P<b>{_POSITIVE}(?: ?{_LENGTH})?)(?: long| wide)? what is (?:the|its) (?P<w>area|perimeter|floor area)(?: of it| of the {_THING})?|(?:how (?:big|large) is (?:an? |the )?|what (?P<w2>area) (?:is|does) (?:an? |the )?)(?:(?:room|floor|garden|wall|lawn|plot|carpet|patio) (?:that is |of |measuring )?)?(?P<a2>{_POSITIVE}(?: ?{_LENGTH})?) (?:by|x) (?P<b2>{_POSITIVE}(?: ?{_LENGTH})?)(?: (?:room|floor|garden|wall|lawn|plot|carpet|patio))?(?: have| cover)?", lambda q, m: meant(q, f"{m['w'] or m['w2'] or 'area'} of {m['a'] or m['a2']} by {m['b'] or m['b2']}"), (" by ", " x ")),
    Intent(rf"(?:how many )?(?P<to>litres|liters|gallons|cubic [a-z]+) (?:are |is |does |will |would )?(?:there )?(?:in |of )?(?:an? |my |the |fit in an? )?(?:[a-z]+ ){{0,3}}?(?:that is |which is |of |measuring )?(?P<a>{_POSITIVE})(?: ?{_LENGTH})? (?:by|x) (?P<b>{_POSITIVE})(?: ?{_LENGTH})? (?:by|x) (?P<c>{_POSITIVE}) ?(?P<unit>{_LENGTH})(?: (?:tank|box|pool|container|aquarium|pond))?(?: hold| have)?", _tank, ("litre", "liter", "gallon", "cubic")),
    Intent(rf"{_ASK}(?:the )?(?:volume|capacity) of (?:an? |my |the )?(?:[a-z]+ ){{0,3}}?(?:that is |which is |of |measuring )?(?P<a>{_POSITIVE})(?: ?{_LENGTH})? (?:by|x) (?P<b>{_POSITIVE})(?: ?{_LENGTH})? (?:by|x) (?P<c>{_POSITIVE}) ?(?P<unit>{_LENGTH}) in (?P<to>litres|liters|gallons|cubic [a-z]+)", _tank, ("volume", "capacity")),
    Intent(rf"{_ASK}(?:the )?(?:3rd|other|last|missing) angle (?:of|in) (?:an? |the )?triangle (?:with|if|whose|that has)(?: the)?(?: other)?(?: 2)?(?: angles)?(?: are| of)? (?P<a>{_POSITIVE})(?: degrees)? and (?P<b>{_POSITIVE})(?: degrees)?", lambda q, m: f"That is {180 - Fraction(m['a']) - Fraction(m['b'])} degrees." if Fraction(m["a"]) + Fraction(m["b"]) < 180 and "." not in m["a"] + m["b"] else None, ("angle",)),  # noqa: ARG005, PLR2004  the angles of a triangle
    Intent(rf"(?:what is |find )?(?:the )?(?P<w>radius|diameter)(?: of (?:an? |the )?circle)? (?:with|of|if|when|whose)(?: an?| the| its)* (?P<g>radius|diameter|area|circumference)(?: of| is)? (?P<n>{_POSITIVE})(?: ?(?P<unit>{_LENGTH}))?", _circle_back, ("radius", "diameter")),
    Intent(rf"(?:an? |the )?circle (?:with |of |has )?(?:an? )?(?P<g>radius|diameter)(?: of| is)? (?P<n>{_POSITIVE}(?: ?{_LENGTH})?) (?:what is )?(?:the |its )?(?P<w>area|circumference)|how far (?:is it )?(?:around|round) a circle (?:with|of) (?:an? )?(?P<g2>radius|diameter)(?: of)? (?P<n2>{_POSITIVE}(?: ?{_LENGTH})?)", lambda q, m: meant(q, f"{m['w'] or 'circumference'} of a circle with {m['g'] or m['g2']} {m['n'] or m['n2']}"), ("circle",)),
    Intent(rf"{_ASK}(?:the )?(?P<w>volume|surface area) of (?:an? )?(?:ball|globe|sphere|football) (?:(?:with|of) (?:an? )?(?P<g>radius|diameter)(?: of)? (?P<n>{_POSITIVE}(?: ?{_LENGTH})?)|(?:that is )?(?P<n2>{_POSITIVE}(?: ?{_LENGTH})?) (?:across|wide|in diameter))", lambda q, m: meant(q, f"{m['w']} of a sphere with {m['g'] or 'diameter'} {m['n'] or m['n2']}"), ("volume", "surface")),
    Intent(rf"{_ASK}(?:the )?area of (?:an? )?(?:right(?: angled?)? )?triangle (?:(?:with )?(?:legs|short sides)(?: of)? )?(?P<a>{_POSITIVE}(?: ?{_LENGTH})?) (?:by|x|and) (?P<b>{_POSITIVE}(?: ?{_LENGTH})?)|(?:an? |the )?triangle (?:with |has )?(?:an? )?base(?: of| is)? (?P<a2>{_POSITIVE}(?: ?{_LENGTH})?)(?: and)? (?:an? )?height(?: of| is)? (?P<b2>{_POSITIVE}(?: ?{_LENGTH})?) (?:what is )?(?:the |its )?area", lambda q, m: meant(q, f"area of a triangle with base {m['a'] or m['a2']} and height {m['b'] or m['b2']}") if m["a2"] or " by " in m[0] or "leg" in m[0] or "short" in m[0] else None, ("triangle",)),
    Intent(rf"{_ASK}(?:the )?perimeter of (?:an? )?triangle (?:with|of)(?: sides)?(?: of)?(?: lengths?)? (?P<a>{_POSITIVE})(?: and)? (?P<b>{_POSITIVE})(?: and)? (?P<c>{_POSITIVE})", _as("{a} plus {b} plus {c}"), ("perimeter",)),
    Intent(rf"(?:what is |how long is )?(?:the |each |1 )?side(?: length)? of (?:an? |the )?square (?:with|of|whose|that has)(?: an?| the)? area(?: of| is)? (?P<n>{_POSITIVE})|(?:if )?(?:an? |the )?square has (?:an? )?area of (?P<n2>{_POSITIVE}) (?:how long is (?:each|1|the|a) side|what is the (?:side|length of (?:each|1|a) side|side length))", _as("square root of {n}"), ("square",)),
    Intent(rf"{_ASK}(?:the )?(?:long side|longest side|hypotenuse) of (?:an? )?right(?: angled?)? triangle (?:with|whose)(?: (?:sides|legs|short sides|other sides))?(?: (?:of|are))? (?P<a>{_POSITIVE}(?: ?{_LENGTH})?) and (?P<b>{_POSITIVE}(?: ?{_LENGTH})?)", _as("hypotenuse of a triangle with sides {a} and {b}"), ("triangle",)),
    Intent(r"(?:what is the |the )?name of (?:an? )?(?P<n>\d{1,2}) sided (?:shape|polygon|figure)|what is (?:an? )?(?P<n2>\d{1,2}) sided (?:shape|polygon|figure) called", _as("what shape has {n} sides"), ("sided",)),
    Intent(r"how many degrees (?:are )?(?:there )?(?:in|is) (?:an? )?(?:semi ?circle|half circle|half a circle|half turn|straight line|straight angle)", says("That is 180 degrees."), ("degrees",)),
    Intent(r"(?:what is )?(?:the )?(?P<w>complement|supplement|complementary angle|supplementary angle) of (?:an? )?(?P<n>\d{1,3})(?: degrees?)?(?: angle)?", lambda _q, m: f"That is {(90 if m['w'][0] == 'c' else 180) - int(m['n'])} degrees." if int(m["n"]) < (90 if m["w"][0] == "c" else 180) else None, ("complement", "supplement")),
    # units
    Intent(r"(?P<w>(?:which|what) is (?:the )?(?:bigger|longer|larger|wider|smaller|shorter|thicker)) (?P<a>\d{1,2}/\d{1,2}) or (?P<b>\d{1,2}/\d{1,2}) (?:of an? )?(?P<u>inch|inches|cup|mile)", lambda q, m: meant(q, f"which is {'bigger' if m['w'].split()[-1] in ('bigger', 'longer', 'larger', 'wider', 'thicker') else 'smaller'} {m['a']} or {m['b']}"), (" or ",)),
    Intent(r"is (?P<a>\d{1,2}/\d{1,2}) (?P<w>bigger|longer|larger|more|smaller|less|shorter) than (?P<b>\d{1,2}/\d{1,2}) (?:of an? )?(?P<u>inch|cup|mile)", lambda q, m: meant(q, f"is {m['a']} {m['w'].replace('longer', 'bigger').replace('shorter', 'smaller')} than {m['b']}"), (" than ",)),
    Intent(r"how (?:long|big|large|heavy|far) is an? (?:(?P<a>mile|yard|acre|stone|ounce|nautical mile)|(?P<b>hectare|kilometre|kilometer|metre|meter|kilo|kilogram))", lambda q, m: meant(q, f"1 {m['a']} in metric" if m["a"] else f"1 {m['b']} in imperial"), (" is a",)),
    Intent(r"(?:if )?(?:(?:i|we|you|a car|he|she|a train) )?(?:am |are |is )?(?:driving|drive|drives|going|go|goes|travelling|traveling|travel|walking|walk|running|run|cycling|cycle)(?: at)? (?P<a>\d.+?) for (?P<b>(?:\d|an? |half ).+?) how (?:far|many miles|many kilometres|many km)(?: is that| do i go| will i (?:go|get)| have i gone| do i get| does it go)?", _as("how far can i go in {b} at {a}"), ("how far", "how many")),
    Intent(r"how long (?:does|will|would|is) (?P<a>\d.+?)(?: take(?: me)?)? (?:at|going|doing) (?P<b>\d.+)", _as("how long does it take to drive {a} at {b}"), ("how long",)),
    Intent(r"(?:if )?(?:an? |the |my )?[a-z]+ (?:goes|travels|drives|covers|runs|ran|went|travelled|traveled|walked|walks|flies|cycles|does|did) (?P<a>\d.+?) in (?P<b>(?:\d|an? |half ).+?) (?:how fast (?:is|was) (?:that|it|he|she)(?: going| moving)?|what (?:is|was) (?:the|its|his|her)(?: average)? speed)", _as("what is the average speed for {a} in {b}"), ("fast", "speed")),
    Intent(rf"(?:if )?(?:an? |my |the )?(?:car |i )?(?:does|gets?|do) (?P<a>{_POSITIVE}) (?:mpg|miles per gallon|miles to the gallon) how (?:far|many miles)(?: can i (?:go|drive|get)| will it go| does it go| do i get)?(?: on| with| from) (?P<b>{_POSITIVE}) gallons|how (?:far|many miles) (?:can|could|will|would) (?:i|you|we|it) (?:go|drive|get|travel) on (?P<b2>{_POSITIVE}) gallons (?:at|with|if i get) (?P<a2>{_POSITIVE}) (?:mpg|miles per gallon|miles to the gallon)", lambda q, m: f"That is {spoken(Fraction(m['a'] or m['a2']) * Fraction(m['b'] or m['b2']))} miles.", ("gallon",)),  # noqa: ARG005
    Intent(r"(?:if )?(?:i am|my [a-z]+ is|he is|she is|someone is) (?P<a>\d.+?) how (?:tall|heavy|old|big) (?:am i|is (?:he|she|that|it)) in (?P<b>[a-z ]+)", _as("{a} in {b}"), ("how ",)),
    Intent(r"(?:the |my |our |a |an )?[a-z]+(?: [a-z]+)? (?:is|weighs|measures|limit is) (?P<a>\d.+?) (?:in|to|as) (?P<b>[a-z ]+)", _as("{a} in {b}"), (" in ", " to ", " as ")),
    Intent(r"(?:(?:the |my |our |a |an )?(?:[a-z]+ ){0,4}(?:is|weighs|are|of|for|says|limit|allows|does|needs|takes|holds) )?(?P<a>\d+(?:\.\d+)? ?[a-z]+(?: \d+ [a-z]+)?) how many (?P<b>[a-z]+(?: [a-z]+)?)(?: is (?:that|it))?", _as("{a} in {b}"), ("how many",)),
    Intent(r"(?P<a>\d.+?) (?:is|are|equals|equal|makes?) what in (?P<b>[a-z ]+)", _as("{a} in {b}"), (" what in ",)),
    Intent(r"(?:is|are) (?P<a>.*\d.*?) (?P<w>over|above|under|below) (?P<b>.*\d.*)", lambda q, m: told if (told := meant(q, f"is {m['a']} {'more' if m['w'] in ('over', 'above') else 'less'} than {m['b']}", ("amounts",))) else None, ("over", "above", "under", "below")),
    Intent(r"how many (?P<a>[a-z]+) of (?:water|milk|liquid|coffee|tea|wine|beer|juice|oil|squash|soup) (?:are |is )?(?:there )?(?:in|make|fit in|make up) (?P<b>.+)", lambda q, m: told if (told := meant(q, f"how many {m['a']} in {m['b']}", ("units",))) and " measure " not in told else None, (" of ",)),
    Intent(r"(?P<a>.*\b(?:gallons?|pints?|cups?|quarts?)) (?P<w>uk|us|imperial|british|american)\b(?P<b>.*)", lambda q, m: meant(q, re.sub(r"(gallons?|pints?|cups?|quarts?)$", rf"{m['w']} \1", m["a"]) + m["b"]), (" uk", " us", "imperial", "british", "american")),
    Intent(r"how many (?P<a>\d.+?) (?:are there |are |is |do i get |can i (?:get|fill|pour|make) )?(?:in|from|out of|with) (?P<b>an? \d.+?|\d.+?) (?:bottles?|jugs?|cartons?|packs?|bags?|tanks?|buckets?|jars?|box|tins?|kegs?)", _as("how many {a} in {b}"), ("how many",)),
    Intent(r"(?:if )?(?:i|we|you) (?P<v>drive|travel|go|run|walk|cycle|ride) (?:for )?(?P<a>\d.+?) (?:at|doing) (?P<b>\d.+?) how long (?:will|does|would|did) (?:it|that) (?:take|last|be)(?: me| us)?", _as("how long does it take to {v} {a} at {b}"), ("how long",)),
    Intent(r"(?:if )?(?:i|we|you) (?:drive|drove|travel|travelled|traveled|went|go|run|ran|walk|walked|cycle|cycled|ride|rode|did|do) (?P<a>\d.+?) in (?P<b>(?:\d|an? |half ).+?) (?:how fast (?:is|was|am|were|did) (?:that|i|it|we)(?: going| go| moving)?|what (?:is|was)(?: my| the| our)?(?: average)? speed(?: is that)?|what speed (?:is|was) (?:that|it))", _as("what is the average speed for {a} in {b}"), ("fast", "speed")),
    Intent(rf"how (?:many gallons|much (?:fuel|gas|petrol|diesel)) (?:do i need|will i need|does it take|will i use|do i use|is needed|will it take)? ?(?:for|to (?:drive|go|travel)|on) (?:an? )?(?P<way>{_POSITIVE}) miles?(?: trip| journey| drive)? (?:at|with|on|if i get|doing|getting) (?P<rate>{_POSITIVE}) (?:mpg|miles per gallon|miles to the gallon)|(?:if )?(?:my car |i |it |a car )?(?:gets?|does) (?P<rate2>{_POSITIVE}) (?:mpg|miles per gallon|miles to the gallon) how (?:many gallons|much (?:fuel|gas|petrol)) (?:do i need|will i need|will i use|does it (?:use|need)|do i use) (?:for|to (?:drive|go|travel)) (?P<way2>{_POSITIVE}) miles", _fuel, ("gallon", "fuel", "gas", "petrol", "diesel")),
    Intent(r"(?:what (?:temperature )?is |how cold is )?absolute (?:zero|0)(?: in (?:degrees )?(?:celsius|fahrenheit|c|f|kelvin|centigrade))?", says("Absolute zero is 0 kelvins: minus 273.15 degrees Celsius, or minus 459.67 degrees Fahrenheit."), ("absolute",)),
    Intent(r"how (?:long|many days) is a fortnight", says("A fortnight is two weeks: 14 days."), ("fortnight",)),
    Intent(r"how (?:long|many years) is a score|how many (?:is|are) (?:in )?a score", says("A score is 20."), ("score",)),
    Intent(r"how much (?:money )?is a grand", says("A grand is 1000."), ("grand",)),
    Intent(r"what is the (?:smallest|lowest|first|only even) prime(?: number)?", says("It is 2."), ("prime",)),
    Intent(r"(?:write |what is |put |say )?(?P<n>\d{1,15}) (?:in|as|with) (?:numerals|digits|figures|a number|numbers|an? numeral)", lambda _q, m: f"{m['n']}.", ("numeral", "digits", "figures", "number")),
    Intent(r"how (?:many|much) is (?:in )?a (?:baker's|bakers|baker) (?:dozen|12)|what is a (?:baker's|bakers) (?:dozen|12)", says("A baker's dozen is 13."), ("baker",)),
    Intent(r"(?:what is|how (?:big|large|much|many) is|how many (?:zeros|zeroes) (?:are (?:there )?in|does|in|has)) a googol(?: have)?", says("A googol is 1 followed by 100 zeros."), ("googol",)),
    Intent(r"(?:what is |simplify )?(?:the )?ratio (?:of|between) (?P<a>\d{1,9}) (?:to|and) (?P<b>\d{1,9})(?: simplified)?", _as("simplify the ratio {a}:{b}"), ("ratio",)),
    Intent(rf"{_ASK}(?:share|divide|split) (?P<n>{SUM}) in(?:to)? an? (?P<a>\d{{1,4}}) ?(?::|to) ?(?P<b>\d{{1,4}}) ratio", _as("divide {n} in the ratio {a}:{b}"), ("ratio",)),
    Intent(r"(?:in )?how many (?:different )?(?:ways|orders) can (?P<n>\d{1,2}) [a-z]+ (?:sit|stand|be (?:arranged|ordered|seated|lined up)|line up)(?: in a (?:row|line)| on a (?:shelf|bench))?", _as("how many ways to arrange {n} people"), ("ways", "orders")),
    Intent(rf"(?!.*\b(?:costs?|price|much does|paint)\b).*\b(?:fence|fencing|edging|border|trim|ribbon|lace|skirting(?: board)?|tape|hedge|string lights)\b.* (?:an? |my |the )?(?P<a>{_POSITIVE}(?: ?{_LENGTH})?) (?:by|x) (?P<b>{_POSITIVE}(?: ?{_LENGTH})?)(?: [a-z]+)?|how (?:far|long) is (?:it|the way) (?:around|round) (?:the (?:edge|outside) of )?(?:an? |my |the )?(?P<a2>{_POSITIVE}(?: ?{_LENGTH})?) (?:by|x) (?P<b2>{_POSITIVE}(?: ?{_LENGTH})?)(?: [a-z]+)?", lambda q, m: meant(q, f"perimeter of {m['a'] or m['a2']} by {m['b'] or m['b2']}") if re.search("round|enclose|perimeter|edge|how much|how many", m[0]) else None, (" by ", " x ")),
    Intent(rf"(?:.* )?(?P<w>{_POSITIVE}) ?(?P<k>kilowatts?|kw|watts?|w)(?: [a-z]+)? (?:for|over|running for|on for|used for|runs? for|is on for) (?P<h>{_POSITIVE}) (?P<t>hours?|minutes?)(?: a day)? how (?:many (?:kilowatt hours|kwh)|much (?:energy|electricity|power))(?: (?:is that|does (?:it|that) use|is used|do i use|will it use))?", _energy, ("watt", "kw")),
    # writing numbers
    Intent(r"how (?:do (?:you|i)|would you|should i) (?:say|pronounce|read|spell)(?: out)?(?: the number)? (?P<n>\d{2,15})|(?:write|spell|say) out (?P<n2>\d{1,15})(?: in (?:words|full|letters))?", _as("write {n} in words"), ("how ", " out ")),
    Intent(r"how (?:do|would|should) (?:you|i|we) write (?P<n>\d{1,15}) (?:in|as|with) (?:numerals|digits|figures|a number|numbers)", lambda _q, m: f"{m['n']}.", ("write",)),
    Intent(r"how many (?P<w>thousand|million|billion)s? (?:are |is )?(?:there )?(?:in|make|is) (?P<n>\d{4,18})", lambda q, m: meant(q, f"{m['n']} / {_LARGE[m['w']]}"), ("how many",)),
    Intent(r"(?:what is |how do (?:you|i) write )?(?:the )?(?P<b>binary|hex|hexadecimal|octal)(?: number| code| form)? (?:for|of) (?P<n>\d{1,15})", _as("{n} in {b}"), (" for ", " of ")),
    Intent(r"(?:what is |convert )?(?P<n>(?=[0-9a-f]*[a-f])[0-9a-f]{2,12}) (?:in|to) decimal", _as("hex {n} to decimal"), ("decimal",)),
    Intent(r"(?:what is |what are )?(?:the )?roman numerals?(?: for| of)? (?P<a>\d{2}) (?P<b>\d{2})|(?:what is |how do you write |write )?(?P<a2>\d{2}) (?P<b2>\d{2}) (?:in|as)(?: an?)? roman numerals?", lambda q, m: meant(q, f"roman numeral for {m['a'] or m['a2']}{m['b'] or m['b2']}"), ("roman",)),
    Intent(r"how (?:is|are|would|do you|would you|do i) (?:write )?(?P<n>\d{1,4}) (?:be )?(?:written|shown|expressed)? ?(?:in|as)(?: an?)? roman(?: numerals?| numbers?)?|roman numerals? (?P<n2>\d{1,4})|what (?:is the )?(?:letter|symbol)s? (?:is |for |means? )?(?P<n3>\d{1,4}) in roman numerals|what (?:is the |roman )(?:letter|symbol|numeral) (?:is|for|means) (?P<n4>\d{1,4})", _as("roman numeral for {n}"), ("roman",)),
    Intent(r"what (?:number )?(?:does|is) (?:the )?(?:roman numeral |letter |numeral )?(?P<n>[ivxlcdm]) (?:stand for |mean |worth |equal |represent )?(?:in|as) roman(?: numerals?| numbers?)?|what (?:number )?(?:does|is) (?:the )?roman numeral (?P<n2>[ivxlcdm])(?: stand for| mean| worth| equal)?", lambda _q, m: f"{(m['n'] or m['n2']).upper()} is {from_roman((m['n'] or m['n2']).upper())}.", ("roman",)),
    # prices
    Intent(rf"{_ASK}(?P<b>{SUM}) (?:times|x|multiplied by) (?P<m>\d{{1,4}})|{_ASK}(?P<m2>\d{{1,4}}) (?:times|x|multiplied by|lots of) (?P<b2>{SUM})", lambda q, m: meant(q, f"{m['m'] or m['m2']} at {m['b'] or m['b2']} each") if re.search(r"[$£€]|\d ?p\b|pence|quid|bucks|cents", m[0]) else None),
    Intent(rf"(?:what|how much)(?: money)?(?: is| do i have| will i have| have i got| would i have)? left (?:from|of|out of|over from)? ?(?P<a>{SUM}) (?:if|when|after) (?:i|we|you) ?(?:spend|spent|pay|paid|use|used|take out|give away|spending) (?P<b>{SUM})|(?:if )?(?:i|we) (?:have|had|start with) (?P<a2>{SUM}) and (?:i |we )?(?:spend|spent|pay|paid|use|used) (?P<b2>{SUM})(?: on (?:an? |the )?[a-z]+)? (?:how much|what)(?: money)? (?:is|do i have|will i have|have i got|do we have)(?: got)? ?(?:left|over|left over)?", lambda q, m: meant(q, f"{_bare(m['a'] or m['a2'])} minus {_bare(m['b'] or m['b2'])}"), ("left", "have")),
    Intent(rf"(?:if )?(?:i|we|she|he|they) (?:buy|bought|get|got|ordered|order|want|need|had) (?P<m>\d{{1,4}}) {_THING} (?:at|for|that cost|which cost|costing) (?P<b>{SUM})(?: (?:each|apiece|a piece))? (?:how much|what) (?:did|do|does|will|would|is|was) (?:i|we|she|he|they|it|that|the)(?: (?:spend|pay|cost|owe|total|come to|in total|altogether|in all|all together))*", lambda q, m: meant(q, f"{m['m']} at {m['b']} each") if re.search("each|apiece|a piece", m[0]) else None, ("each", "piece")),
    Intent(rf"{_ASK}(?:the )?(?P<r>{_N}) ?{_P} interest on (?P<n>{SUM})(?: (?:for|over|in|after) (?:1|a) year| a year)|how much interest (?:do i get|will i get|is|on) (?:on )?(?P<n2>{SUM}) (?:at|with) (?P<r2>{_N}) ?{_P}(?: (?:for|over|in|after) (?:1|a) year| a year)?", _as("simple interest on {n} at {r} percent for 1 years"), ("interest",)),
    Intent(rf"(?:if )?(?:i|we) (?:earn|make|get paid|get|charge) (?P<b>{SUM}) an hour and (?:i |we )?(?:work|do|worked) (?P<n>{_POSITIVE}) hours(?: a week)? (?:how much|what) (?:do|will|would) (?:i|we) (?:make|earn|get)(?: paid)?(?: a week)?", _as("{b} an hour how much is {n} hours"), ("hour",)),
    Intent(rf"{_ASK}(?P<m>\d{{1,4}})(?: {_THING})?? at (?P<b>[$£€]?\d{{1,6}}\.\d\d|[$£€]\d{{1,6}}|\d{{1,6}}(?:\.\d\d)? (?:pounds|dollars|euros|pence|cents|quid|bucks))(?: each)?", _as("{m} at {b} each"), (" at ",)),
    Intent(rf"(?:if )?(?:an? |the |1 |each |every )(?:{_THING} )?(?:costs?|is) (?P<b>{SUM})(?: each)? (?:how much|what)(?: is| are| do| does| would| will| for| i pay for| should)* (?P<m>\d{{1,4}})(?: of (?:us|them|those))?(?: {_THING})?(?: cost| be| come to)?", _as("{m} at {b} each"), ("how much", "what")),
    Intent(rf"(?:if )?(?:the )?{_THING} (?:cost|are|is|costs) (?P<b>{SUM}) (?:each|apiece|a piece|per piece) (?:how much|what)(?: is| are| do| does| would| will| for| i pay for| should)* (?P<m>\d{{1,4}})(?: of (?:us|them|those))?(?: {_THING})?(?: cost| be| come to)?", _as("{m} at {b} each"), (" each ", "piece")),
    Intent(rf"how much (?:is|are|would|do|does|for|will) (?P<m>\d{{1,4}}) {_THING}(?: be| cost)? (?:at|if (?:they are|each is|1 is|each 1 is|they cost|each costs|1 costs)) (?P<b>{SUM})(?: each| apiece)?", _as("{m} at {b} each"), ("how much",)),
    # what only leads up to the question
    Intent(rf"(?:{_LEAD} )+(?P<rest>.*\d.*)", _led_to),
)  # fmt: skip


def _top(text: str) -> str:
    """Return the upper number of "3 quarters", "a half"."""
    return text[0] if text[0].isdigit() else "1"


def _fraction(text: str) -> str:
    """Write "a third" as it is reckoned with."""
    name = text.rsplit(maxsplit=1)[-1]
    return (
        f"(1/{name.rstrip('rdth')})" if name[0].isdigit() and "/" not in name else f"({_OF.get(name, name)})"
    )
