"""Say honestly what needs the outside world, live data or hands that I do not have.

A small model would make something up, or claim to have done it. Each line is true of a hub without
the part it names; a tool that brings the part is asked before these.
"""

# ruff: noqa: E501  a pattern reads best in one line

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hub.intents.intent import Intent, compiled, says

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.intents.intent import Question

WEATHER = (
    "I cannot see the weather: I have no connection to a weather service. A window or a "
    "forecast site can tell you."
)
NEWS = "I do not get the news: nothing here looks at the outside world. A news site can tell you."
PRICES = (
    "I do not know prices or rates of today: nothing here looks them up. The seller's or the "
    "exchange's own page can tell you."
)
_SPORT = (
    "I do not follow results or schedules of today: nothing here looks them up. The "
    "organiser's page can tell you."
)
_OFFICE = (
    "I cannot say who holds that now: I have no current information, and what a small model "
    "remembers may be out of date. A current reference can tell you."
)
_TRAFFIC = (
    "I do not know traffic, routes or timetables: nothing here looks them up. A map or the "
    "operator's page can tell you."
)
NO_NOTES = "I keep no notes: my memory is off. I can remind you at a time."
HANDS = "I cannot do that: I have no control over lights, appliances or media here."
REACH = "I cannot call or send messages from here."
LIVE = "I cannot look that up: I have no connection to the outside world here."
_PLACE = "I do not know where we are: this machine has no location sensor that I can read."
ORDER = "I cannot buy or book anything from here."

