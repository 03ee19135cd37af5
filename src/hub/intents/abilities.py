"""Say what I can do and cannot, how to use me, and what becomes of your words: always the same, always true."""

# ruff: noqa: E501  a pattern reads best in one line

from __future__ import annotations

import re
from functools import cache

from hub.intents import limits
from hub.intents.intent import Intent, Question, compiled, says

# what one may ask whether I can do it | the answer; the whole of what stands behind "can you" must match
FORGETFUL = "I keep our talks, and you can search them. My memory is off."
REMEMBERS = "Yes. Say remember that, and what it is; ask me what I know, or tell me to forget it."
_THINGS: tuple[tuple[str, str], ...] = (
    (
        r"(?:(?:set|keep|run|do|handle|use|start|make|have|manage|create) )?(?:a |an |my |any |multiple |several |two |2 |more than (?:one|1) )?(?:kitchen |egg )?(?:timers?|countdowns?)(?: at (?:once|the same time|a time))?(?: and (?:alarms|reminders|timers))*|time (?:my|the|some) [a-z]+|count down",
        'Yes. Say, for example: "set a timer for 10 minutes".',
    ),
    (
        r"(?:(?:set|keep|do|handle|use|make|have|be|manage|create) )?(?:a |an |my |any )?(?:alarms?|alarm clock)(?: and (?:timers|reminders))*|wake me(?: up)?(?: in the morning)?",
        'Yes. Say, for example: "wake me at 7".',
    ),
    (
        r"(?:(?:set|keep|do|handle|use|make|have|give|manage|create) )?(?:me )?(?:a |an |my |any )?reminders?(?: and (?:timers|alarms))*|remind (?:me|us)(?: (?:of|about) (?:things|stuff|something|anything|my [a-z]+))?|help me remember (?:things|stuff)",
        'Yes. Say, for example: "remind me at 8 to take my pills".',
    ),
    (
        r"(?:(?:do|help(?: me)? with|solve|work out|calculate|handle|understand) )?(?:my |some |any |the |simple |basic )*(?:sums?|maths?|math homework|maths homework|arithmetic|calculations?|mathematics|percentages?|fractions?|equations?|algebra|long division|square roots?|numbers)|(?:add|count|calculate|multiply|divide|subtract)(?: (?:things )?(?:up|numbers|and subtract))?|be a calculator|split (?:a|the) bill|work out (?:a )?tips?",
        'Yes. Ask, for example: "what is 15 percent of 80".',
    ),
    (
        r"(?:(?:do|handle|help with|convert|change|know|make|understand|scale) )?(?:between )?(?:my |a |some |any |the |metric and imperial |imperial and metric |cooking |different |unit )*(?:units?|measurements?|unit conversions?|conversions?|measures|temperatures?|weights(?: and measures)?|recipes|recipe measurements)|convert (?!.*\d)[a-z]+ (?:to|into) [a-z]+",
        'Yes. Ask, for example: "how many grams are 8 ounces". Money I cannot convert: I know no rates.',
    ),
    (
        r"(?:tell me |say |know |give me )?(?:the |what )?(?:time|date|day)(?: (?:it is|and (?:the )?date|is it))?|tell (?:me )?(?:the )?(?:time|date)(?: and date)?|(?:tell (?:me )?)?(?:the )?time in other (?:countries|cities|places)|(?:know |do |handle )?time ?zones",
        'Yes. Ask, for example: "what time is it in Tokyo".',
    ),
    (
        r"(?:count|work out|calculate|do|tell me|know|reckon)(?: (?:the|with|how many))? ?(?:number of )?(?:days?|weeks|dates|calendar dates|ages|holidays|date sums|calendar arithmetic)(?: (?:until|to|between|till) [a-z ]+)?|(?:know|tell me) (?:when )?(?:easter|christmas|(?:the )?(?:bank |public )?holidays)(?: is| are)?",
        'Yes. Ask, for example: "how many days until Easter".',
    ),
    (
        r"(?:with )?(?:my |some |the |his |her )*(?:maths?|arithmetic|sums?)(?: homework)?",
        'Yes. Ask, for example: "what is 15 percent of 80".',
    ),
    (
        r"spell(?: (?:words?|things|for me|difficult words|hard words))?|help (?:me )?(?:with (?:my )?)?(?:spelling|spell(?: words)?)|check (?:my )?spelling",
        'Yes. Say, for example: "spell necessary".',
    ),
    (
        r"(?:flip|toss) (?:a )?coins?|(?:roll|throw) (?:the |a |some )?(?:dice|die)|(?:pick|choose|generate|give me) (?:a )?(?:random )?numbers?",
        'Yes. Say: "flip a coin", or "roll two dice".',
    ),
    (
        r"(?:monitor|watch|see|tell me (?:about|how)|look (?:at|after)|keep an eye on|know|say)(?: how)? ?(?:on )?(?:the |my |this |your |how much )*(?:disk|disc|disk space|server|machine|computer|system|memory|ram|cpu|processor|hardware|status|health|storage|load)(?: space| status| usage| is| health| is doing| i have left| there is)?",
        'Yes. Ask, for example: "am I running out of disk".',
    ),
    (
        r"(?:phone|call|dial|ring) home",
        "No: I hear and speak on this machine. Only a language service that you connect yourself gets your words.",
    ),
    (
        r"(?:play|stream|put on|find|sing|start|use|control|pause|skip)(?: (?:some|any|a|the|my|me|us|to))* ?(?:music|songs?|radio|podcasts?|videos?|movies?|films?|audiobooks?|spotify|youtube|netflix|the tv|tv|television|the telly|the radio|jazz)(?: (?:for me|songs))?",
        "No, I play no music and no media here.",
    ),
    (
        rf"(?:turn|switch|put)(?: (?:on|off|up|down))?(?: (?:the|my|our|all|a))* (?:[a-z]+ ){{0,2}}(?:{limits.DEVICE}|things|it|everything)(?: (?:on|off|up|down|for me))*|(?:dim|control|operate|change|manage|lock|unlock|open|close|use|run|connect to|work with)(?: (?:the|my|our|all|any|your))* ?(?:lights?|lamps?|heating|thermostat|plugs?|appliances|blinds|curtains|doors?|garage(?: door)?|oven|fan|smart home(?: devices)?|home assistant|house|home|devices|boiler|kettle|alexa|dishwasher|temperature|robot)(?: (?:on|off|up|down))?|do home automation|make (?:me )?(?:a )?(?:coffee|tea|cup of tea)|cook(?: (?:for (?:me|us)|dinner|food|me (?:dinner|something|a meal)))?|clean(?: (?:up|the [a-z]+|my [a-z]+))?|do the (?:dishes|washing up|laundry|ironing|cleaning|hoovering)",
        limits.HANDS,
    ),
    (
        rf"(?:call|phone|ring|dial|text|message|email|contact|facetime|whatsapp)(?: (?:my |the |a |an )?(?:{limits.KIN}|{limits.NAMES}|people|someone|somebody|anyone|me|us|them|him|her|person|number|numbers|for me)(?:'s [a-z]+)?(?: (?:back|for me|at (?:work|home)))*)?|(?:make|take|answer|receive|pick up) (?:a |my |the |phone |some )*(?:phone )?calls?|(?:send|read|write and send|check|get|receive|answer|reply to)(?: (?:an?|my|the|some|any|me|new|to|her|him|them))* ?(?:e ?mails?|texts?|text messages?|messages?|letters?|sms|whatsapps?|voicemails?|notifications?|post|mail)(?: to [a-z ]+| for me)?|post (?:to|on) [a-z ]+",
        limits.REACH,
    ),
    (
        r"(?:tell me |check |know |see |give me |get |say )*(?:about )?(?:the |what the |what is the |tomorrow's )*(?:weather|weather forecast|forecast|temperature outside)(?: (?:is|will be))?(?: (?:like|today|tomorrow|outside|going to be))*",
        limits.WEATHER,
    ),
    (
        r"(?:tell me |read |read me |get |give me |check |know |play )*(?:the |today's |latest |me )*(?:news|headlines)(?: (?:today|to me))?",
        limits.NEWS,
    ),
    (
        r"(?:check|get|tell me|know|look up|give me|see)(?: the)?(?: current| latest)? (?:stocks?|stock prices?|share prices?|stock market|prices?|exchange rates?|bitcoin(?: price)?|crypto(?: prices)?)",
        limits.PRICES,
    ),
    (
        r"(?:search|google|browse|surf)(?: (?:on|for|the|things|something|stuff|anything))*(?: (?:internet|web|google|online|wikipedia|net))?|look (?:things|stuff|something|it|that|anything) up(?: (?:on the (?:internet|web)|online))?|look up (?:things|stuff|anything)(?: (?:on the (?:internet|web)|online))?|(?:use|access|go on|get on|go|connect to|look on|look|see|reach|open|visit|check|search on|get on to)(?: (?:the|a|my|any|to|on))* ?(?:internet|web|google|online|wikipedia|websites?|web pages?|net|youtube|facebook|twitter|instagram)",
        limits.LIVE,
    ),
    (
        r"(?:order|buy|purchase|shop for|get me|book|reserve|pay|pay for|make)(?: (?:me|a|an|some|my|the|things|for|at|any))* ?(?:food|pizza|things|stuff|groceries|shopping|tickets?|taxi|a cab|uber|flights?|hotel|table|restaurant|appointments?|reservations?|bills?|online|takeaway|anything|amazon|[a-z]+ from amazon)|(?:order|buy) me (?:a|an|some) [a-z ]+",
        limits.ORDER,
    ),
    (
        r"see(?: me| us| things| this| anything| the room| what i am (?:doing|wearing|holding))?|look at (?:me|this|pictures|photos|images|a photo)|(?:recognise|recognize|see|look at|take|draw|make|generate|create)(?: (?:me|us|my|a|an|some|any|the))* ?(?:faces?|pictures?|photos?|images?|camera|selfies?|drawings?)?|(?:do )?(?:you )?have (?:a camera|eyes)",
        "No, I have no eyes here: I only hear and read.",
    ),
    (
        r"remember(?: (?:things|me|stuff|what i (?:say|said|tell you|told you)|my [a-z]+|our (?:conversations?|talks?)|this|that|everything|anything|who i am|facts|things about me|about me))*(?: for me| about me)?|learn(?: (?:my name|who i am|things|from me|about me|new things|from (?:our|my) [a-z]+))?|recognise (?:me|my voice)|recognize (?:me|my voice)|tell (?:who is (?:talking|speaking)|our voices apart)",
        FORGETFUL,
    ),
    (
        r"(?:speak|talk|understand|know|hear|use|do|answer in|switch to|learn|say something in|reply in)(?: (?:me (?:if|when) i (?:speak|talk)|me in|in|any|other|more|foreign|to me in|a|another|different|languages? (?:other than|besides)))* ?(?:languages?|english|german|french|spanish|italian|polish|dutch|portuguese|russian|chinese|mandarin|japanese|korean|arabic|hindi|urdu|turkish|greek|swedish|norwegian|danish|finnish|czech|ukrainian|welsh|irish|hebrew|latin|anything (?:else )?(?:but|other than|besides) english)(?: (?:too|as well|besides english|than english))?",
        "I hear and speak English only.",
    ),
    (
        r"(?:hear|understand|listen to) (?:me|us|what i (?:say|am saying)|everyone|anybody|kids|children|accents?)(?: (?:now|properly|well|ok|okay|clearly))?",
        "Yes, I hear you while talking is on; you can also write to me.",
    ),
    (
        r"(?:talk|speak)(?: (?:louder|up|quieter|softer|softly|more (?:loudly|quietly)))|be (?:louder|quieter)|(?:turn|change|set) (?:your|the) volume(?: (?:up|down))?|whisper",
        "My loudness is that of the device you hear me on: change it there.",
    ),
    (
        r"(?:work|run|function|be used|operate|answer|talk|help me|do (?:this|that|anything))(?: (?:when (?:the )?(?:internet|wifi|network) is (?:down|off|out)|offline|without (?:the |an |any )?(?:internet|network|wifi|cloud|connection|being online)(?: connection| access)?|if (?:the )?(?:internet|wifi|network) (?:is|goes) (?:down|off|out)))",
        "Yes. I hear, think and speak on this machine, without the internet.",
    ),
    (
        r"(?:make|making)(?: any)? mistakes|be (?:wrong|trusted)|get (?:things|it|stuff) wrong",
        "What I compute is exact. What the language model says can be wrong.",
    ),
    (
        r"(?:do )?(?:several|two|2|many|multiple|more than (?:one|1)) things at (?:once|the same time)",
        "I take one question at a time; timers run beside it.",
    ),
)


