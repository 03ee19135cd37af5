"""Say plainly what takes a larger model: kinds of questions that the small one is known to get wrong.

Asked after every large model and before the small one, so it speaks only when no large model answered.
It is narrow on purpose: what is only talk, an idea or a joke goes on to the small model.
"""

# ruff: noqa: E501  a pattern or a question reads best in one line

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from hub.llm.provider import Caps, Declined, Delta, Done, Piece, Probe, Request

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

_TONGUE = (
    r"(?:english|french|spanish|german|italian|portuguese|dutch|swedish|norwegian|danish|finnish|polish|russian|ukrainian"
    r"|czech|greek|turkish|arabic|hebrew|hindi|urdu|chinese|mandarin|cantonese|japanese|korean|thai|vietnamese|latin|welsh"
    r"|irish|gaelic|swahili|indonesian|hungarian|romanian|croatian|serbian|catalan|esperanto|icelandic)"
)
_CODE = (
    r"(?:python|javascript|typescript|java|c\+\+|c#|rust|golang|php|ruby|sql|bash|shell|html|css|kotlin|swift|perl|haskell"
    r"|program|script|function|regex|regular expression|query|class|algorithm|api|app|website|web page|code)"
)
_LONG = (
    r"(?:essay|article|report|thesis|dissertation|novel|book|chapter|screenplay|speech|cover letter|resume|cv|business plan"
    r"|research paper|blog post|press release|contract|lesson plan|white ?paper|presentation|term paper|sermon)"
)
_MINE = r"(?!(?:you|your|yours|i|me|my|we|us|our|it|this|that|there|here)\b)"
_SICK = (
    r"(?:cancer|diabetes|asthma|pneumonia|covid|influenza|the flu|measles|malaria|arthritis|hypertension|high blood pressure"
    r"|a stroke|stroke|heart attack|heart disease|epilepsy|dementia|alzheimer'?s|parkinson'?s|depression|appendicitis|sepsis"
    r"|anaemia|anemia|migraines?|concussion|shingles|eczema|psoriasis|bronchitis|tuberculosis|hepatitis|lyme disease"
    r"|a miscarriage|pre ?eclampsia|meningitis|thyroid [a-z]+|kidney stones?|gallstones?|ulcers?|an? infection|blood clots?)"
)