_ELSE = (
    r"\b(?:story|stories|poems?|haiku|joke|lyrics|words?|means?|meaning|define|definition|idiom|phrase"
    r"|proverb|quote|spell|translate|write|essay|history|why|works|causes?|difference between|how does"
    r"|invented|origin|called|etiquette|ideas|1\d\d\d|20[01]\d|during|bible"
    r"|(?:on|in|of|at) (?:space|hell|heaven|earth's|mercury|venus|mars|jupiter|saturn|uranus|neptune|pluto|titan"
    r"|the (?:moon|sun|film|movie|book|novel|play|series|core|past|middle ages|ice age|future|[a-z]+ century)))\b"
)
"""What words mean, fiction, the past and other planets: a model may know those."""
_TIME = (
    r"(?:(?:late |early |later |earlier |right |by |at |on |over |until |before |after )*(?:today|tonight|tomorrow"
    r"|yesterday|now|later|soon|outside|out|here|there|again|yet|last (?:night|week|weekend|[a-z]+day)"
    r"|(?:this|next|the|in the|for the|rest of the) ?(?:coming )?(?:weekend|week|morning|afternoon|evening|night|month"
    r"|season|year|day)|(?:on )?(?:this |next )?(?:mon|tues|wednes|thurs|fri|satur|sun)day(?: (?:morning|evening"
    r"|afternoon|night))?|(?:at |around )?\d{1,2}(?: ?[ap]m)?|in (?:an hour|\d+ hours)|at the moment|all day|currently))"
)
_SKY = (
    r"(?:rain(?:ing|ed|y)?|snow(?:ing|ed|y)?|sunny|windy|foggy|frosty|humid|storm(?:y|ing)?|thunder(?:storms?)?"
    r"|hail(?:ing)?|cloudy|overcast|drizzl(?:e|ing)|pouring|icy|dry|wet|shine|(?:hot|cold|warm|freezing|nice|chilly|mild"
    r"|lovely)(?= |$))"
)
_VAGUE = rf".*\b(?:wet|dry|hot|cold|warm|nice|mild|lovely|chilly)|(?:was|did|has) (?!.*\b{_TIME}).*"
"""Not certain to be about the weather: is it hot; was it hot in Rome."""
_GEAR = r"(?:umbrella|brolly|raincoat|jacket|coat|sun ?cream|sunscreen|sunglasses|wellies|scarf|gloves)"
_TOWN = r"in (?!(?:an?|the|my|your|which|what|general|theory|here|ancient|space)\b)[a-z]+(?: [a-z]+)?"
_COIN = r"(?:bitcoins?|ethereum|dogecoin|crypto(?:currency)?|gold|silver|oil|petrol|gas|diesel|electricity|houses?)"
_INDEX = r"(?:stock market|stock exchange|stocks|shares|markets|dow(?: jones)?|nasdaq|s&p 500|ftse(?: 100)?|dax|nikkei)"
_MONEY = r"(?:dollars?|euros?|pounds?(?: sterling)?|gbp|usd|eur|yen|jpy|rupees?|francs?|chf|cad|aud|yuan|pesos?|krona|kronor|crowns?|bucks|quid|bitcoins?)"
_LAND = r"(?:us |american |canadian |australian |british |swiss |japanese )?"
_CLUB = (
    r"(?:arsenal|chelsea|liverpool|everton|spurs|tottenham|fulham|brentford|newcastle|leeds|leicester|celtic|rangers"
    r"|barcelona|bayern|juventus|milan|inter|psg|ajax|england|scotland|wales|ireland|(?:the )?(?:lakers|yankees|cowboys"
    r"|patriots|bulls|celtics|warriors|dodgers|mets|giants|eagles|packers|bears|red sox|red wings|knicks|chiefs|steelers)"
    r"|(?:west ham|aston villa|crystal palace|(?:[a-z]+ )(?:united|city|town|rovers|madrid|munich|wanderers|albion)))"
)
_GAME = r"(?:game|match|football|soccer|rugby|cricket|tennis|hockey|baseball|basketball|super ?bowl|world cup|cup final|final|finals|league|championship|grand prix|formula 1|f1|race|marathon|olympics|tournament|election|fight|derby|wimbledon|tour de france|euros)"
_STOP = r"(?:bus|train|tram|flight|tube|subway|ferry|plane|coach|underground)"
_SPOT = (
    r"(?:station|train station|bus stop|tube station|airport|restaurant|pharmacy|chemist|supermarket|atm|cash machine|bank"
    r"|petrol station|gas station|hospital|doctor|dentist|shop|store|cafe|coffee shop|pub|bar|post office|toilet|park"
    r"|car park|parking|hotel|library|gym|cinema|mall|bakery|takeaway|pizza place|charging (?:point|station)|vet|school)"
)
DEVICE = (
    r"(?:lights?|lamps?|heating|heaters?|heat|boiler|thermostat|temperature|tv|telly|television|radio|music|fans?|ac|air con|air conditioning"
    r"|oven|kettle|coffee (?:machine|maker)|dishwasher|washing machine|tumble dryer|dryer|plugs?|sockets?|volume|sound|stereo"
    r"|speakers?|hoover|vacuum|robot|alarm system|burglar alarm|blinds|curtains|shutters|fireplace|gas fire|hob|stove|cooker|iron|humidifier"
    r"|sprinklers?|pump|cameras?|computer|screen|monitor|xbox|playstation|bluetooth|wifi|router|brightness|appliances"
    r"|projector|hot water|shower|immersion|fairy lights|christmas tree|christmas lights|electric blanket|microwave|toaster|aircon)"
)
_DOOR = r"(?:doors?|garage(?: door)?|gates?|windows?|blinds|curtains|shutters|lock)"
KIN = (
    r"(?:mum|mom|mummy|mother|dad|daddy|father|wife|husband|partner|boyfriend|girlfriend|son|daughter|brother|sister|gran|grandma"
    r"|granny|nan|nana|grandad|grandpa|grandmother|grandfather|aunt(?:ie|y)?|uncle|cousin|boss|manager|doctor|dentist|vet|office|school"
    r"|neighbou?rs?|landlord|plumber|electrician|friends?|parents|kids|family|everyone|bank|taxi|cab|police|work|hospital|surgery|colleagues?|team)"
)
NAMES = (
    r"(?:dave|david|john|mike|michael|peter|paul|mark|james|jim|jack|tom|thomas|tim|sam|ben|dan|daniel|chris|steve|stephen|andrew|andy"
    r"|matt|matthew|rob|robert|bob|bill|george|harry|charlie|alex|joe|josh|luke|max|oliver|simon|martin|richard|kevin|brian"
    r"|anna|anne|emma|sarah|sara|lisa|laura|julia|julie|kate|katie|jane|mary|maria|susan|sue|helen|claire|amy|lucy|sophie|emily|olivia"
    r"|jessica|jenny|jennifer|rachel|rebecca|becky|hannah|alice|grace|ella|linda|karen|nina|eva)"
)
_SHOP = r"(?:amazon|ebay|etsy|tesco|walmart|target|asda|sainsbury'?s|aldi|lidl|ikea|costco|uber eats|deliveroo|the (?:web|internet|shop|store|supermarket)|online)"


def _sure(
    pattern: str, answer: Callable[[Question, re.Match[str]], str | None], cues: tuple[str, ...] = ()
) -> Intent:
    """Return an intent that leaves what words mean, fiction and the past to a model."""

    def certain(question: Question, match: re.Match[str]) -> str | None:
        return None if compiled(_ELSE).search(match[0]) else answer(question, match)

    return Intent(pattern, certain, cues)