def _able(question: Question, match: re.Match[str]) -> str | None:
    """Say whether I can do the thing, and how to ask for it."""
    thing = next((match[name] for name in ("thing", "thing2", "thing3") if match[name]), "")
    thing = re.sub(
        r"^(?:also |even |please |actually |ever |really |able to |help me (?:to )?(?=set|do|convert|count))+",
        "",
        thing,
    )
    thing = re.sub(
        r"(?: (?:for me|at all|too|as well|here|by voice|on here|or not|or something|yourself|and (?:stuff|things)))+$",
        "",
        thing,
    )
    told = next((told for pattern, told in _patterns() if pattern.fullmatch(thing)), None)
    return REMEMBERS if told == FORGETFUL and question.facts and question.facts.remembers else told


def _asked(question: Question, _match: re.Match[str]) -> str | None:
    """Answer what was taken for politeness and left out of the plain form: can you convert recipes."""
    found = _CAN_YOU.search(question.raw.lower())
    return next((told for pattern, told in _patterns() if found and pattern.fullmatch(found["thing"])), None)


_CAN_YOU = re.compile(
    r"\b(?:can|could|will|would) you (?:please |also )?(?P<thing>(?:convert|help|calculate|work out|tell)\b[a-z' ]+?)(?: for me| too| as well)?[?.! ]*$"
)


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(pattern), told) for pattern, told in _THINGS)


