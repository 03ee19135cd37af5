"""Say honestly what needs the outside world, live data or hands that I do not have.

A small model would make something up, or claim to have done it. Each line is true of a hub without
the part it names; a tool that brings the part is asked before these.
"""

# ruff: noqa: E501  a pattern reads best in one line

from __future__ import annotations

from hub.intents.intent import Intent, says

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
HANDS = "I cannot do that: I have no control over lights, appliances or media here."
REACH = "I cannot call or send messages from here."
LIVE = "I cannot look that up: I have no connection to the outside world here."
_PLACE = "I do not know where we are: this machine has no location sensor that I can read."
ORDER = "I cannot buy or book anything from here."

_NO_FICTION = (
    r"(?!.*\b(?:story|stories|poem|poems|song|haiku|joke|word|mean|means|meaning|define"
    r"|definition|spell|translate|write|essay|history|why|work|works|cause|causes"
    r"|difference between|how does|how do)\b)"
)
_NOWISH = (
    r"(?:right now|now|today|tonight|tomorrow|this (?:week|weekend|morning|afternoon|evening"
    r"|year|month|season)|current|currently|latest|at the moment|yesterday|last night|recent"
    r"|recently|next week)"
)
INTENTS = (
    Intent(
        r"(?:when is|when does|when do|when are|what day is|what date is|how (?:long|many (?:days|weeks)) (?:is it )?(?:until|till|to)|is it) (?:the )?(?:start of )?(?:ramadan|eid(?: al fitr| al adha)?|hanukkah|chanukah|passover|rosh hashanah|yom kippur|purim|sukkot|diwali|deepavali|holi|chinese new year|lunar new year|vesak|mid autumn festival)(?: (?:start|begin|end|this year|next year|20\d\d))*",
        says("I do not reckon lunar calendars yet, so I cannot say when that is."),
    ),
    Intent(
        r"(?:what is|how much is|convert|change|how much are|exchange) ?(?:£)? ?[\d.]+ ?(?:pounds?|quid|£) (?:in|to|into|worth in) (?:us |american )?(?:dollars?|euros?|usd|eur|yen|rupees?|francs?)",
        says(PRICES),
    ),
    Intent(
        rf"{_NO_FICTION}(?:what (?:the )?weather (?:is|will be)(?: like)?(?: .*)?|(?:what is|what will|what was|how is|how will|how was|is|will|check|give"
        rf"|get|read|any|show|do you know|tell)\b.*\b(?:weather|forecast)\b.*|(?:the |today's "
        rf"|todays |local )?(?:weather|weather forecast|forecast)(?: (?:today|tomorrow|for .*|in .*"
        rf"|report|forecast|here|like|outside|please))*)",
        says(WEATHER),
    ),
    Intent(
        r"(?:will|is|does|did|was|do you think|is it going to|has|should|do"
        r"|what are the chances) .*\b(?:rain|raining|rainy|snow|snowing|snowy|sunny|windy|foggy"
        r"|humid|storm|thunder|hail|cloudy|umbrella|raincoat|jacket|freezing outside|hot outside"
        r"|cold outside|warm outside|nice outside|hot out|cold out|weather)\b.*",
        says(WEATHER),
    ),
    Intent(
        r"(?:what is |how (?:hot|cold|warm|humid|windy) is )(?:it |the )?(?:temperature|weather"
        r"|humidity|wind|uv index|air quality|pollen count)?(?: is it)?(?: like)? ?(?:outside"
        r"|outdoors|out there|out|outside right now)(?: .*)?|what is the (?:temperature|humidity"
        r"|uv index|air quality|wind speed|pollen count)(?: (?:outside|in .*|today|right now))?"
        r"|(?:what temperature|how (?:hot|cold|warm)) (?:is it|will it be|will it get"
        r"|was it)(?: .*)?",
        says(WEATHER),
    ),
    Intent(
        r"(?:when|what time) (?:is|does|will|was)(?: the)? (?:sunrise|sunset|sun (?:rise|set"
        r"|go down|come up)|moonrise|high tide|low tide|tide)(?: .*)?",
        says("I cannot tell: it depends on where we are, and I do not know that."),
    ),
    Intent(
        rf"{_NO_FICTION}(?:.*\b(?:what|any|read|tell|give|is|are|show|check|get|play"
        rf"|hear)\b.*\b(?:news|headlines)\b.*|(?:the |today's |latest |local |world )*(?:news"
        rf"|headlines)(?: (?:today|please|update))*|what (?:is happening|happened|is going on"
        rf"|is new) (?:in (?:the world|[a-z ]+)|in politics|today|around the world"
        rf"|yesterday)(?: today| right now)?)",
        says(NEWS),
    ),
    Intent(
        r"(?:what is|what are|how much is|how much are|how much does|what does|how is|how are"
        r"|what was|check|is|show me)(?: the)?(?: .*)?\b(?:price of|prices? (?:for|today"
        r"|right now)|stock price|share price|stock market|stocks|shares of|dow jones|nasdaq"
        r"|s&p 500|exchange rate|bitcoin|ethereum|dogecoin|crypto(?:currency)?|interest rate"
        r"|mortgage rate|markets|gas price|oil price|gold price|inflation rate)\b.*",
        says(PRICES),
    ),
    Intent(r"how much (?:does|do|would|is|are|did) .*\b(?:cost|worth|cost me|costs?)\b.*", says(PRICES)),
    Intent(
        r"(?:what is|how much is|how many .* is|convert|how much are)? ?(?:\$|€"
        r"|£)? ?[\d.]+ ?(?:us |american |canadian |australian )?(?:dollars?|euros?"
        r"|pounds? sterling|british pounds?|gbp|usd|eur|yen|jpy|rupees?|francs?|chf|cad|aud|yuan"
        r"|pesos?|bucks|krona|kronor|crowns?|bitcoins?) (?:in|to|into|in to|worth in) (?:us "
        r"|american |canadian |australian |british |swiss |japanese )?(?:dollars?|euros?"
        r"|pounds?(?: sterling)?|gbp|usd|eur|yen|jpy|rupees?|francs?|chf|cad|aud|yuan|pesos?|krona"
        r"|bitcoins?)",
        says(PRICES),
    ),
    Intent(
        r"how many (?:dollars|euros|pounds|yen|rupees|francs|bitcoins?|pesos|yuan) (?:is|are|in|to"
        r"|does|for) .*(?:dollars?|euros?|pounds?|yen|rupees?|francs?|bitcoins?|pesos?|yuan).*"
        r"|what is the (?:dollar|euro|pound|yen|exchange) (?:rate|worth)(?: .*)?",
        says(PRICES),
    ),
    Intent(
        rf"(?!.*\b(?:1[5-9]\d\d|20[01]\d|202[0-4])\b)(?:who|what team|which team|what) (?:won|is winning|wins|will win|is leading|scored"
        rf"|plays|is playing)\b.*\b(?:game|match|world cup|super bowl|superbowl|league|championship"
        rf"|race|grand prix|election|olympics|series|final|finals|cup|tournament|{_NOWISH})\b.*"
        rf"|(?:what is|what was|what are|check)(?: the)?(?: .*)? (?:score|scores|standings"
        rf"|result of the (?:game|match|election))(?: (?:of the (?:game|match)|today|now|tonight"
        rf"|yesterday|last night|in the .*))?|(?:when|what time) (?:is|does|do|are"
        rf"|will) (?:the )?(?:[a-z]+ ){0, 6}(?:game|match|race|concert|play next|kick ?off)\b.*"
        rf"|did (?:the )?[a-z ]+ win (?:the (?:game|match)|today|yesterday|last night|tonight"
        rf"|this weekend)",
        says(_SPORT),
    ),
    Intent(
        r"who is (?:the )?(?:current |present |new |acting |incumbent )*(?:us |u\.s\.? |american "
        r"|french |german |british |uk |russian |chinese |prime |vice )*(?:president|minister"
        r"|chancellor|king|queen|pope|ceo|cfo|cto|mayor|governor|senator|premier|leader|monarch"
        r"|head of state|emperor|secretary general|secretary of state|speaker of the house"
        r"|chief executive|champion|world champion)\b.*|who (?:runs|leads|governs|rules|heads"
        r"|is in charge of|is leading|is running) (?:the )?(?:country|government|united states|us"
        r"|usa|uk|united kingdom|france|germany|russia|china|ukraine|european union|eu"
        r"|united nations|un|nato|city|state)(?: now)?",
        says(_OFFICE),
    ),
    Intent(
        r"who (?:is|are) the (?:richest|oldest|tallest|most famous|best) (?:living )?(?:person|man"
        r"|woman|people|player|team)(?: .*)?",
        says(_OFFICE),
    ),
    Intent(
        r"(?:how (?:is|bad is|long (?:does|will|would|is))|what is|is there|are there|check"
        r"|when (?:is|does)|what time (?:is|does)|is (?:the|my)|how do i get to|how far is"
        r"|give me directions|directions|navigate|how long is the drive|where is the nearest"
        r"|what is the (?:fastest|best|quickest) (?:way|route))\b.*\b(?:traffic|commute"
        r"|next (?:bus|train|tram|flight|subway)|(?:bus|train|tram|flight) (?:leave|arrive|delayed"
        r"|on time|late)|flight|airport|station|drive (?:to|from)|directions? to|nearest|route to"
        r"|way to (?:work|the)|restaurant|pharmacy|supermarket)\b.*",
        says(_TRAFFIC),
    ),
    Intent(
        r"(?:is|are|when (?:does|do|is|are)|what time (?:does|do|is)"
        r"|how late is) the [a-z' ]+ (?:open|close|closed|opening|closing)(?: (?:today|now"
        r"|on [a-z]+days?|tonight|tomorrow|late))?",
        says(LIVE),
    ),
    Intent(
        r"did (?!(?:i|we|you|he|she|they|it|anyone|anybody|who)\b)[a-z]+(?: (?:united|city|town|rovers|madrid|munich))? (?:win|lose|score)",
        says(_SPORT),
    ),
    Intent(
        r"(?:find|locate) my (?:phone|mobile|keys|car keys|wallet|purse|glasses|car|remote|cat|dog|headphones|watch|tablet)",
        says("I cannot see where things are."),
    ),
    Intent(
        r"(?:please )?(?:remember (?:that |this |for me that )?(?:my [a-z ]+ (?:is|are) .+|i (?:parked|put|left|keep|like|am allergic) .+|the [a-z ]*(?:code|password|number|key|pin) is .+)|(?:take|make|write) (?:me )?(?:a |this )?note\b.*|note (?:this |that )?down\b.*|(?:write|jot) (?:this|that|it) down\b.*)",
        says("I keep no notes: a memory of my own is not built yet. I can remind you at a time."),
        ("remember", "note", "down", "forget"),
    ),
    Intent(
        r"(?:are there )?any(?:thing)? (?:good )?(?:films?|movies|programmes|shows)? ?(?:good )?on (?:the )?(?:telly|tv|television|tonight|the cinema|at the cinema)(?: tonight| today)?",
        says(LIVE),
    ),
    Intent(
        r"do i have (?:any |an )?(?:appointments?|meetings?).*",
        says("I keep no lists and no calendar yet."),
    ),
    Intent(
        r"(?!.*\b(?:timer|alarm|reminder|countdown)s?\b)(?:turn|switch|shut|put) (?:on|off|up|down|the|all|my)\b.*|(?:dim|brighten|lock|unlock"
        r"|open|close) (?:the|my|all|our) (?:lights?|lamps?|door|doors|garage|blinds|curtains"
        r"|shutters|windows?|gate|front door|garage door|back door|[a-z]+ (?:lights?|lamp|door"
        r"|blinds|window)).*|lights (?:on|off)|set (?:the )?(?:thermostat|temperature|heating"
        r"|volume|lights?|brightness)\b.*|(?:play|pause|skip|resume) (?:(?:some|the|a|my|next|this"
        r"|that|me) )?(?:.*\b)?(?:music|song|songs|track|album|playlist|radio|podcast|video|movie"
        r"|jazz|beatles|spotify|audiobook|rock|classical)\b.*|(?:make|brew) (?:me )?(?:a "
        r"|some )?(?:coffee|tea)|(?:vacuum|clean) the .*|(?:start|run) the (?:dishwasher"
        r"|washing machine|vacuum|robot|dryer|oven|heating).*|volume (?:up|down)|(?:restart|reboot"
        r"|shut down|shutdown|power off) (?:the |this |my )?(?:machine|computer|server|system|hub"
        r"|pi|router)",
        says(HANDS),
    ),
    Intent(
        r"(?:call|phone|ring|dial|text|message|email|e mail|mail|whatsapp|facetime) (?:my |the "
        r"|mr |mrs |dr )?(?!it\b|this\b|that\b|me\b)[a-z0-9 ]+|send (?:a|an|my|the|this|him|her"
        r"|them) .*(?:message|text|email|e mail|mail|letter|note|picture|photo).*|(?:read|check"
        r"|do i have) (?:any |my |new )*(?:emails?|e mails?|mail|messages|texts|inbox|voicemail"
        r"|notifications).*|post .* (?:on|to) (?:twitter|facebook|instagram|x|mastodon|nostr).*",
        says(REACH),
    ),
    Intent(
        r"(?:order|buy|purchase|book|reserve) (?:me )?(?:a|an|some|the|my|two|2|\d+|more) .*"
        r"|add .* to (?:my|the) (?:cart|basket)",
        says(ORDER),
    ),
    Intent(
        r"(?:add|put) .* (?:to|on) (?:my|the) (?:shopping list|to ?do list|grocery list|list"
        r"|calendar)|(?:what is|read|show|check)(?: on)? my (?:calendar|schedule|agenda"
        r"|shopping list|to ?do list)(?: .*)?",
        says("I keep no lists and no calendar yet."),
    ),
    Intent(
        r"(?:google|search(?: the (?:web|internet))?(?: for)?|look up|browse"
        r"|open (?:the )?(?:website|web page|page|browser)|go to (?:the )?(?:website|web ?site)"
        r"|find (?:me )?(?:a |an |the )?(?:video|website|restaurant|recipe online)) .*",
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