# what it is | patterns over the words in lower case, without punctuation; each must match the whole
_KINDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "Translating takes",
        (
            rf"(?:please |can you |could you )*translate\b.*\b(?:to|into|in|from) {_TONGUE}\b.*",
            rf"(?:how (?:do|would|can) (?:you|i|we|one) (?:say|write|spell|ask)|what is|what are) .+ in {_TONGUE}",
            rf"what is (?:the )?{_TONGUE}(?: (?:word|translation|phrase|term|expression))? (?:for|of) (?!(?:beginners|kids|children)\b).+",
            rf"what does .+ mean in {_TONGUE}|(?:say|write) .+ in {_TONGUE}",
        ),
    ),
    (
        "Writing code takes",
        (
            rf"(?:please |can you |could you )*(?:write|code|build|implement|create|develop|debug|refactor|generate|fix|make) (?:me )?(?:an? |the |my |some |this )?(?:[a-z+#]+ ){{0,3}}{_CODE}\b.*",
            rf"(?:please |can you |could you )*(?:write|show)(?: me)? .*\b(?:in|using|with) {_CODE}\b.*",
            r"how (?:do|can|would) (?:i|you|we) .+ in (?:python|javascript|typescript|java|c\+\+|c#|rust|golang|php|ruby|sql|bash|html|css|kotlin|swift|perl|haskell)",
            r".*\b(?:time complexity|segmentation fault|null pointer|stack trace|syntax error|regex|recursion in)\b.*",
        ),
    ),
    (
        "A long text takes",
        (
            rf"(?:please |can you |could you |help me )*(?:write|draft|compose|prepare|generate|create|outline)(?: me| up)? (?:an? |the |my )?(?:[a-z0-9]+ ){{0,4}}{_LONG}\b.*",
            r"(?:please |can you |could you )*(?:write|compose)(?: me)? an? (?:\d{3,}|(?:[a-z]+ )?(?:hundred|thousand)) words? .*",
            r"(?:please |can you |could you )*(?:summari[sz]e|analy[sz]e|proofread|review|compare and contrast|critique) .{8,}",
            r"(?:please |can you |could you )*write (?:\d{3,}|[a-z]+ (?:hundred|thousand)) words .*",
        ),
    ),
    (
        "Facts about people and history take",
        (
            rf"who (?:was|were) {_MINE}(?!.*\b(?:talking|speaking|calling|there|here)\b)[a-z].+",
            rf"who (?:invented|discovered|wrote|painted|composed|founded|directed|designed|built|created|starred|sang|killed|assassinated|succeeded|led|ruled|conquered|signed|won) {_MINE}.+",
            rf"(?:when|where|how|what day|what year|in what year|in which year|which year) (?:was|were|did) {_MINE}.+ (?:born|die|died|killed|founded|invented|discovered|built|published|released|signed|assassinated|crowned|elected|happen|occur|take place|begin|end|start|fall|sink|become|written|painted|abolished|win)(?: .*)?",
            r"(?:when|where) (?:was|were|did) the (?:battle|war|treaty|siege|revolution|french|american|russian|roman|ottoman|first world|second world|cold|civil|great|black|renaissance|industrial|titanic|berlin|moon)\b.*",
            r"(?:what|who) (?:caused|started|ended) the .*\b(?:war|revolution|empire|depression|crisis|famine|plague)\b.*",
            r"(?:which|what|who) .*\b(?:won|win) the .*\b(?:1[5-9]\d\d|20[0-2]\d)\b.*",
            r"(?:what|which) (?:books?|novels?|films?|movies?|albums?|songs?|plays?|paintings?) (?:did|has|was|were) .+ (?:write|written|direct|directed|paint|painted|star|record|release)\w*(?: .*)?",
        ),
    ),
    (
        "Figures about the world take",
        (
            rf"what (?:is|was) the (?:population|area|height|length|depth|elevation|distance|diameter|mass|weight|boiling point|melting point|density|atomic number|atomic weight|speed|gdp|circumference|half life|surface area|life expectancy|wingspan) (?:of|from|between|to) {_MINE}.+",
            rf"how many (?:people|inhabitants|citizens|countries|states|planets|moons|species|bones|muscles|teeth|chromosomes|islands|languages|provinces|counties|members|elements|players)\b (?:are (?:there )?(?:in|on)|does|do|live in|has|have|were|died|speak) {_MINE}.+",
            r"how (?:tall|high|deep|far|far away|long|old|big|large|heavy|fast|wide|hot|cold) (?:is|are|was|were) (?:the |mount |mt |lake )(?!(?:disk|disc|drive|machine|server|computer|cpu|processor|database|hub|model|models|file|table|box|tv|garden|house|room|song|weather)\b)[a-z].+",
        ),
    ),
    (
        "Questions of health take",
        (
            r"(?:what (?:is|are|causes?)|how (?:do|can|is|are|does)|can|is|are|which|should) .*\b(?:symptoms?|treatments?|treat|cure|cured|diagnos\w+|side effects?|prognosis|contagious|prescri\w+|medication|vaccine|remedy|remedies|interactions?)\b.*",
            rf"(?:what (?:is|are|causes)|how (?:do|does|can|is)|why do) (?:you |i |people |one )?(?:get |have |treat |cure |prevent |catch |know if you have )?{_SICK}(?: .*)?",
            r"(?:is it|is this) (?:dangerous|safe|normal|serious) (?:to|if|when) .*\b(?:pregnan\w+|bleed\w*|fever|pain|dose|swallow\w*|drug|pill|medicine|infect\w*)\b.*",
        ),
    ),
    (
        "Questions of law take",
        (
            r"(?:is it|is this|would it be) (?:il)?legal(?:ly)? (?:to|for|if|that|in)?\b.*",
            r"(?:can|could|should|may) (?:i|my [a-z]+|they|we|a [a-z]+|he|she) (?:sue|be sued|evict|be evicted|get arrested|be arrested|go to (?:jail|prison)|get fired for|deduct|legally)\b.*",
            r".*\b(?:statute of limitations|my legal rights|rights as a tenant|copyright law|tax law|employment law|divorce law|custody of|power of attorney|liable for|immigration law)\b.*",
            r"(?:what|how much) .*\b(?:is the penalty|is the fine|are the penalties|tax(?:es)? do i (?:owe|pay)|is the sentence) .*",
        ),
    ),
    (
        "A problem like this takes",
        (
            r"(?=(?:.*\d){2})(?=.*\bhow (?:many|much|far|long|old|fast|tall)\b)(?:if |a |an |the |my |there (?:are|were) |[a-z]+ (?:has|had|buys|bought|is|was|walks|drives|sells|sold|eats|ate|gives|gave|runs|reads|earns|pays|paid|travels) ).{30,}",
            r"(?:prove|derive|integrate|differentiate|factori[sz]e|solve the (?:system|integral|equations?|differential)|find the (?:derivative|integral|limit|roots))\b.*",
            r"what is the (?:derivative|integral|limit|antiderivative|determinant|eigenvalues?) of .*",
        ),
    ),
)  # fmt: skip


@cache
def _compiled() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((title, re.compile(pattern)) for title, patterns in _KINDS for pattern in patterns)


def needs(text: str) -> str:
    """Return the sentence for a question that is certain to be beyond a small model, else ""."""
    from hub.intents.words import clean  # noqa: PLC0415  with the patterns, at the first question

    plain = clean(text)[:400]
    title = next((title for title, pattern in _compiled() if pattern.fullmatch(plain)), "")
    return (
        f"{title} a larger language model: mine here would guess. The page Language is where you connect one."
        if title
        else ""
    )


class Bigger:
    """The `Provider` that says so; declines everything else."""

    name = "bigger"
    caps = Caps(
        local=True, quality="limit", prompt_tokens=400, fixed_tokens=0, title="what takes a larger model"
    )

    async def stream(self, request: Request, deadline: float) -> AsyncIterator[Piece]:
        """Say what is missing, and where to connect it; raises `Declined` for what the small model may try."""
        del deadline
        said = needs(request.messages[-1].text) if request.messages else ""
        if not said:
            raise Declined
        yield Delta(said)
        yield Done()

    async def probe(self) -> Probe:
        """Say that it is always ready."""
        return Probe(ok=True)
