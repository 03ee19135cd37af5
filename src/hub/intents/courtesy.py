"""Short courtesies, and who I am and what I can do: always the same, always true."""

# ruff: noqa: E501  a pattern reads best in one line

from __future__ import annotations

from hub.intents.intent import Intent, says

WHO = "I am Hub, the voice of this machine. I run here, in your home."
CAN = (
    "I set timers, alarms and reminders, tell the time and the date, count the days to anything, calculate,"
    " convert units, and say how this machine is doing. Everything else goes to the language model, which can be wrong."
)

_NAME = r"(?: (?:hub|there|timmy|again|everyone|everybody|my friend|buddy|computer))*"
INTENTS = (
    Intent(
        rf"(?:hi|hello|hey|hiya|howdy|greetings|yo|hallo)(?: (?:hi|hello|hey))*{_NAME}(?: hub)?|there|hub"
        rf"|hey hub|ok hub|okay hub",
        says("Hello. What can I do for you?"),
    ),
    Intent(rf"good morning{_NAME}|morning", says("Good morning.")),
    Intent(rf"good afternoon{_NAME}", says("Good afternoon.")),
    Intent(rf"good evening{_NAME}", says("Good evening.")),
    Intent(rf"good ?night{_NAME}|sleep well|night night", says("Good night.")),
    Intent(
        rf"(?:(?:thanks|thank you|ok|okay) )?(?:good ?bye|bye|bye bye|see you(?: later| soon| tomorrow)?"
        rf"|talk to you later|later|farewell|that is all|that will be all){_NAME}",
        says("Goodbye."),
    ),
    Intent(
        rf"(?:(?:many |great |perfect |ok |okay |cool |nice |wonderful )*(?:thanks|thank you"
        rf"|thank you so much|thank you very much|thanks a lot|thanks a million|cheers|much appreciated"
        rf"|i appreciate it|ty))(?: (?:for (?:that|your help|the help|everything)|so much|very much"
        rf"|a lot)){{0,2}}{_NAME}",
        says("You are welcome."),
    ),
    Intent(
        r"(?:how are you|how is it going|how are you doing|how do you do|how are things|what is up|what up"
        r"|how do you feel|are you ok|are you okay|are you well|are you all right)(?: today| doing| hub)*",
        says("I am running well, thank you."),
    ),
    Intent(
        r"(?:who|what) are you(?: exactly)?|what is your name|do you have a name|what are you called"
        r"|who am i (?:talking|speaking) (?:to|with)|introduce yourself|tell me about yourself"
        r"|what should i call you|who is this|what is this",
        says(WHO),
    ),
    Intent(
        r"are you (?:an? )?(?:human|person|real person|real|robot|bot|ai|machine|computer|alive"
        r"|artificial intelligence)(?: or .*)?",
        says("I am a program on this machine, not a person."),
    ),
    Intent(
        r"what (?:all |else |sorts? of things |kinds? of things |things |tasks )?(?:can|could) (?:you|i) (?:all )?(?:do|say|ask|ask you|help me with|help with|say to you|use you for|ask you for|ask you about|help us with)(?: for me| here| for us)?"
        r"|what do you (?:do|know)|what (?:sort of |kind of )?(?:stuff |things )?are you (?:able to do|able to help (?:me )?with|capable of|good at|for|good for|useful for)|help|help me"
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
        r"(?:ok|okay|alright|all right|great|good|perfect|nice|cool|fine|got it|i see|understood|very good"
        r"|well done|good job|awesome|excellent|sounds good|wonderful)(?: (?:ok|okay|great|good|job|then"
        r"|hub))*",
        says("Good."),
    ),
    Intent(
        r"(?:i am )?sorry(?: about that| hub)?|my apologies|excuse me|my mistake|my bad",
        says("No harm done."),
    ),
)