INTENTS = (
    Intent(
        r"(?:when is|when does|when do|when are|what day is|what date is|how (?:long|many (?:days|weeks)) (?:is it )?(?:until|till|to)|is it) (?:the )?(?:start of )?(?:ramadan|eid(?: al fitr| al adha)?|hanukkah|chanukah|passover|rosh hashanah|yom kippur|purim|sukkot|diwali|deepavali|holi|chinese new year|lunar new year|vesak|mid autumn festival)(?: (?:start|begin|end|this year|next year|20\d\d))*",
        says("I do not reckon lunar calendars yet, so I cannot say when that is."),
    ),
    _sure(
        rf"(?:what (?:the )?weather (?:is|will be)(?: like)?"
        rf"|(?:what is|what will|how is|how will|is|will|check|give|get|read|any|show|do you know|tell|see|look up|what does)(?: (?:me|us|the|a|look|local|latest|current|today's|todays|tomorrow's|this|week's|weekend's|weekend|weekly|[a-z]+day's|weather|say|good))* (?:weather|forecast|report)"
        rf"|what (?:was|is going to be) the weather(?= .*(?:yesterday|last|this|today|tom))|what kind of weather(?= (?:is|are|will|do))"
        rf"|(?:the |today's |todays |local |tomorrow's )?weather(?: forecast| report)?|(?:the )?forecast)"
        rf"(?: (?:be|is|like|look(?:ing)?(?: like)?|going|to|getting|forecast|report|doing|good|bad|nice|ok|fine|worse|better|say|says|it|are|we|will|have|having|expected|"
        rf"update|(?:for|in|at|over|around|near) [a-z]+(?: [a-z]+)?|{_TIME}))*",
        lambda _q, m: (
            None if re.fullmatch("what is weather|what is forecast|weather report", m[0]) else WEATHER
        ),
        ("weather", "forecast"),
    ),
    _sure(
        rf"(?:do you (?:think|reckon|know if) |do i need to worry about )?(?:(?:will|is|was|did|has|might|could|should|when will|when is|how long will|how much will) (?:it|there|{_TIME}|the (?:sun|sky|rain|snow|wind)|we|it look like|it be|it feel)|it (?:will|is))"
        rf"(?: (?:be|going|to|still|get|any|much|a lot of|really|very|too|so|more|less|likely|looking|feel|have|had|been|stop|start|start(?:ed|ing)|supposed|gonna|expected|bit|a|bit of|be a))* {_SKY}(?: (?:or {_SKY}|and {_SKY}|heavily|much|much more|a lot|enough|{_TIME}|{_TOWN}|on (?:the )?[a-z]+day|if i|when i|to go out(?:side)?))*",
        lambda _q, m: None if compiled(_VAGUE).fullmatch(m[0]) else WEATHER,
    ),
    _sure(
        rf"(?:do|should|will|would) (?:i|we|he|she|they|the kids) (?:need|want|take|bring|wear|carry|pack)(?: to (?:take|wear|bring|pack))?(?: an?| my| the| our)? (?:[a-z]+ )?{_GEAR}(?: (?:with me|or not|for (?:work|school|the walk|my walk)|{_TIME}))*"
        rf"|(?:will|are) (?:we|i|you) (?:have|get|going to (?:have|get)|getting) (?:any |some |a )?(?:rain|snow|sun|sunshine|frost|storm|white christmas)(?: (?:{_TIME}|for christmas|at christmas))*|is it (?:[a-z]+ )?(?:umbrella|coat|jacket|shorts|t ?shirt|barbecue|bbq) weather(?: {_TIME})*"
        rf"|(?:what (?:are|is) the )?(?:chances?|likelihood|probability|any chance|is there (?:a |any )?chance)(?: of)? {_SKY}(?: (?:{_TIME}|{_TOWN}))*"
        rf"|(?:is|will) there (?:be )?(?:any |some |a )?(?:rain|snow|sun|sunshine|frost|wind|fog|storm|thunder(?:storms?)?|heatwave|heat wave)(?: (?:due|forecast|coming|expected|on the way|warning))*(?: (?:{_TIME}|{_TOWN}))*",
        says(WEATHER),
    ),
    _sure(
        rf"what is it like (?:outside|out|out there)(?: {_TIME})*|(?:what is the (?:current |outside |outdoor )?(?:temperature|humidity|wind(?: speed)?|uv index|uv|air quality|pollen(?: count)?)(?: (?:like|is it|going to be))?"
        rf"|(?:what|which) temperature (?:is|will) it(?: be)?|how (?:hot|cold|warm|humid|windy|wet|chilly) (?:is it|is it going to (?:be|get)|will it (?:be|get)|was it))(?: (?:{_TIME}|outdoors|out there|like|{_TOWN}))*",
        lambda _q, m: None if re.fullmatch(r"how (?:hot|cold|warm|wet) was it", m[0]) else WEATHER,
    ),
    _sure(
        rf"(?:when|what time) (?:is|does|will|was)(?: the)? (?:sunrise|sunset|sun (?:rise|set"
        rf"|go down|come up)|moonrise|high tide|low tide|tide)(?: (?:be|come in|go out|{_TIME}|{_TOWN}))*",
        says("I reckon neither the sun nor the tides, and I do not know where we are."),
    ),
    _sure(
        rf"(?:(?:what is|what are|what is in|read|give|get|check|play|hear|show|is there|are there|any|catch me up on|update me on|let me hear|i want)"
        rf"(?: (?:me|us|in|on|the|any|some|today's|todays|yesterday's|latest|local|world|top|new|big|breaking|morning|evening|for|this|sports?|business|tech|political|national|international|bbc|recent|current|most|important|out))+ (?:news|headlines)(?: to (?:me|us))?"
        rf"|(?:any|the|today's|latest|local|world|morning|headlines?|breaking)(?: (?:good|local|big|interesting|new|latest|world|top|morning))* (?:news|headlines)|news|headlines)"
        rf"(?: (?:bulletin|update|stories|story|headlines|summary|briefing|going on|{_TIME}|(?:about|from|in|on|for) [a-z]+(?: [a-z]+)?))*"
        rf"|what (?:(?:is|has been) (?:happening|going on|new)|has happened) (?:(?:in|with) (?:the )?(?:world|news|country|middle east|politics|parliament|ukraine|russia|gaza|israel|iran|china|america|europe|uk|us|usa|london|germany|france)|around the world|abroad|{_TIME})(?: {_TIME})*|what is the latest (?:on|about|from|in) (?:the )?(?:election|war|strikes?|budget|economy|news|world|government|ukraine|russia|gaza|israel|middle east|politics)|what happened(?: in (?:the (?:world|news)|politics))? (?:today|yesterday|last night|this (?:morning|week))(?: in (?:the (?:world|news)|politics))?",
        says(NEWS),
    ),
    _sure(
        rf"(?:what is|what are|how much is|how much are|check|show|get|what was|look up)(?: (?:me|the|current|latest|today's))* (?:[a-z&']+ ){{0,3}}(?:share|stock|{_COIN}|market) prices?(?: (?:of|for) [a-z&' ]{{1,30}}| at| like| doing| {_TIME})*"
        rf"|(?:what is|how much is|what are|check) (?:the )?(?:current |latest )?(?:price|cost)s? (?:of|for) (?!(?:freedom|fame|love|war|living|admiralty)\b)[a-z0-9' ]{{2,40}}"
        rf"|(?:what is|how is|how are|what are|is|are|how much is|how did|how high is)(?: the| one| 1)? (?:{_COIN}|{_INDEX}|pound|dollar|euro|yen|[a-z]+ (?:stocks?|shares)) (?:at|worth|doing|trading|up|down|priced|performing|do|close|going)(?: (?:{_TIME}|against the [a-z]+|like))*"
        rf"|(?:what is|what are)(?: (?:the|current|latest|today's|base|fed|bank of england|best))+ (?:exchange|interest|mortgage|inflation|savings) rates?(?: (?:like|(?:for|between|of|in|from|to|on) [a-z ]+|{_TIME}))*|what are (?:interest|mortgage) rates (?:at|like|doing)(?: {_TIME})*|(?:check )?(?:the )?(?:share|stock|bitcoin) prices?|exchange rates?",
        says(PRICES),
    ),
    _sure(
        rf"how much (?:(?:does|do|would|will) (?!(?:it|you|this|that|love|a soul|freedom|happiness) )[a-z0-9' ]+ cost(?: (?:me|to (?:buy|rent|hire|fly|stay|send|post)\b.*|{_TIME}|{_TOWN}))*|(?:is|are) (?!(?:a picture|love|life|time|friendship|it|that|this) )[a-z0-9' ]+ worth(?: {_TIME})*)",
        says(PRICES),
    ),
    Intent(
        rf"(?:what is|how much is|how many .* is|convert|change|exchange|how much are)? ?(?:\$|€"
        rf"|£)? ?[\d.]+ ?{_LAND}{_MONEY} (?:in|to|into|in to|worth in) {_LAND}{_MONEY}",
        says(PRICES),
    ),
    Intent(
        r"how many (?:dollars|euros|pounds|yen|rupees|francs|bitcoins?|pesos|yuan) (?:is|are|in|to"
        r"|does|for) .*(?:dollars?|euros?|pounds?|yen|rupees?|francs?|bitcoins?|pesos?|yuan).*"
        r"|what is the (?:dollar|euro|pound|yen|exchange) (?:rate|worth)(?: .*)?",
        says(PRICES),
    ),
    _sure(
        rf"(?:who|what team|which team|which side) (?:has )?(?:won|is winning|wins|will win|is leading|scored|lost|is ahead) (?:the |last night's |yesterday's |today's |at the |in the )?(?:[a-z]+ ){{0,3}}(?:{_GAME}|{_TIME})(?: (?:{_GAME}|{_TIME}|for {_CLUB}))*"
        rf"|(?:who|which team|who else) (?:is playing|plays)(?: (?:in|the|{_GAME}|against [a-z ]+))* (?:{_TIME}|{_GAME})"
        rf"|(?!.*\b(?:credit|iq|apgar|sat|test|exam|film|music|musical|perfect|highest|average|good|maximum)\b)(?:what is|what was|what are|what were|check)(?: the)(?: latest| final| current| half time| league)*(?: [a-z' ]{{2,30}})? (?:score|scores|standings|table|results?)(?: (?:of the (?:game|match|election)|in (?:the )?(?:[a-z]+ )?{_GAME}|{_TIME}))*"
        rf"|(?:football|cricket|rugby|tennis|sports?|baseball) (?:scores|results)(?: {_TIME})*"
        rf"|(?:when|what time) (?:is|does|do|are|will|did) (?:the )?(?:[a-z]+ ){{0,4}}(?:game|match|concert|grand prix|derby|football|rugby|cricket|play next|playing next|kick ?off|kick ?off time)(?: (?:start|on|begin|showing|is|{_TIME}))*"
        rf"|(?:did|do|are|will|how did) {_CLUB} (?:win|lose|score|draw|play(?:ing)?|do|get on|winning|losing)(?: (?:the (?:game|match)|{_TIME}|against [a-z ]+))*"
        rf"|did (?:the )?[a-z ]+ win (?:the (?:game|match)|today|yesterday|last night|tonight|this weekend)",
        says(_SPORT),
    ),
    _sure(
        rf"who is (?:the )?(?:current |present |new |acting |incumbent )*(?:us |u\.s\.? |american |french |german |british |uk |russian |chinese |prime |vice |italian |spanish |irish |scottish |canadian |australian |japanese |indian )*"
        rf"(?:(?:president|minister|chancellor|ceo|cfo|cto|mayor|governor|senator|premier|taoiseach|secretary general|secretary of state|home secretary|foreign secretary|speaker of the house|chief executive|head of state|(?:world |heavyweight |wimbledon )champion)(?: (?:of|in|at|for) [a-z' ]+)?"
        rf"|(?:king|queen|pope|monarch|emperor)(?: of (?:the )?(?:england|britain|great britain|uk|united kingdom|spain|sweden|norway|denmark|belgium|netherlands|jordan|thailand|japan|morocco|saudi arabia))?"
        rf"|leader (?:of (?:the )?(?:opposition|country|[a-z]+ party|conservatives|tories|lib dems|liberal democrats|greens|snp|china|russia|iran|north korea)))(?: {_TIME})*"
        rf"|who (?:runs|leads|governs|rules|heads|is in charge of|is leading|is running) (?:the )?(?:country|government|united states|us|usa|uk|united kingdom|france|germany|russia|china|ukraine|european union|eu|united nations|un|nato|city|state)(?: {_TIME})?",
        says(_OFFICE),
    ),
    Intent(
        r"who (?:is|are) the (?:richest|oldest|tallest) (?:living )?(?:person|man|woman|people)(?: (?:alive|in the world|in the uk|on earth|on the planet|living|now|today))*",
        says(_OFFICE),
    ),
    _sure(
        rf"(?:(?:how (?:is|bad is|heavy is|was)|what is|check|show|any|is there|are there|is)(?: (?:the|me|any|much|a lot of|bad|heavy|about))+ traffic|(?:any|heavy|bad) traffic|traffic)(?: (?:like|bad|heavy|ok|report|update|jams?|news|to work|(?:on|to|in|into|at|around|from) [a-z0-9 ]{{2,40}}|{_TIME}))*"
        rf"|(?:how is|how long is|how bad is|what is) (?:my|the) commute(?: {_TIME}| like)*"
        rf"|(?:when|what time) (?:is|does|do|will|are)(?: (?:the|my|our) (?:next |last |first |[a-z]+ |\d+ )?| next | ){_STOP}s?(?: (?:home|leave|leaves|arrive|arrives|get in|come|go|due|land|depart|run|(?:to|into|from) (?!mars\b|the )[a-z]+(?: [a-z]+)?|{_TIME}))*"
        rf"|how long (?:until|till|before|is it until) the (?:next|last) {_STOP}(?: .*)?"
        rf"|is (?:the|my|our|his|her)(?: [a-z]+)? {_STOP} (?:on time|late|delayed|cancelled|running|here|coming|early|running late)(?: {_TIME})*|are the (?:{_STOP}s) (?:running|on time|late|on strike|delayed|ok|working)(?: {_TIME})*"
        rf"|(?:where is|what is|how far is|how far away is|is there|find|show|show me|navigate to|take me to|directions to|give me directions to|how do i get to|find me)(?: (?:the|me|a|my))* (?:nearest|closest|local) (?:[a-z]+ )?{_SPOT}(?: (?:to|from) (?:here|me|us|my house|home))?(?: open)?(?: {_TIME})*"
        rf"|is there (?:a|an|any) (?:[a-z]+ )?{_SPOT} (?:near|nearby|close|around)(?: .*)?"
        rf"|(?:give me |get me |show me |i need )?directions?(?: home)?(?: to .*)?|navigate (?:to .*|home|me .*)"
        rf"|how (?:do|can) (?:i|we) get to (?:the |my )?(?:[a-z]+ )?{_SPOT}(?: (?:from|by) .*)?|(?:what is|which is) the (?:fastest|best|quickest|shortest) (?:way|route)(?: (?:home|there|(?:to|into|from) (?:work|school|town|the [a-z]+|get (?:to|home)\b.*)))+"
        rf"|how long (?:does|will|would) it take(?: me| us)? (?:to (?:get|drive|walk|cycle) )?(?:to )?(?:work|home|(?:the )?(?:[a-z]+ )?{_SPOT})(?: .*)?|how long is (?:the|my) (?:drive|walk|journey|ride) (?:to|from|home)\b.*",
        says(_TRAFFIC),
    ),
    Intent(
        rf"(?:is|are|was|did i leave|have i left|did (?:i|we) (?:lock|close|shut)|is everything)(?: (?:the|my|our|all|any of the))*(?: [a-z]+)? ?(?:{DEVICE}|{_DOOR}) ?(?:still |left )?(?:on|off|open|closed|shut|locked|unlocked|running)?(?: in the [a-z ]+)?(?: {_TIME})*",
        lambda _q, m: (
            "I cannot see that: I have no control over lights, doors or appliances here."
            if re.search(r" (?:on|off|open|closed|shut|locked|unlocked)\b|^did (?:i|we) ", m[0])
            else None
        ),
    ),
    _sure(
        r"(?!.* of )(?:is|are|when (?:does|do|is|are)|what time (?:does|do|is)|how late is|until when is) (?:the )?[a-z']+(?: [a-z']+){0,3} (?:open|close|closed|opening|closing|shut)(?: (?:today|now|on [a-z]+days?|tonight|tomorrow|late|this weekend))?",
        lambda _q, m: (
            LIVE
            if re.search(
                rf"\b(?:{_SPOT}|shops|stores|pubs|banks|schools|supermarkets|museum|zoo|pool|swimming pool|tip|dump|tesco|aldi|lidl|ikea|walmart|costco|market|office|surgery|clinic|butcher'?s?|barber'?s?|hairdresser'?s?|motorway|road|bridge)\b",
                m[0],
            )
            else None
        ),
        ("open", "clos", "shut"),
    ),
    Intent(
        r"(?:find|locate) my (?:phone|mobile|keys|car keys|wallet|purse|glasses|car|remote|cat|dog|headphones|watch|tablet)",
        says("I cannot see where things are."),
    ),
    Intent(
        r"(?:please )?(?:remember (?:that |this |for me that )?(?:my [a-z ]+ (?:is|are) .+|i (?:parked|put|left|keep|like|am allergic) .+|the [a-z ]*(?:code|password|number|key|pin) is .+)|(?:take|make|write) (?:me )?(?:a |this )?note\b.*|note (?:this |that )?down\b.*|(?:write|jot) (?:this|that|it) down\b.*)",
        lambda q, _m: None if q.facts and q.facts.remembers else NO_NOTES,
        ("remember", "note", "down", "forget"),
    ),
    Intent(
        r"(?:(?:is there |are there )?any(?:thing)?(?: good)?|what)(?: (?:films?|movies|programmes|shows|is))?(?: are)?(?: good)? (?:on|showing|playing)(?: (?:the )?(?:telly|tv|television|tonight|the cinema|at the cinema))*(?: tonight| today)?",
        says(LIVE),
    ),
    Intent(
        r"(?:do|have) i (?:have |got )?(?:any |an )?(?:appointments?|meetings?)\b.*|what (?:meetings|appointments) (?:do i have|have i got)\b.*|when is my (?:next )?(?:meeting|appointment)\b.*",
        says("I keep no lists and no calendar yet."),
    ),
    _sure(
        rf"(?!.*\b(?:timer|alarm(?! system)|reminder|countdown)s?\b)(?:(?:turn|switch|shut|put|power|dim|brighten|lower|raise|close|open|start|run|activate|pause|unmute|mute|change|adjust)(?: (?:on|off|up|down))?(?: (?:the|all|my|our|every|some|both|a|of))* (?:[a-z]+ ){{0,3}}{DEVICE}"
        rf"|(?:open|close|shut|lock|unlock|secure)(?: (?:the|my|all|our))+ (?:[a-z]+ ){{0,2}}{_DOOR}|(?:turn|switch|put) (?:everything|it|them|that|this) (?:on|off|up|down)|(?:turn|switch) (?:on|off) (?:everything|it|that|them)"
        rf"|lights? (?:on|off|out)|volume (?:up|down)|set(?: (?:the|my))* (?!oven)(?:[a-z]+ ){{0,2}}(?!oven){DEVICE}|(?:make|turn) it (?:warmer|cooler|brighter|darker|louder|quieter|up|down|off|on))(?: (?:on|off|up|down|low|high|to [a-z0-9 ]+|in [a-z ]+|at [a-z0-9 ]+|by \d+[a-z% ]*|for [a-z0-9 ]+|a (?:bit|little)(?: (?:brighter|dimmer|lower|higher|louder))?|higher|lower|blue|red|green|when .*|if .*|as well|too))*",
        says(HANDS),
    ),
    _sure(
        r"(?!.*\b(?:who|which|what|whose|when|how|sing along|is|are|was)\b)(?:(?:play|pause|skip|resume|stop|shuffle|put on|listen to|stream|start|next|previous|find me) (?:(?:some|the|a|my|next|this|that|me|us) )*(?:[a-z0-9']+ ){0,5}(?:music|songs?|tracks?|albums?|playlists?|radio|podcasts?|videos?|movies?|films?|jazz|beatles|spotify|audiobooks?|rock|classical|mozart|beethoven|pop|hip hop|radio \d|bbc|netflix|youtube|tunes)(?: (?:on|by|from|in|for) .*)?|play [a-z0-9' ]+ (?:by|on (?:spotify|youtube|netflix|the (?:tv|telly|speakers?|radio|stereo))|in the [a-z ]+)(?: .*)?)"
        r"|(?:make|brew) (?:me )?(?:a |some )?(?:cup of |pot of )?(?:coffee|tea)|(?:vacuum|hoover|clean|mop|sweep) the (?:[a-z]+ )?(?:floors?|room|kitchen|house|carpet|bedroom|lounge|flat|bathroom)|(?:restart|reboot|shut down|shutdown|power off) (?:the |this |my )?(?:machine|computer|server|system|hub|pi|router)",
        says(HANDS),
    ),
    _sure(
        rf"(?:(?:call|phone|ring|dial|text|message|email|e mail|whatsapp|facetime|video call|skype)(?: (?:my|the|mr|mrs|dr|our|a))*(?: (?:{KIN}|{NAMES})(?:'s)?)+(?: .*)?|(?:call|dial|phone|ring|text) [\d ]{{3,}}"
        rf"|(?:text|message|email|ring|call|whatsapp|tell) [a-z]+ (?:that i|to say|saying|and (?:say|tell|ask|let)|to tell|on (?:his|her|their|speaker|whatsapp|the phone|facetime))\b.*"
        rf"|send (?:a|an|my|the|this|him|her|them|{KIN}|{NAMES})\b.*\b(?:message|text|email|e mail|mail|letter|note|picture|photo)\b.*|(?:read|check|show|open|do i have|have i got|any|are there|is there)(?: (?:me|any|my|new|out|the|unread|today's|latest))* (?:emails?|e mails?|mail|messages|texts|inbox|voicemails?|notifications|missed calls)(?: (?:from|for|about|in|{_TIME}).*)?"
        rf"|(?:has|did) (?:anyone|anybody|someone|{KIN}|{NAMES}) (?:called?|texted?|messaged?|emailed?|email|written|write|rung|ring)(?: me)?(?: {_TIME})*|post .* (?:on|to) (?:twitter|facebook|instagram|x|mastodon|nostr).*|let (?:my |the )?(?:{KIN}|{NAMES}) know .*|leave (?:a |my )?(?:message|voicemail|note) (?:for|with) .*|(?:make|start) a (?:phone |video )?call(?: to .*)?)",
        says(REACH),
    ),
    _sure(
        rf"(?:(?:i (?:need|want|would like) to |can i )?(?:order|buy|purchase|book|reserve|get)(?: me| us)? .+ (?:from|off|on|at) {_SHOP}|(?:order|buy|purchase|get)(?: me| us)? .+ online|(?:i (?:need|want) to )(?:order|buy) .+ online|(?:get|call|book|order)(?: me| us)? (?:a|an) (?:taxi|cab|uber)(?: .*)?|(?:order|buy|purchase|book|reserve)(?: me| us)? (?:a|an|some|my|two|\d+|more|another) (?!.*\b(?:by|alphabetical\w*|ascending|descending|numbers|fractions|club)\b).+"
        rf"|(?:order|book|reserve) the (?!.*\b(?:by|in order|alphabetical\w*|ascending|descending|from|numbers|fractions|following|planets|words)\b)[a-z ]+|(?:order|buy)(?: me)? (?:pizza|food|takeaway|groceries|flowers|milk|bread|tickets)(?: .*)?)"
        rf"|add .* to (?:my|the) (?:cart|basket)",
        says(ORDER),
    ),
    Intent(
        r"(?:add|put) .* (?:to|on) (?:my|the|our) (?:shopping list|to ?do list|grocery list|list"
        r"|calendar|diary)|(?:what is|read|show|check|what have i got)(?: me)?(?: on| in)? (?:my|the) (?:calendar|schedule|agenda|diary"
        r"|shopping list|to ?do list)(?: .*)?",
        says("I keep no lists and no calendar yet."),
    ),
    Intent(
        r"(?:google (?!(?:is|was|has|inc|founders?|maps|translate|stock|docs?|meaning)\b)|search (?:(?:on |for )?(?:the )?(?:web|internet|net|online|google|youtube|wikipedia)(?: for)?|for|online for) |(?:check|look) (?:online|on the (?:internet|web)) |look up (?!(?:at|to|in the sky)\b)|look .+ up (?:online|on )|browse (?:the |to )|surf the "
        r"|open (?:the )?(?:website|web page|page|browser|youtube|google|facebook|netflix|chrome|firefox)|go to (?:the )?(?:website|web ?site)"
        r"|find (?:me )?(?:a |an |the )?(?:video|website|restaurant|recipe online)).*",
        says(LIVE),
    ),
    Intent(
        r"where (?:am i|are we|are you|is this)(?: located| right now| now)?|what (?:city|country"
        r"|town|place|state) (?:am i|are we|is this)(?: in)?|what is (?:my|our|your) (?:location"
        r"|address|current location)",
        says(_PLACE),
    ),
    Intent(
        r"(?:is there|do we have|have we got|have i got|have you got|do i have) (?:an?|any|the|still)? ?(?:internet|wifi|network|web)(?: connection| access)?(?: here| now| today)?|is (?:the|my|our) (?:internet|wifi|network|broadband)(?: connection)? (?:ok|okay|slow|fast|fine|back|there|available|all right|dead|broken)(?: today| now| again)?|(?:are you|am i|are we|is (?:the )?(?:internet|network|wifi|wi fi)) (?:online|connected"
        r"|offline|up|working|down|on|connected to the internet)(?: (?:now|again|today|here|at all|to the (?:internet|web|network)))?|do (?:you|we"
        r"|i) have (?:an |access to (?:the )?)?(?:internet|internet connection|internet access|network)(?: .*)?"
        r"|how fast is (?:the|my|our) (?:internet|wifi|connection|network)"
        r"|(?:run )?(?:a )?speed ?test|what is my (?:public|external) ip(?: address)?",
        says("I do not test the connection to the internet: what I do here needs none."),
    ),
)