_WHERE = "I hear, think and speak on this machine. Only a language service that you connect yourself gets your words."
_MINE = r"(?:what (?:i|we) (?:say|said|type|write|am saying|tell you)(?: to you| here)?|(?:my|our) (?:words|voice|speech|data|questions|conversations?|audio|recordings?)|any of (?:this|it|my data)|anything(?: (?:i|we) say)?|everything (?:i|we) say)"
_OUT = r"(?:(?:to|into|in|on|from|with|over) )?(?:(?:the|this|my|our|a|any) )?(?:house|home|machine|cloud|device|computer|network|internet|building|room|server|servers|hub|google|amazon|apple|microsoft|openai|facebook|anyone(?: else)?|anybody(?: else)?|anywhere(?: else)?|somewhere(?: else)?|someone|third parties|companies)"
_LISTEN = "No. I listen only after you start talking with the ring or the space bar, until you stop it."
_SENDS = (
    "No: I hear and speak on this machine. Only a language service that you connect yourself gets your words."
)
_KEPT = "What you say is kept on this machine only, encrypted, for you alone. Under Talks you can delete it."
_HUB = r"(?:you|the hub|hub|this(?: thing)?|it)"
_WORDS = r"(?:our|my|this|these|the|that|all|all my|all our|an|a|old|past|previous|your|what i said in (?:our|the))"
_TALK = r"(?:talks?|conversations?|history|chats?|data|recordings?|chat history|conversation history|everything(?: (?:i|we) (?:said|told you|say|asked(?: you)?))?|what (?:i|we) (?:have )?(?:said|told you|asked(?: you)?)(?: to you)?)"
_PRIVATE = frozenset(
    "do does did you are is will can could who what where how else anyone anybody someone people i we say said saying tell told my our me us this that"  # noqa: SIM905  words read best as text
    " it to with on in from the any of anything everything ever all always secretly being be get gets voice words word data conversation conversations"
    " talk talks recording recordings information house home machine here somewhere anywhere or and for about".split()
)
_VERBS = (
    (
        r"send|share|upload|sell|leak|transmit",
        r".*\byou\b.*\b(?:my|our|what|anything|everything)\b.*",
        _SENDS,
    ),
    (
        r"store|keep|save|record|recorded|kept|stored|saved|private|secure|encrypted",
        r"(?=.*\b(?:my|our|i|we|us)\b)(?:.*\byou\b.*|(?=.*\b(?:voice|words?|data|conversations?|talks?|recordings?|information|say|said|saying|tell|told|we recorded|we being recorded)\b)(?:is|are|will) .*\b(?:recorded|kept|stored|saved|private|secure|encrypted)\b.*)",
        _KEPT,
    ),
    (
        r"hear|read|see|access",
        r"(?=.*\b(?:who|anyone|anybody|someone|people)\b).*\b(?:my|our|i|we|us|me|this)\b.*",
        _KEPT,
    ),
    (
        r"listen|listening|spy|spying|eavesdrop|eavesdropping",
        r"(?:do|are) you .*\b(?:in|on|always|ever|secretly)\b.*",
        _LISTEN,
    ),
)


