"""Short courtesies, and who I am and what I can do: always the same, always true."""

# ruff: noqa: E501  a pattern reads best in one line

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hub.intents.intent import Intent, compiled, says

if TYPE_CHECKING:
    from hub.intents.intent import Question

WHO = "I am Hub, the voice of this machine. I run here, in your home."
CAN = (
    "I set timers, alarms and reminders, tell the time and the date, count the days to anything, calculate,"
    " convert units, and say how this machine is doing. Everything else goes to the language model, which can be wrong."
)

_AGAIN = (
    r"(?:(?:sorry|oh|um|hey|hub|hang on|wait|please|what|excuse me|no) )*(?:(?:can|could|would|will) you |please |just )*"
    r"(?:(?:say|repeat|read|tell me)(?: (?:that|it|this|what you (?:just )?said|yourself|your (?:last )?answer|the (?:last )?answer|the last (?:thing|bit|part)(?: you said)?))"
    r"(?: (?:again|once more|1 more time|one more time|back|to me|for me))*|(?:say|tell me)(?: that)? again|repeat|pardon|i beg your pardon|beg your pardon|come again|what did you (?:just )?(?:say|tell me)"
    r"|what was that|what|huh|say what|you what|(?:i )?(?:did not|didn'?t|could not|couldn'?t) (?:quite |really )?(?:catch|hear|get) (?:that|you|it|what you said)|(?:i )?(?:missed|misheard) (?:that|it|what you said))"
    r"(?: (?:please|again|hub|now|just now|there|sorry|one more time|once more))*"
)
_TOLD = "I said: "


def _repeat(question: Question, _match: re.Match[str]) -> str | None:
    """Say the last answer again, as one that was given: it is not computed anew."""
    if question.facts is None or not (told := question.facts.told):
        return None
    raw = " ".join(re.sub(r"[^a-z0-9' ]", " ", question.raw.lower().replace("\u2019", "'")).split())
    return f"{_TOLD}{told.removeprefix(_TOLD)}" if compiled(_AGAIN).fullmatch(raw) else None


