"""Answer first what could hurt somebody: emergencies, and doses that nobody should guess."""

from __future__ import annotations

from hub.intents.intent import Intent, says

_HEALTH = (
    "I cannot advise on medicine or doses: a mistake could hurt you. Please ask a pharmacist "
    "or a doctor, or read the leaflet."
)
_EMERGENCY = "I cannot call anyone. If somebody is in danger, call your local emergency number now."
_DRUGS = (
    r"ibuprofen|paracetamol|acetaminophen|aspirin|tylenol|advil|aleve|naproxen|antibiotics?"
    r"|amoxicillin|penicillin|insulin|metformin|warfarin|xanax|valium|morphine|codeine"
    r"|oxycodone|tramadol|melatonin|benadryl|antihistamines?|prozac|sertraline|blood thinners?"
    r"|painkillers?|sleeping pills?|medications?|medicines?|pills?|tablets?|vitamin [a-z]\d*"
)
INTENTS = (
    Intent(
        r".*\b(?:call (?:911|112|999|an ambulance|the police|the fire (?:brigade|department)"
        r"|emergency)|i am having a heart attack|i cannot breathe|i want to (?:die|kill myself)"
        r"|there is a fire|heart attack right now|kill myself|suicid(?:e|al))\b.*",
        says(_EMERGENCY),
    ),
    Intent(
        rf"(?!.*\b(?:study|studying|degree|career|student|school|doctorate)\b)"
        rf"(?:how (?:much|many|often)|what (?:dose|dosage|is the (?:right |correct |maximum |max "
        rf"|safe |daily )*(?:dose|dosage))|which dose|can (?:i|you|we|my|children|kids|babies)"
        rf"|should (?:i|my)|is it (?:safe|ok|okay)|may i|how long"
        rf"|what happens if).*\b(?:{_DRUGS})\b.*",
        says(_HEALTH),
    ),
    Intent(
        r".*\b(?:dose|dosage|overdose|milligrams? of [a-z]+ (?:should|can|may|do)"
        r"|mg of [a-z]+ (?:should|can|may|do))\b.*",
        says(_HEALTH),
    ),
    Intent(
        r"(?:i have|i feel|my|should i see|do i have|what is wrong with) .*\b(?:chest pain"
        r"|chest hurts|fever of \d+|lump|rash|symptoms?|diagnos\w+)\b.*",
        says(_HEALTH),
    ),
)