def _privately(_question: Question, match: re.Match[str]) -> str | None:
    """Answer a question of small words and one verb on what becomes of what is said here."""
    rest = {word for word in match[0].split() if word not in _PRIVATE}
    return next(
        (
            told
            for verbs, asks, told in _VERBS
            if rest and all(re.fullmatch(verbs, word) for word in rest) and compiled(asks).fullmatch(match[0])
        ),
        None,
    )


INTENTS = (
    Intent(r"(?:can|could|will|would|do|are) you (?:also |even |actually |really )*(?:able to |know how to |capable of |support(?: for)? |know (?:about )?|offer )?(?P<thing>.+)|(?:is|are) (?:it|you) (?:possible|able) (?:for you )?to (?P<thing2>.+)|can (?:i|we) (?:use you to|ask you to|get you to|have you) (?P<thing3>.+)", _able),
    Intent(r"[a-z' ]{3,60}", _asked),
    Intent(
        r"are you (?:always |constantly |still )?(?:listening|recording|spying|eavesdropping|listening in)(?: (?:to|on))?(?: (?:me|us|everything|everyone|everything (?:i|we) say|all of us|our conversations?|now))?(?: (?:all the time|always|all day|constantly|in secret|secretly|24/7|even now))?|do you (?:always |constantly |secretly )?(?:listen|record|spy|eavesdrop)(?: (?:to|on|in))?(?: (?:me|us|everything|everyone|everything (?:i|we) say|our conversations?))?(?: (?:all the time|always|all day|constantly|secretly|in secret))?|is (?:the|your|my) microphone (?:always )?on(?: all the time)?|can you hear (?:everything|us all the time|me all the time)(?: (?:i|we) say)?",
        lambda _q, m: _LISTEN if re.search(r"always|constant|record|spy|spies|eavesdrop|all the time|all day|every|secret|24/7|listening to|microphone|do you listen|\bin\b", m[0]) else None,
        ("listen", "record", "spy", "eavesdrop", "microphone", "hear"),
    ),
    Intent(
        r"do you (?:send|share|upload|give|sell|leak|pass|transmit)(?: (?:my|our|the|any|all|me|of))* ?(?:data|voice|words|recordings?|conversations?|information|questions|what i say|audio|anything|it|personal data)?(?: (?:to|with|on|up|into|anywhere|over|out))*(?: (?:the|any))?(?: (?:cloud|internet|anyone|anybody|anywhere|google|amazon|apple|microsoft|openai|facebook|meta|third parties|companies|server|servers|others|someone|china|government))?(?: else)?|(?:does|will) (?:my|our|any) (?:data|voice|words|information|audio) (?:leave|go|get sent|stay)(?: (?:to|on|in))?(?: (?:the|this|my|our))?(?: (?:house|home|machine|cloud|device|computer|network|internet))?|are (?:you|we) (?:in the cloud|a cloud service|cloud based|connected to the cloud)|is (?:anything|something|my voice|my data|our talk) (?:sent|going|shared|uploaded|leaving) (?:to |with |on )?(?:the )?(?:cloud|internet|anyone|anywhere|house|home|this machine|google|amazon)|do you use the cloud",
        says(_SENDS),
    ),
    Intent(rf"(?:is|will) (?:this|it) (?:be |being |getting )?(?:sent|uploaded|shared|passed on|transmitted)(?: {_OUT})+|(?:does|do|will|is|are) {_MINE} (?:ever |being |get |getting )?(?:leave|go|stay|sent|end up|uploaded|shared|sold|passed on|transmitted|leaving|going)(?: {_OUT})+(?: (?:when|if|while) (?:i|we) (?:talk|speak|type|write|ask)(?: to you| you)?(?: something)?)?|(?:will|does|do|can|could) (?:google|amazon|apple|microsoft|facebook|openai|the government|the cloud|anyone else|third parties|companies) (?:get|see|hear|receive|read|use) (?:{_MINE}|what i say)|do you (?:call|phone|dial|report) home(?: .*)?|do you (?:talk|report|send anything|send data) to (?:the )?(?:cloud|google|amazon|openai|anyone|a server|servers)", says(_SENDS)),
    Intent(rf"where (?:does|do|is|are) (?:(?:your|the) (?:language |ai |speech |voice )*(?:models?|brain|llm|recognition|ai|language|thinking|processing|speech)|all (?:this|that)|my (?:words|voice|questions)|{_MINE}) (?:being )?(?:run|running|live|processed|handled|computed|done|happen|worked out|understood|thought|located|hosted)(?: .*)?|where do you (?:think|process(?: .*)?|do your thinking)|(?:are|do) you (?:run|running|work|working|think|thinking|hosted|process everything|all|live) ?(?:completely |entirely |fully |only |all )*(?:locally|local|on (?:this|my|our) (?:machine|computer|server)|on device|in the cloud|here|remotely|on a server)(?: (?:or|and|only) .*)?|are you (?:local|remote|cloud based|self hosted|on device|on premises?)(?: or .*)?|is (?:this|it|everything|the (?:ai|model|language model)|my voice|speech|any of this) (?:being |all )*(?:run|running|processed|done|computed|handled|hosted|local)(?: (?:locally|here|on (?:this|my) (?:machine|computer|device)|in the cloud|on a server|at home))*(?: or .*)?|do you (?:use|run on|rely on|talk to|depend on|need) (?:chat ?gpt|openai|open ai|gpt|claude|google|gemini|the cloud|amazon|aws|alexa|grok)", says(_WHERE)),
    Intent(r"do you (?:collect|gather|harvest|track|train on|learn from|keep|hold|have)(?: (?:any|my|our|all|of|the|me|us|personal))* ?(?:data|words|conversations?|information|talks|what i say|me|us|recordings?)(?: (?:about|on|of) (?:me|us))?", says(_KEPT)),
    Intent(r"who (?:else )?(?:can|could|gets to|is able to|will) (?:see|read|hear|access|listen to) (?:what (?:i|we) (?:say|said|am saying|are saying|type|write|tell you)(?: to you| here)?|us|everything i say|my (?:talks|chats|questions))|is (?:anyone|anybody|someone)(?: else)? (?:listening(?: in)?|hearing (?:me|this|us))(?: (?:to (?:me|us|this|what i say)))?", says(_KEPT)),
    Intent(
        r"(?:is|are) (?:my|our|the|this|these|what i say) ?(?:data|conversations?|talks?|privacy|words|information|voice|secrets?) (?:safe|private|secure|protected|encrypted|kept|stored|saved|recorded)(?: with you| here| anywhere| somewhere| by you)?|do you (?:keep|store|save|record|log|remember)(?: (?:my|our|the|any|everything|all|of))* ?(?:data|conversations?|talks?|what i say|what we say|recordings?|words|history|i say|everything i say)|(?:how|where) (?:is|are|do you (?:keep|store|save)|does it (?:keep|store)) (?:my |our |the |your |all |all my )*(?:data|conversations?|talks?|recordings?|information|words|history|stuff|files|what i say)(?: (?:stored|kept|saved|held|located|go))?|what (?:happens|do you do|becomes) (?:to|with|of) (?:my |our |the |all |voice )*(?:data|conversations?|talks?|recordings?|information|words|voice|what i say)|how private (?:are you|is this)|(?:can|does|will|could) (?:anyone|anybody|someone|other people|others|my (?:wife|husband|kids|family|boss))(?: else)? (?:see|read|hear|access|listen to)(?: (?:this|it|that|me|us|what i say|my [a-z]+|our [a-z]+|these))?|who (?:else )?can (?:see|read|hear|access) (?:this|that|me|my|our) ?(?:data|conversations?|talks?|words)",
        says(_KEPT),
        ("data", "conversation", "anyone", "anybody", "someone", "people", "others", "can hear", "can see", "can read", "talk", "privacy", "words", "information", "voice", "secret", "say", "record", "history", "private", "stuff", "files"),
    ),
    Intent(rf"(?:how (?:do|can|could|would|should) (?:i|we|you) |how to |can i |i want to |can you )(?:delete|erase|remove|clear|forget|wipe|destroy|get rid of) (?:{_WORDS} )*{_TALK}(?: with you| from (?:the )?hub)?|(?:delete|erase|clear|wipe) (?:{_WORDS} )*{_TALK}", says("Open Talks: there every talk can be deleted, for good.")),
    Intent(rf"(?:how (?:do|can|could) (?:i|we) |how to |where (?:do|can) (?:i|we) |can i )(?:find|search|see|read|look (?:at|up)|export|rename|get|download|listen to) (?:{_WORDS} )*{_TALK}(?: with you| from [a-z ]+)?|(?:show|find|open|list)(?: me)? (?:{_WORDS} )*{_TALK}|do you remember what (?:i|we) (?:said|told you|talked about|asked you|discussed)(?: .*)?|what did (?:i|we) (?:talk about|say|ask you) (?:yesterday|last week|earlier|before|last time|this morning)", says("Open Talks: there you can search, read, rename and export them.")),
    Intent(rf"how (?:do|can|should) (?:i|we) (?:back|backup|save) (?:up )?(?:{_HUB}|the hub|my data|everything|all (?:this|of this)|my hub)(?: up)?|how (?:do|can) (?:i|we) (?:make|do) a backup|(?:make a )?back ?up(?: the hub)?", says("Open Settings, then Backup. It makes one sealed file of all that I know.")),
    Intent(r"how (?:do|can|could) (?:i|we) (?:add|invite|let in|create|register)(?: (?:a|an|another|my|new|other|more))* ?(?:person|people|user|users|account|member|guest|family|wife|husband|daughter|son|kids|children|friend|someone|family members?)(?: (?:in|here|to (?:the )?hub))?|can (?:my|other|more|several) (?:family|wife|husband|kids|children|people|friends|guests)(?: members)? (?:use|talk to) (?:you|this|the hub)(?: too| as well)?", says("Yes: open People, under Settings, and make an invite."), ("add", "invite", "let in", "create", "register", "use", "talk to")),
    Intent(r"how (?:do|can|could) (?:i|we) (?:(?:pair|connect|add)(?: (?:a|an|my|another|new|the))*|(?:use|put|get|open|reach) (?:you|the hub|this)(?: (?:on|to|with|from|a|an|my|another|the))*) (?:phone|tablet|device|ipad|iphone|laptop|second device|mobile|android)|can (?:i|we) (?:use|talk to|reach) (?:you|the hub|this) (?:on|from|with) (?:my|a|another) (?:phone|tablet|ipad|iphone|laptop|device|mobile)", says("Open You, under Settings, and choose Pair a device: it shows a code.")),
    Intent(r"how (?:do|can|could) (?:i|we) (?:connect|add|use|get|install|switch to|set up|give you|have)(?: (?:a|an|you|to|with|the|my|some))* ?(?:bigger|better|larger|smarter|different|other|another|new|language)? ?(?:language )?(?:model|brain|llm|language model|grok|chat ?gpt|gpt|ollama|openai|claude|ai)(?: model)?|how (?:do|can|could) (?:i|we) make you (?:smarter|better|cleverer|more intelligent)", says("Open the page Language. There you add Grok, Ollama or another server; Models has larger local ones."), ("model", "brain", "llm", "grok", "gpt", "ollama", "openai", "claude", " ai", "smarter", "better", "clever", "intelligent")),
    Intent(r"how (?:do|can|could) (?:i|we) (?:stop|interrupt|silence|shut up|shut|quiet|mute|cancel) you(?: (?:talking|speaking|up))?|how do i make you (?:stop|be quiet|shut up)(?: talking)?", says("Speak over me, or press Escape.")),
    Intent(r"how (?:do|can|should) (?:i|we) (?:talk|speak|ask|use|start(?: talking)?|activate|wake)(?: (?:to|with|you|up|a question|the microphone|this))*", says("Press the ring or the space bar, and speak. Or write.")),
    Intent(r"(?:how (?:do|can|could) (?:i|we) (?:make|turn|set|get|change)|make|turn|can i (?:make|turn)) (?:you|your|yourself|the|it|that)(?: (?:voice|volume|sound|speech))?(?: to)?(?: be| speak| talk| sound)? ?(?:louder|quieter|up|down|softer|volume)|(?:change|set|turn up|turn down|raise|lower) (?:your|the) volume|(?:speak|talk) (?:louder|up|quieter|softer|more quietly|more loudly)|volume (?:up|down)|i (?:cannot|can hardly|can barely) hear you", says("My loudness is that of the device you hear me on: change it there."), ("loud", "quiet", "soft", " up", " down", "volume", "hear you")),
    Intent(r"how (?:do|can|would|should) (?:i|we|you) (?:set|make|start|create|add)(?: (?:a|an|up|my))* (?:timers?|countdown)(?: with you| here| on (?:you|this|the hub))?", says('Say, for example: "set a timer for 10 minutes". Or open Timers.')),
    Intent(r"how (?:do|can|would|should) (?:i|we|you) (?:set|make|start|create|add)(?: (?:a|an|up|my))* (?:alarms?|alarm clock)(?: with you| here| on (?:you|this|the hub))?", says('Say, for example: "wake me at 7". Or open Timers.')),
    Intent(r"how (?:do|can|would|should) (?:i|we|you) (?:set|make|start|create|add|get)(?: (?:a|an|up|my))* reminders?(?: with you| here| on (?:you|this|the hub))?", says('Say, for example: "remind me at 8 to take my pills". Or open Timers.')),
    Intent(r"how (?:do|can|would|should) (?:i|we|you) (?:cancel|stop|delete|turn off|remove)(?: (?:a|an|my|the))* (?:timers?|alarms?|reminders?)(?: with you| here)?", says('Say, for example: "cancel the pasta timer". Or open Timers.')),
    Intent(
        r"(?:do|will|can|would) (?:my |the |your )?(?:timers|alarms|reminders) (?:still )?(?:survive|ring|work|run|go off|keep running|be kept|be lost|continue|stop)(?: (?:after|if|when|through|over|a|an|the|you|i|it|is|are|power|machine|hub|computer|browser|page|tab))*(?: (?:restart(?:s|ed)?|reboot(?:s|ed)?|crash(?:es)?|cut|off|closed|close|shut down|goes down))?(?: (?:the )?(?:page|browser|tab))?",
        says("They are kept on disk and survive a restart; they ring in every open tab."),
    ),
    Intent(
        r"how many (?:timers|alarms|reminders) (?:can|could) (?:you|i) (?:run|set|have|keep|do)(?: at (?:once|the same time|a time))?|can i (?:set|have|run) (?:two|2|3|several|many|multiple|more than (?:one|1)) (?:timers|alarms|reminders)(?: at (?:once|the same time))?",
        says("Up to 500 at once, each with its own name."),
    ),
    Intent(r"how (?:do|can|could) (?:i|we) (?:change|open|get to|find|see)(?: (?:the|my|your|hub))* (?:settings|options|preferences|configuration)", says("Open Settings, at the top of the page.")),
    Intent(r"what (?:should|can|do) i do (?:if|when) (?:something|anything|it|this|the hub|you|a part) (?:is|are|goes|stops?|breaks?) ?(?:broken|wrong|not working|working|down|working)?|how (?:do|can) (?:i|we) (?:check|test|see|know|make sure)(?: (?:that|if|whether))? (?:everything|all|it all|the hub|you) (?:works?|is (?:working|ok|okay|fine|all right))|how (?:do|can) (?:i|we) (?:fix|repair|mend|troubleshoot|debug) (?:you|the hub|this)|how do i (?:run|open) (?:the )?(?:check up|doctor)", says("Open Settings, Check-up: it checks everything, and says how to mend it.")),
    Intent(r"how (?:do|can|should) (?:i|we) (?:restart|reboot|reset|start|switch on|turn on|switch off|turn off|shut down|stop|close|quit|exit|kill) (?:you|the hub|hub|this program)(?: (?:off|on|down|again|up))?", says("Where I was started, Control C stops me; start me there again.")),
    Intent(r"(?:do you use|are you|is this|are you using|do you have)(?: an?| any)? (?:artificial intelligence|ai|language model|machine learning|neural networks?|llm)", says("Yes: a small language model on this machine. Sums, times and units I compute exactly.")),
    Intent(r"what (?:do|should|must|can) i say to (?:set|start|make|get) (?:a |an |the )?(?P<what>timer|alarm|reminder)", lambda _q, m: {"t": 'Say, for example: "set a timer for 10 minutes".', "a": 'Say, for example: "wake me at 7".', "r": 'Say, for example: "remind me at 8 to take my pills".'}[m["what"][0]]),
    Intent(r"who (?:made|built|created|programmed|developed|designed|wrote|owns|invented|runs|controls|trained) (?:you|hub|the hub|this hub)|who (?:made|wrote|programmed) your (?:software|code|program)|who (?:is|are) your (?:maker|creator|developer|owner|boss|inventor|developers|makers|creators)|where do you come from|which company (?:made|owns|built) you", says("I am Hub, open-source software, and you run me yourself.")),
    Intent(r"are you (?:really |actually |the same as |like |based on )*(?:chat ?gpt|gpt|gpt 4|alexa|siri|google|google assistant|cortana|claude|gemini|grok|bixby|copilot|openai|amazon|echo|an? (?:alexa|amazon echo|google home))", says("No, I am Hub, a program on this machine.")),
    Intent(r"(?:what is|what does|tell me about|explain) (?:the |this )?hub(?: do| for| exactly)?|what is this (?:thing|program|app|page|website)(?: for| called)?|what is your (?:purpose|job|role|function)", says("I am Hub: you talk or write, and I answer on this machine. Ask what I can do.")),
    Intent(
        r"what (?:cannot you|can you not|are you (?:not able|unable) to|are you not|do you not|will you not) (?:do|know|good at|capable of)|what are you (?:bad|no good|not good) at|what are (?:your|the hub's) (?:limits|limitations|weaknesses|shortcomings|restrictions)|what is (?:beyond|outside) (?:you|your abilities)|what things can you not do|(?:is|are) there (?:anything|things|something|questions) (?:that )?you (?:cannot|do not|can not) (?:do|know|answer|understand)|where are your limits",
        says("I see no weather, news or prices, call and buy nothing, and switch no lights. Open questions go to a language model, which can be wrong."),
    ),
    Intent(r"(?:do you|does it|does this|does the hub|will you|will it|can you|would you|could you|will this) (?:still |even )?(?:work|run|function|need|require|depend on|use)(?: (?:when|if|without|with|the|an|a|any|my))* ?(?:offline|internet|wifi|wi fi|network|cloud|online|connection|internet connection|internet access)(?: (?:connection|access|is down|goes down|is off|to work|goes out|drops|fails|dies|breaks|is out|is gone|stops(?: working)?))*|what (?:happens|works|do you do|can you do) (?:if|when|without) (?:the |there is no )?(?:internet|wifi|network|offline)(?: (?:is down|goes down|is off|goes out|connection|fails|breaks))?", says("I need no internet: I hear, think and speak on this machine."), ("offline", "internet", "wifi", "wi fi", "network", "cloud", "online", "connection")),
    Intent(r"(?:are|is) (?:you|this|the hub) (?:free|expensive|paid|for free)(?: of charge| to use)?|(?:do|does|how much do|how much does) (?:you|it|this|the hub) cost(?: (?:anything|money|me))?|do i (?:have|need) to pay(?: (?:for you|for this|anything|you))?|do (?:i|you) need an? (?:account|subscription|key|api key|password|licence|license)(?: to use you| for this)?|is there (?:a|any) (?:subscription|fee|charge|cost)(?: fee)?", says("I cost nothing, and need no account and no key.")),
    Intent(r"are you (?:always |ever |usually )?(?:right|wrong|correct|accurate|reliable|trustworthy|truthful)|(?:can|should|may) i (?:trust|rely on|believe) (?:you|what you say|your answers)|how (?:accurate|reliable|trustworthy|good) are (?:you|your answers)|do you (?:ever )?(?:make mistakes|get things wrong|make things up|hallucinate)", says("What I compute is exact. What the language model says can be wrong.")),
    Intent(r"what (?:languages are you|is your) (?:able to speak|native language|language|fluent in)|(?:what|which|how many) languages? (?:do you|can you|are you able to) (?:speak|understand|know|hear|talk|support)|do you only (?:speak|understand) english", says("I hear and speak English only.")),
    Intent(r"is (?:hub|the hub|this|it) open source|are you open source(?: software)?|what (?:license|licence) are you under", says("Yes. I am open-source software, under the Apache licence 2.0.")),
    Intent(r"what is (?:on|showing on) (?:the )?(?:telly|tv|television|bbc|bbc 1|bbc one|netflix|itv|channel \d+|the radio|radio|cinema|at the cinema)(?: (?:tonight|today|now|later|this evening|tomorrow))?", says(limits.LIVE)),
    Intent(r"[a-z ]{8,80}", _privately),
)  # fmt: skip