_NAME = r"(?: (?:hub|there|timmy|again|everyone|everybody|all|to you|to you too|sir|my friend|my dear|buddy|mate|computer))*"
_KIND = r"(?: (?:you are|you have been|that (?:is|was|helped)|it (?:is|was))? ?(?:very |really |so |most |a lot )*(?:helpful|useful|great|perfect|kind(?: of you)?|brilliant|lovely|a lot|good|nice))?"
INTENTS = (
    Intent(r".{1,80}", _repeat),
    Intent(
        rf"(?:hi|hello|hey|hiya|howdy|greetings|yo|hallo)(?: (?:hi|hello|hey))*{_NAME}(?: hub)?|there|hub"
        rf"|hey hub|ok hub|okay hub",
        says("Hello. What can I do for you?"),
    ),
    Intent(rf"(?:a (?:very )?)?(?:good )?morning{_NAME}", says("Good morning.")),
    Intent(rf"(?:a (?:very )?)?good afternoon{_NAME}|afternoon{_NAME}", says("Good afternoon.")),
    Intent(rf"(?:a (?:very )?)?(?:good )?evening{_NAME}", says("Good evening.")),
    Intent(
        rf"good ?night{_NAME}|sleep (?:well|tight)|night(?: night)?|(?:i am )?(?:off|going) to (?:bed|sleep)(?: now)?",
        says("Good night."),
    ),
    Intent(
        rf"(?:(?:thanks|thank you|ok|okay) )?(?:good ?bye|bye|bye bye|see you(?: later| soon| tomorrow)?"
        rf"|talk to you later|later|farewell|cheerio|ta ta|so long|take care|catch you later|bye for now|that is all(?: for now)?|that will be all){_NAME}|(?:you )?have a (?:very )?(?:nice|good|great|lovely) (?:day|evening|night|weekend|one|time){_NAME}",
        says("Goodbye."),
    ),
    Intent(
        rf"(?:(?:many |great |perfect |ok |okay |cool |nice |wonderful )*(?:thanks|thank you"
        rf"|thank you so much|thank you very much|thanks a lot|thanks a million|cheers|many|much appreciated"
        rf"|i appreciate it|ty|ta|thanks a bunch|thanks a ton|thanks ever so much|thank you kindly))(?: (?:for (?:that|your help|the help|everything)|so much|very much"
        rf"|a lot)){{0,2}}{_NAME}{_KIND}|(?:that is|that was|you are|you have been|very) (?:very |really |so )*(?:helpful|useful|kind)(?: of you)?(?: thanks| thank you)?",
        says("You are welcome."),
    ),
    Intent(
        r"(?:how are you|how is it going|how are you doing|how do you do|how are things|what is up|what up"
        r"|how do you feel|are you ok|are you okay|are you well|are you all right|you (?:alright|all right|ok|okay)|how have you been|how (?:is|was) your day(?: going| been)?|how are you (?:keeping|getting on|feeling)|how is life|are you having a good day)(?: today| doing| hub| then| with you)*",
        says("I am running well, thank you."),
    ),
    Intent(
        r"(?:who|what) are you(?: exactly)?|what (?:kind|sort|type) of (?:ai|thing|program|assistant|machine|robot|bot) are you|what is your name|do you have a name|what are you called"
        r"|who am i (?:talking|speaking) (?:to|with)|introduce yourself|tell me about yourself"
        r"|what should i call you|who is this(?: i am (?:talking|speaking) to)?|what is this",
        says(WHO),
    ),
    Intent(
        r"(?:are you|is this|am i (?:talking|speaking|chatting) (?:to|with)|are we talking to) (?:really |actually |just )?(?:an? )?(?:human(?: being)?|person|real person|real|robot|bot|ai|machine|computer|alive"
        r"|artificial intelligence|program|bot|real human)(?: or .*)?",
        says("I am a program on this machine, not a person."),
    ),
    Intent(
        r"what (?:all |else |sorts? of things |kinds? of things |things |tasks )?(?:can|could) (?:you|i) (?:all )?(?:do|say|ask|ask you|help me with|help with|say to you|use you for|ask you for|ask you about|help us with)(?: for me| here| for us)?"
        r"|what do you (?:do|know)|what (?:sort of |kind of )?(?:stuff |things )?are you (?:able to do|able to help (?:me )?with|capable of|good at|for|good for|useful for)|help|help me|(?:list |show |show me )?(?:your |the |all )?(?:commands|skills|abilities|features)|what (?:commands|skills) (?:are there|do you (?:have|know|understand)|can i use)|what do you know how to do|i (?:need|want|could do with|could use|would like) (?:some |a bit of |a little )?help(?: (?:using|with) (?:this|you|the hub))?|what are you able to do|what are my options"
        r"|how can you help(?: me)?|what you are (?:capable of|able to do|good at)|what are your (?:abilities|capabilities|skills|functions|features)"
        r"|what else can you do|how do (?:you|i) (?:work|use you|use this)|what can i (?:ask|say)"
        r"|(?:give|show) me (?:some |a few |an )?examples?(?: of (?:what you can do|questions|things you can do))?|what (?:is it )?(?:that )?(?:do )?you (?:can )?do(?: exactly)?|what (?:kind|sort) of help (?:can|do) you (?:give|offer)(?: me)?|(?:teach|show|tell|explain to) me how (?:to use (?:you|this|the hub)|you work|this works)|what do you (?:offer|help with)|how (?:can|could) i use you"
        r"|what (?:sort|kind|kinds|sorts|type|types) of (?:questions|things) (?:can you (?:answer|do)|(?:can|should) i ask(?: you)?|do you (?:answer|know|do|understand))|what (?:topics|subjects) do you know"
        r"|what questions can (?:you answer|i ask)|can you help(?: me)?|(?:show me "
        r"|tell me )?what you can do|i need help",
        says(CAN),
    ),
    Intent(
        r"are you (?:there|listening|awake|on|ready|here|still there)|can you hear me|do you hear me"
        r"|anybody there|is anybody there|testing(?: testing)*|(?:this is )?(?:a |just a )?(?:mic "
        r"|microphone |sound )?(?:test|check)(?: (?:1 2|1 2 3|1 2 1 2))?",
        says("Yes, I am here."),
    ),
    Intent(
        r"never ?mind|forget it|forget about it|cancel|stop|stop it|nothing|it is nothing|no thanks"
        r"|no thank you|be quiet|quiet|shush|shut up|no(?: no)*|enough|stop talking",
        says("All right."),
    ),
    Intent(
        rf"(?:very )?(?:well done|good job|great job|nice (?:one|work|job)|good (?:work|bot|girl|boy)|bravo|you are (?:so |very |really )?(?:great|the best|a star|a legend|brilliant|wonderful|awesome|amazing|clever|smart)){_NAME}",
        says("Thank you."),
    ),
    Intent(
        rf"(?:it is |it was )?(?:(?:very |so )?(?:nice|pleased|good|lovely|great|glad) to (?:meet|see|hear|talk to|know)(?:ing)?|(?:nice|lovely|good) meeting) you{_NAME}(?: too)?",
        says("And you."),
    ),
    Intent(
        rf"(?:a )?(?:very )?(?:merry|happy) (?:christmas|xmas|new year|easter|holidays|thanksgiving|hanukkah|diwali|halloween|valentine'?s day)(?: and a happy new year)?{_NAME}",
        says("Thank you, and to you."),
    ),
    Intent(
        r"(?:ok|okay|alright|all right|great|good|perfect|nice|cool|fine|got it|i see|understood|very good"
        r"|awesome|excellent|sounds good|wonderful)(?: (?:ok|okay|great|good|job|then"
        r"|hub))*",
        says("Good."),
    ),
    Intent(
        r"(?:i am )?(?:so |very |really )?sorry(?: (?:about|for) (?:that|it|this)| hub)?|i apologi[sz]e|my apologies|excuse me|my mistake|my bad",
        says("No harm done."),
    ),
)
