"""Hear questions about this machine, in whatever order their words come."""

# ruff: noqa: E501  a pattern reads best in one line

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hub import __version__
from hub.intents.intent import Intent, Question, compiled
from hub.intents.machine import (
    address,
    battery,
    busiest,
    capacity,
    cores,
    disk,
    enough,
    fits,
    graphics,
    heat,
    host_name,
    hot,
    kernel,
    load,
    low_ram,
    models,
    overall,
    processes,
    processor,
    ram,
    running_out,
    swap,
    system,
    uptime,
    which_hub,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_SMALL = frozenset(
    "what which how is are was am do does did have has had got get there the this that my your our its it i we you me us"  # noqa: SIM905  words read best as text
    " of on in at for to with about and so any anything still yet now being been close near nearly almost enough much many more most"
    " plenty lots looking like doing going situation status state usage use used using left free available remaining remains remain"
    " full empty low high tight short out running getting run filling up taken gone total worried tell know check"
    " machine computer server system box hub pi pc thing device here home gigabytes gigs gb percent percentage amount size busy"
    " hard working heavy heavily loaded when long ago since last time recently current currently right point level overall bit very too".split()
)
"""With these and the words of one part of the machine alone, a question can be about nothing else."""
_PARTS: tuple[tuple[str, str, Callable[[Question, re.Match[str]], str]], ...] = (
    (
        "disk disc drive storage ssd hdd space room",
        r"(?=.*\b(?:dis[ck]|drive|storage|ssd|hdd|machine|computer|server|pc)\b).*\b(?:left|free|full|empty|us(?:ed?|age|ing)|much|many|enough|low|tight|short|out|filling|gone|remain\w*|available|plenty|situation|status|state|looking|doing)\b.*",
        disk,
    ),
    (
        "ram memory",
        r".*\b(?:left|free|full|us(?:ed?|age|ing)|much|many|enough|low|tight|short|out|available|plenty|situation|status|state|looking|doing)\b.*",
        ram,
    ),
    (
        "cpu processor load",
        r".*\b(?:busy|us(?:ed?|age|ing)|high|heavy|heavily|loaded|working|situation|status|state|looking|doing|much|load (?:like|on)|how is)\b.*",
        load,
    ),
    (
        "cpu processor temperature temp hot warm heat overheating",
        r"(?=.*\b(?:cpu|processor|machine|computer|server|box|hub|pi|pc|device)\b).*\b(?:temp(?:erature)?|hot|warm|heat|overheating)\b.*",
        heat,
    ),
    (
        "uptime reboot rebooted restart restarted boot booted started start",
        r"(?!.*\b(?:do|does|to|will)\b).*(?:\buptime\b|(?=.*\b(?:you|machine|computer|server|box|hub|pi|pc|system)\b).*\b(?:when|long|since|ago)\b.*\b(?:reboot|restart|boot|start)(?:ed)?\b).*",
        uptime,
    ),
    (
        "battery charge charged charging",
        r".*\bbattery\b.*\b(?:left|full|low|level|charg\w+|percent\w*|status|state|doing|looking|much|long)\b.*|.*\b(?:left|full|low|much|long|is|how)\b.*\b(?:my|your|the|our)\b.*\bbattery\b.*",
        battery,
    ),
)


def _plainly(question: Question, match: re.Match[str]) -> str | None:
    """Answer a question of small words about one part of this machine, in whatever order they come."""
    said = f" {match[0]} ".replace(" a lot ", " much ").replace(" a bit ", " ")
    rest = {word for word in said.split() if word not in _SMALL and not word.isdigit()}
    if re.match(r"how (?:do|does|did|can) |how is \w+ used|what is the use", match[0]):
        return None
    if re.match(r"(?:what|which|who) (?:is|are) (?:the )?\w+(?: \w+)?$", match[0]) and not re.search(
        r"usage|status|situation|state|left|load$", match[0]
    ):
        return None  # what it means
    found = [
        answer
        for words, asks, answer in _PARTS
        if rest and rest <= set(words.split()) and compiled(asks).fullmatch(said.strip())
    ]
    return found[0](question, match) if len(found) == 1 else None


_DISK = r"(?:hard |ssd |solid state |disk )?(?:disk|drive|disc|hard drive|hard disk|storage|ssd|hdd)(?: drive)?(?: space| storage| room)?"
_BOX = (
    r"(?:you|(?:the|this|that|my|our|your) (?:old |little |home |main |mini |poor |whole )?(?:machine|computer|server|system|host|box|hub|pi|raspberry pi|pc|laptop"
    r"|thing|device|nas|unit|rig|node|setup|desktop|hardware)|here)"
)
_MY = r"(?:the |my |your |our |this |its |that )?"
_CPU = rf"{_MY}(?:cpu|processor|chip)"
_ON = rf"(?: (?:on|in|of|for|inside|with|to) (?:{_BOX}|{_MY}(?:{_DISK}|cpu|processor)))?"
_ASKED = (
    rf"(?: (?:(?:is|are) (?:this|it|that|{_BOX}|(?:in|inside|on|used (?:in|by)|built into) {_BOX})(?: (?:running|using|on|running on|based on))?|do(?:es)? (?:i|we|it|this|{_BOX}) (?:have|use|run|run on|contain)"
    rf"|(?:has|have) (?:{_BOX}|i|we) got|got|is (?:running|installed|used)(?: (?:on|in) {_BOX})?))"
)
_UP = r"(?:started|booted|rebooted|restarted|reset|powered (?:on|up)|turned on|switched on|brought up)"
_HAVE = (
    r"(?:(?:is|are) (?:still )?(?:left|free|available|used|in use|there)|do (?:i|we|you) have(?: left| free)?"
    r"|is left over|are you using|have (?:i|we|you) (?:got )?(?:left|free)?|left|free|remains"
    r"|is being used|am i using|are we using|have (?:i|we|you) (?:got )?|have (?:we|you|i) got|(?:is|are) installed|in use|used|in total"
    r"|have (?:i|we|you) used|do (?:i|we|you) still have(?: left)?|(?:does|has) (?:it|this|the [a-z]+|this [a-z]+)(?: have| got)(?: left)?|remaining|is remaining|available|is there left"
    r"|is taken(?: up)?|is occupied|has been used|taken(?: up)?|to spare)"
)
INTENTS = (
    Intent(
        r"(?:what|which) (?:software )?version (?:are you|is this|do you run"
        r"|of (?:the )?hub (?:is this|am i (?:using|running|on)|are you|do i have|are we (?:on|running)|is running)|are you running|are you on|am i (?:using|running))|what is your version|version",
        lambda _q, _m: f"I am Hub, version {__version__}.",
    ),
    Intent(
        rf"how (?:full|empty) is (?:the |my |your )?{_DISK}(?: on {_BOX})?|what (?:percent|percentage|%|share|part|fraction) of {_MY}{_DISK} (?:is|are|do (?:i|we|you) have|have (?:i|we|you)) (?:still )?(?:full|used|in use|free|left|taken|available|gone)(?: up)?|how is (?:the |my |your )?{_DISK} (?:looking|doing|holding up)(?: for space)?",
        disk,
    ),
    Intent(
        rf"(?:(?:how much|what|how many (?:gigabytes|gigs|gb|terabytes|megabytes)(?: of)?)(?: (?:more|free|spare|empty))? (?:{_DISK}|space|room)"
        rf"|how many (?:gigabytes|gigs|gb|terabytes)(?: of (?:free )?(?:{_DISK}|space))?(?= .*(?:left|free|available|remain|spare))|how much of {_MY}{_DISK}|how much(?= (?:is (?:still )?|have (?:i|we|you) got )?(?:left|free|used)(?: up)? (?:on|in) ))"
        rf"(?: still)?(?: (?:is|are|have|has been|do (?:i|we) have)(?: i| we)?(?: still| left)*)?(?: {_HAVE})?(?: (?:full|gone|used up|filled))?{_ON}(?: {_HAVE})?",
        lambda q, m: (
            None if re.fullmatch(r"what (?:more |free |spare |empty )?(?:\w+ ?){1,3}", m[0]) else disk(q, m)
        ),
        ("disk", "disc", "drive", "storage", "ssd", "hdd", "space", "room", "gig", "gb", "byte"),
    ),
    Intent(
        rf"(?:what|which)(?: (?:is|are))? {_MY}(?:\d+ )?(?:biggest|largest|heaviest|fattest) (?:folders?|director(?:y|ies)|files?){_ON}"
        rf"|(?:what|which) (?:folders?|director(?:y|ies)|files?) (?:is|are) (?:the )?(?:biggest|largest)(?: ones?)?{_ON}|(?:list |find |show )?(?:me )?{_MY}(?:biggest|largest) (?:folders?|director(?:y|ies)|files?){_ON}"
        rf"|(?:what|which)(?: (?:folders?|files?|director(?:y|ies)|things?|stuff|programs?|apps?))? (?:(?:is|are|has been) (?:using|eating|taking|filling|hogging|clogging)|takes?|uses?|eats?|fills?|hogs?|has taken|have taken|has eaten|has filled)(?: (?:up|all|most|of|so|much|the most))* (?:the |my |our |your )?(?:{_DISK}|space|room)(?: (?:up|the most)|{_ON})*"
        rf"|where (?:has|did|is) (?:all )?(?:the |my |our )(?:{_DISK}|space) (?:gone|go|going)(?: to)?",
        lambda q, m: f"I do not look into folders, only at the disk as a whole. {disk(q, m)}",
        ("folder", "director", "file", "disk", "disc", "drive", "storage", "space", "room", "ssd"),
    ),
    Intent(
        rf"(?:what is (?=the|my|your|our|disk|free))?{_MY}(?:(?:free |available |remaining )?{_DISK}(?: usage| use| status| left| free)?|(?:free|available|remaining) (?:space|room)(?: left)?){_ON}"
        rf"|(?:check|look at|have a look at|check on|inspect|see) {_MY}{_DISK}(?: usage| use| left)?{_ON}|what is left{_ON}(?<=disk|disc|rive|rage)|how is {_MY}{_DISK}(?: doing)?|df",
        lambda q, m: (
            None
            if re.fullmatch(r"what is (?:disk|disc|free|storage|drive)(?: \w+)?", m[0])
            and " left" not in m[0]
            else disk(q, m)
        ),
        ("disk", "disc", "drive", "storage", "ssd", "hdd", "space", "room", "df"),
    ),
    Intent(
        rf"(?:am i|are we|are you|is {_BOX}|do i|will (?:i|we|you|it)|are you) (?:close to |nearly |almost |soon )?(?:running|getting|run|going to run|low|about to run|short)(?: soon)? ?(?:out of|low on|short of|short on|on|of) {_MY}(?:{_DISK}|space|room)(?: on {_BOX})?(?: soon| anytime soon| left)?"
        rf"|(?:is|will) (?:the |my |your |our )?{_DISK} (?:be |going to be |soon be |about to be |going to )?(?:(?:nearly |almost |getting |close to |close to being |completely |very )*(?:full|used up|filled|low|packed|empty)|filling up|running out|running low|fill up|run out|run full|ok|okay|all right|fine)(?: up)?(?: yet| soon| anytime soon| any time soon)?|{_MY}{_DISK} (?:nearly|almost|getting) full|have (?:i|we) (?:nearly |almost )?(?:run out of|used up(?: all)?) {_MY}(?:{_DISK}|space)|(?:should|do|must) (?:i|we) (?:need to |have to )?(?:free up|clear|make|delete) (?:some |more )?(?:{_DISK}|space|room|files)(?: yet| soon)?|(?:when|how soon) will (?:the |my |our )?{_DISK} (?:be full|fill up|run out)|is there a problem with (?:the |my )?{_DISK}|should i worry about (?:the |my )?{_DISK}|do i need (?:a bigger|more) {_DISK}",
        running_out,
    ),
    Intent(
        rf"(?:do i|do we|do you|is there|have i|have you|have we)(?: got)? (?:still )?(?:have )?(?:enough|any"
        rf"|much|plenty of|lots of) (?:free )?(?:{_DISK}|space|room)(?: left| free)?(?: for (?:more|new|my|the|all my|another) [a-z]+)?(?: (?:on|in) (?:{_BOX}|(?:the |my )?{_DISK}))?",
        enough,
    ),
    Intent(
        rf"how (?:big|large) is (?:the |my |your |our )?{_DISK}(?: (?:in|on|of) {_BOX})?|what (?:size|capacity) (?:is|has) (?:the |my |your )?{_DISK}(?: got)?|what is (?:the |my |your )(?:total|whole) {_DISK}{_ON}|what is the (?:size|capacity) of (?:the |my |your )?{_DISK}|how much {_DISK} (?:is there|do (?:i|we) have) in total|how much (?:can|does) (?:the |my |this )?{_DISK} hold",
        capacity,
    ),
    Intent(
        rf"(?:do (?:i|we|you)|have (?:i|we|you)|is there|will|would|can|does|could)(?: (?:got|have|still|enough|the|my|any|be|i|we|you|fit|put|save|store|download|copy|room|space|disk|drive|free|left|{_DISK}))* (?:for )?(?:an?|another|the|my|some)? ?(?P<n>\d{{1,6}}(?:\.\d{{1,3}})?) ?(?P<unit>kilobytes?|megabytes?|megs?|gigabytes?|gigs?|terabytes?|kb|mb|gb|tb)(?: (?:file|files|film|movie|video|game|download|backup|model|folder|of (?:data|photos|videos|music|films|files|space|stuff)|worth of [a-z]+))?(?: (?:fit|be free|free|left|more|on (?:the |my |this )?[a-z]+|here|on {_BOX}|go on (?:the |my )?{_DISK}))*",
        fits,
    ),
    Intent(
        rf"(?:do|does|is there|has|have) (?:{_BOX} )?(?:have |got |use )?(?:an? |any )?(?:dedicated )?(?:graphics card|gpu|graphics processor|video card|graphics chip)(?: (?:in|on) {_BOX}| installed)?|(?:what|which) (?:graphics card|gpu|graphics|video card)(?: (?:do you have|does {_BOX} have|is (?:in|on) {_BOX}|is this|have (?:i|you|we) got|do (?:i|we) have|is installed))?|(?:are you|do you) (?:running on|using|run on|use) (?:an? |the )?gpu",
        graphics,
        ("graphics", "gpu", "video card"),
    ),
    Intent(
        rf"how (?:are|is) {_BOX} (?:doing |off )?(?:for|on|with) (?:{_DISK}|space|room|(?P<ram>ram|memory))(?: space)?",
        lambda q, m: ram(q, m) if m["ram"] else disk(q, m),
    ),
    Intent(
        rf"(?:how much|what|how many (?:gigabytes|gigs|gb|megabytes) of|what (?:percentage|percent|share) of) (?:of )?{_MY}(?:free |spare |system |total )?(?:ram|memory)(?: {_HAVE}| is| are)?{_ON}(?: {_HAVE})?(?: have| does {_BOX} have| has {_BOX} got| is {_BOX} using| are {_BOX} using)?"
        rf"|(?:how big is {_MY}|what is {_MY}(?:total |installed )|what is (?:your|my) )(?:ram|memory)(?: size)?{_ON}|(?:check|look at) {_MY}(?:ram|memory)(?: usage)?{_ON}",
        lambda q, m: None if re.fullmatch(r"what (?:of |is )?(?:ram|memory)", m[0]) else ram(q, m),
        ("ram", "memory"),
    ),
    Intent(
        r"is there (?:room|space) for (?:more|some more|new|another) [a-z ]+|(?:have|do) (?:i|we) (?:got |have )?(?:room|space) for (?:more|another|new) [a-z ]+",
        enough,
        ("room", "space"),
    ),
    Intent(
        r"(?:is|are) there (?:enough|plenty of|much|any|lots of) (?:free )?(?:ram|memory)(?: left| free)?|(?:do|have) (?:i|we|you) (?:have |got )?(?:enough|plenty of|much) (?:free )?(?:ram|memory)(?: left| free)?",
        lambda q, m: f"{'Yes.' if low_ram(q, m).startswith('No.') else 'Hardly.'} {ram(q, m)}",
        ("ram", "memory"),
    ),
    Intent(
        r"(?:what is )?(?:the |my |your )?(?:current |free |total )?(?:ram|memory)(?: usage(?: like)?| use| status| free"
        r"| left)|how full is (?:the |my |your )?(?:ram|memory)|is there enough (?:ram|memory)|ram|what is using (?:my |the )?nothing"
        r"|how is (?:the |my |your )?(?:ram|memory)(?: (?:doing|looking|usage))?|how many (?:gigabytes|gigs) of (?:ram|memory) (?:do you have|are there|does it have|are free|do i have)|check (?:the )?(?:ram|memory)",
        ram,
    ),
    Intent(
        rf"(?:am i|are we|are you|is {_BOX}) (?:running |getting )?(?:out of|low on|short on|short of) (?:ram|memory)|(?:is|are) {_MY}(?:ram|memory) (?:(?:nearly |almost |getting |running )*(?:full|low|tight|used up|short)|running out|ok|okay|fine)(?: yet)?{_ON}",
        low_ram,
    ),
    Intent(
        rf"is (?:anything|something) (?:slowing {_BOX} down|using|eating|hogging)(?: up)? (?:all |most of )?(?:the |my )?(?:cpu|processor|ram|memory)|(?:what|which|what process|which process|who)(?: process| program| app)? (?:is (?:using|eating|hogging|taking)|uses|takes|eats|hogs) (?:up )?(?:all |most of |so much |the most |most )*(?:of )?(?:the |my |your )?(?:cpu|processor|ram|memory)(?: the most| right now| up)?|why is (?:the |my )?(?:cpu|processor) so (?:busy|high)|what is (?:the |my )?(?:cpu|processor) (?:busy with|doing)|top process(?:es)?",
        busiest,
        ("cpu", "processor", "ram", "memory", "process", "slowing"),
    ),
    Intent(
        rf"how many (?:processes|programs|tasks) (?:are there|are (?:there )?(?:running)?|run|does {_BOX} run|do you run)(?: on {_BOX})?",
        processes,
    ),
    Intent(
        rf"(?:how much |what is (?:the|your|my) |is there (?:any )?|have (?:i|we|you) got (?:any )?|any |is {_BOX} (?:using (?:any )?)|are you using (?:any )?|do (?:i|we|you) have (?:any )?)?swap(?: (?:space|memory|file))?(?: is)?(?: being)?(?: (?:used|in use|free|left|there|full|on|enabled)| are you using| do (?:i|we|you) have)?(?: usage| space)?",
        swap,
    ),
    Intent(
        rf"(?:what|which) (?:language |ai |speech |local )*models? (?:do you (?:run|use|have)|are you (?:running|using|on)?|is this|are (?:installed|loaded|there|here|running)|runs here|do you run on|do you have (?:installed|here|on board|loaded)|have you (?:got|installed)(?: installed)?|are on this machine)(?: here| on this machine| locally)?|(?:what|which) (?:llm|language model|ai) (?:are you|is this|do you (?:run|use))|list (?:your|the|all) models|(?:what|which) model (?:you are|are you) (?:using|running|on)|(?:what|which) models are (?:there|(?:available|ready|downloaded|on board|installed|loaded|stored|running)(?: here| on here)?|on here)|(?:what|which) (?:ai |language |speech |voice )?(?:model|models|llm|brain|engine|ai)(?: (?:powers|drives|runs|is behind|is in|is inside|are behind|is used (?:by|in)|are in|sits behind) (?:you|this|the hub|hub)|{_ASKED})|what (?:powers) (?:you|this|the hub)|how many models (?:do you have|have you got|are there)(?: installed)?|(?:what|which) (?:speech recognition|speech to text|text to speech|voice)(?: model| engine)? (?:do you use|are you using)|what (?:is|are) (?:your|the) (?:language |ai |speech )?models?(?: called)?",
        models,
        ("model", "llm", " ai", "brain", "engine", "powers", "drives", "speech", "voice"),
    ),
    Intent(
        rf"(?:what|which) (?:linux )?(?:kernel|python)(?: version)?(?: (?:are you running|do you run(?: on)?|is running|do you use|are you (?:on|using))|{_ASKED})|(?:what|which) version of (?:python|linux|the kernel|the linux kernel)(?: (?:are you running|do you run|are you (?:on|using))|{_ASKED})|(?:what is )?(?:the |your )kernel(?: version)?{_ON}",
        kernel,
    ),
    Intent(
        r"(?:which|what) hub (?:is this|are you|am i (?:talking to|on))|where (?:are you running|do you run|do you live)",
        which_hub,
    ),
    Intent(
        rf"how (?:hot|warm|cold|cool) (?:is|are) (?:{_CPU}|you|the (?:machine|computer|server|box"
        rf"|pi|hub|system)|this (?:machine|computer|server|box)|my (?:machine|computer|server|pc"
        rf"|laptop))(?: running| right now)?",
        heat,
    ),
    Intent(
        rf"(?:what is )?(?:{_CPU}|the (?:machine|computer|server|system)|the system's?|your"
        rf"|this machine's)(?:'s)? temp(?:erature)?|(?:what is )?the temp(?:erature)? of (?:{_CPU}"
        rf"|{_BOX})|what temp(?:erature)? is (?:{_CPU}|{_BOX})(?: at)?|what is (?:the )?temperature inside {_BOX}",
        heat,
    ),
    Intent(
        rf"(?:is {_BOX}|is {_CPU}|are you) (?:too hot|too warm|overheating|hot|warm|getting hot|getting too hot|running hot|ok temperature wise|over heating)",
        hot,
    ),
    Intent(
        rf"(?:what is (?=the|my|your|our|cpu|system))?{_MY}(?:system |server |cpu |current |processor |machine )*(?:load"
        rf"|load average|usage|workload){_ON}|(?:what|how) is {_CPU} (?:at|doing|coping|looking|getting on)|how is {_CPU}|how is the load{_ON}|how (?:hard|heavily) (?:is|are) (?:{_BOX}|{_CPU}) (?:working|loaded|being (?:used|pushed))|(?:is|are) (?:(?!you){_BOX}|{_CPU}) (?:under (?:any |a lot of |much |too much |heavy )?(?:pressure|strain|stress|load)|having a hard time|flat out|maxed out|hard at work)|how much (?:load|work|strain) (?:is (?:there )?on {_BOX}|is {_BOX} under|are you under)|how (?:busy|loaded) (?:is|are) (?:{_BOX}"
        rf"|{_CPU})|(?:what is )?{_CPU} (?:usage|load|use|utilization)"
        rf"|how much (?:of )?(?:the )?cpu (?:is (?:used|in use|being used)|are you using"
        rf"|do you use)|is {_CPU} being used(?: (?:a lot|much|heavily))?|(?:is {_BOX}|is {_CPU}|are you) (?:very |too |really |a bit |quite |that )?(?:busy|overloaded|under load|idle|under strain|stressed|struggling|maxed out|working (?:too )?hard|slow|coping|bored)(?: at all| today)?|(?:is|are) {_BOX} (?:doing (?:a lot|much|anything)|under (?:a lot of |much |heavy )?(?:load|stress))|how hard is {_BOX} working|(?:what is |how much )(?:the )?(?:cpu|processor) (?:is|load|usage) (?:is )?(?:being )?(?:used|like|there)",
        load,
    ),
    Intent(
        rf"since when (?:has|is|have) (?:you|(?:this|the|my) [a-z]+|it) (?:been )?(?:up|running|on)|(?:has|was|have) (?:{_BOX}|you) (?:been )?(?:restarted|rebooted|booted|started|turned off and on)(?: (?:recently|today|yesterday|lately|again|this week))?|did (?:you|the [a-z]+|this [a-z]+|my [a-z]+) (?:restart|reboot)(?: (?:recently|today|yesterday|last night|in the night|lately|overnight))?|(?:for )?how (?:long|many (?:hours|days|minutes)) (?:have|has) {_BOX} been (?:up|running|on|alive|awake|online|going|switched on|turned on"
        rf"|up and running)(?: for)?(?: since .*)?|(?:what is (?:the|your|my|our|this [a-z]+'s) |{_MY})(?:system |server |current )?up ?time{_ON}|(?:when|what time|how long ago) (?:did|was|were|has|have) {_BOX} (?:last |first )?(?:been )?(?:last )?(?:start|boot|{_UP}|restart|reboot|come (?:up|on|online))(?: up)?(?: last)?|(?:when|how long ago) (?:was|were) {_MY}(?:last )(?:boot|reboot|restart|start|power cycle){_ON}"
        rf"|how long (?:since|is it since|has it been since) {_MY}(?:last )?(?:boot|reboot|restart|(?:you|it|{_BOX}) (?:was |were )?(?:last )?{_UP}){_ON}|(?:the |your )?last (?:reboot|restart)",
        uptime,
        ("long", "when", "time", "since", "start", "boot", "turned off", "last", "many"),
    ),
    Intent(
        rf"(?:(?:what is|what are) (?:the|my|your|our|its) |{_MY})(?:local |lan |network |internal |host |private |machine's |hub's |server's |computer's )?(?:ip"
        rf"|ip address|ip addresses|ip number|network address){_ON}"
        rf"|(?:what is )?(?:your|the|my|our) (?:ip |network )?(?:local )?address (?:on|in) (?:the|our|my) (?:local |home )?(?:network|lan|wifi|house)|(?:what|which) ip(?: address)?{_ASKED}|which ip (?:address )?(?:do you have"
        rf"|is this|is {_BOX}|are you|does {_BOX} have|are you on|is {_BOX} on)|where can i reach you(?: on the network)?",
        address,
    ),
    Intent(
        rf"how many (?:cpu |processor )?(?:cores|cpus|processors)(?: (?:do(?:es)? (?:{_BOX}|{_CPU}|i|we) (?:have|use|run on)|have (?:you|i|we) got|has (?:{_BOX}|{_CPU})(?: got)?"
        rf"|are there(?: (?:in|on) (?:{_BOX}|{_CPU}))?|are (?:in|on) (?:{_BOX}|{_CPU})))?|(?:what is )?(?:the )?(?:number of (?:cpu |processor )?cores|(?:cpu |processor )?core count){_ON}",
        cores,
        ("core", "cpu", "processor"),
    ),
    Intent(
        rf"(?:what|which) (?:(?:kind|sort|type|model|make|brand) of )?(?:cpu|processor|chip){_ASKED}|what (?:is|are) (?:the |my |your )(?:cpu|processor)(?: model)?{_ON}|how fast is {_CPU}|what speed is {_CPU}|what is (?:the )?(?:clock speed|speed) of {_CPU}",
        processor,
        ("cpu", "processor", "chip"),
    ),
    Intent(
        rf"(?:what is )?(?:the |my |your |our |this [a-z]+'s |its )host ?name{_ON}|what is (?:the |this )?(?:network |computer )?name of {_BOX}|what is (?:the |this |that |my )(?:machine|computer|server|box|host|pc)(?:'s| is)? (?:called|named|name)(?: on the network)?|(?:what|which) (?:machine|computer|host|server) name{_ASKED}|what name (?:does|has|goes) {_BOX}(?: have| got| by)?(?: on the network)?|(?:machine|computer|host) ?name",
        host_name,
        ("name", "called"),
    ),
    Intent(
        rf"(?:what|which) version of (?:debian|ubuntu|linux|fedora|the (?:operating system|os)) (?:is this|are you (?:on|running)|do you run|is {_BOX} (?:on|running))|(?:what|which) (?:operating system|os|linux|system|distribution"
        rf"|distro)(?: (?:are you (?:running )?on|do you run(?: on)?|is this|is {_BOX} running"
        rf"|are you running|does {_BOX} run)|{_ASKED})?|(?:is {_BOX}|is this|are you) (?:running |on |using )*(?:windows|linux|mac ?os|debian|ubuntu)(?: or .*)?|what (?:machine|hardware"
        rf"|computer) (?:are you (?:running )?on|is this|do you run on)"
        rf"|what is (?:the |your |its )(?:operating system|os){_ON}|what are you running on",
        system,
    ),
    Intent(
        rf"(?:(?:what is|how full is|how is|is|check|how charged is) (?:the|my|your|our|this [a-z]+'s) |{_MY})battery(?: (?:level|status|charge|percentage|percent|life|charging|charged|full|low|empty|flat|ok|okay|doing|plugged in|left|running low|nearly (?:empty|full|flat)))*{_ON}"
        rf"|how (?:much|many percent) (?:battery|charge|power)(?: life| power)?(?: (?:is left|do (?:i|we|you) have|is there|have (?:you|we|i) got))(?: left)?{_ON}|how long will (?:the|your|my) battery last"
        rf"|(?:are (?:we|you)|is {_BOX}) (?:running )?(?:on|off) (?:the )?(?:battery|batteries|mains|mains power|ac power)(?: power)?|(?:is {_BOX}|are you) (?:plugged in|charging)|(?:(?:does|do|has|have) {_BOX} (?:have|got)|is there) an? battery{_ON}|do you (?:run on|use|need) (?:a )?batter(?:y|ies)",
        battery,
        ("batter", "mains", "plugged", "charg", "ac power"),
    ),
    Intent(
        rf"how is (?:the |this |my )?(?:server|machine|system|computer|box|host|pi)(?: (?:doing"
        rf"|feeling|running))?|how is (?:{_BOX}) (?:doing|feeling|running)|(?:what is )?(?:the "
        rf"|your )?(?:system|host|machine|server) (?:status|health)|(?:how (?:are"
        rf"|is) )?{_BOX} status|(?:give me )?(?:a |the |your )?status(?: report| update)?|system check|(?:is|are) (?:everything|all|things|it all|all systems|the system|every part) (?:still |going |working |doing |looking )*(?:(?:ok|okay|fine|well|good|up|working|healthy|running|smoothly|properly|normal|go"
        rf"|all right|alright|running fine|running well|in order|running ok|as it should(?: be)?)|running (?:smoothly|properly|normally|as it should))(?: (?:with|on|in) {_BOX})?|(?:is )?(?:anything|something|everything|there anything|there something|there anything) (?:wrong|broken|not working|down|the matter|amiss|i should (?:know|worry) about)(?: with {_BOX})?|what is (?:the matter|wrong|up|the problem|not working) with {_BOX}|(?:are you|is {_BOX}) (?:feeling |doing |still )?(?:healthy|ok|okay|in good shape|in order|working properly|functioning|functioning properly|all right|alright|working|working ok)|do you (?:feel ok|have a problem|need (?:help|attention|anything))|(?:are there |have you got |do (?:we|you) have )?any (?:problems?|trouble|issues|errors|faults|warnings)(?: (?:with|on|in) {_BOX}| to report| here)?|all good|what is (?:wrong|not working|broken)|are there any (?:problems|issues|errors)|do you have any (?:problems|issues)|is (?:the machine|the server|this machine|the computer"
        rf"|my server) (?:ok|okay|fine|healthy|all right|alright)|how healthy is {_BOX}",
        overall,
    ),
    Intent(
        r"[a-z ]{6,80}",
        _plainly,
        (
            "disk",
            "disc",
            "drive",
            "storage",
            "ssd",
            "ram",
            "memory",
            "cpu",
            "processor",
            "uptime",
            "boot",
            "start",
            "battery",
            "space",
            "room",
            "hot",
            "temp",
        ),
    ),
)
