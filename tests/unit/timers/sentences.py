"""What people say about timers, and what is understood; said on a Thursday at 14:05 in Berlin."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

NOW = datetime(2026, 11, 19, 14, 5, tzinfo=ZoneInfo("Europe/Berlin"))

TIMERS = {
    "give me three quarters of an hour on the clock": (2700, ""),
    "please time 40 minutes for the bread": (2400, "bread"),
    "set a timer to go off in 3 quarters of an hour": (2700, ""),
    "set a timer for four and three quarter minutes": (285, ""),
    "set an hour timer": (3600, ""),
    "time for nine minutes": (540, ""),
    "put the egg timer on for six minutes would you": (360, "egg"),
    "give me a shout in ten minutes": (600, ""),
    "let me know when twenty minutes are up": (1200, ""),
    "said a timer for fore minutes": (240, ""),
    "can I have a timer for 25 minutes": (1500, ""),
    "set a timer for twelve and a half minutes": (750, ""),
    "Set a timer for 12.5 minutes.": (750, ""),
    "a timer for 12 and a half minutes": (750, ""),
    "set a pasta timer for 8 minutes": (480, "pasta"),
    "timer 5 minutes": (300, ""),
    "Timer, 5 minutes": (300, ""),
    "set a 10 minute timer called tea": (600, "tea"),
    "set a timer for half an hour": (1800, ""),
    "half an hour timer": (1800, ""),
    "timer for an hour and a quarter": (4500, ""),
    "set a timer for an hour and a half": (5400, ""),
    "set a timer for three quarters of an hour": (2700, ""),
    "set a timer for 90 seconds": (90, ""),
    "Hey Hub, could you please set a timer for ten minutes?": (600, ""),
    "set a timer for to minutes": (120, ""),
    "set a timer for for minutes": (240, ""),
    "said a timer for five minutes": (300, ""),
    "10 minute timer": (600, ""),
    "ten-minute timer please": (600, ""),
    "set a timer for the pasta for 8 minutes": (480, "pasta"),
    "set a timer for 8 minutes for the pasta": (480, "pasta"),
    "start a 45 second timer": (45, ""),
    "set a timer for 1h30": (5400, ""),
    "set a timer for 1h 30m": (5400, ""),
    "set a timer for 5m": (300, ""),
    "set a timer for one hour and twenty minutes": (4800, ""),
    "set a timer for 2 minutes and 30 seconds": (150, ""),
    "set a timer for two minutes thirty": (150, ""),
    "set an egg timer for 4 minutes": (240, "egg"),
    "set a second timer for 10 minutes": (600, ""),
    "set another timer for 3 minutes called rice": (180, "rice"),
    "count down from 30 seconds": (30, ""),
    "set the timer to 10 minutes": (600, ""),
    "I need a timer for 20 minutes": (1200, ""),
    "let's set a timer for 7 minutes": (420, ""),
    "create a timer called laundry for 50 minutes": (3000, "laundry"),
    "set a timer for a couple of minutes": (120, ""),
    "set a timer for five": (300, ""),
    "put on a 3 minute timer for the eggs": (180, "eggs"),
    "can you set me a timer for a minute and a half": (90, ""),
    "set a timer for a hundred and twenty seconds": (120, ""),
    "set a timer for two hours": (7200, ""),
}

ALARMS = {
    "wake me at 7": ("Fri 07:00", "", ""),
    "wake me up at half past six tomorrow": ("Fri 06:30", "", ""),
    "set an alarm for 7:30 am on weekdays": ("Fri 07:30", "", "on weekdays"),
    "set an alarm for six thirty": ("Fri 06:30", "", ""),
    "alarm at 6": ("Fri 06:00", "", ""),
    "set a 6 am alarm": ("Fri 06:00", "", ""),
    "alarm for noon tomorrow called lunch": ("Fri 12:00", "lunch", ""),
    "set my alarm for quarter to seven": ("Fri 06:45", "", ""),
    "set an alarm for 3": ("Thu 15:00", "", ""),
    "set an alarm for 15:30": ("Thu 15:30", "", ""),
    "set an alarm for 4 p.m.": ("Thu 16:00", "", ""),
    "set an alarm for nineteen hundred hours": ("Thu 19:00", "", ""),
    "wake me up in 20 minutes": (1200, "", ""),
    "set an alarm in 45 minutes": (2700, "", ""),
    "wake me up every weekday at 6:15": ("Fri 06:15", "", "on weekdays"),
    "wake me every morning at seven": ("Fri 07:00", "", "every morning"),
    "set an alarm called school for 7 every weekday": ("Fri 07:00", "school", "on weekdays"),
    "set an alarm for 9 on weekends": ("Sat 09:00", "", "at weekends"),
    "wake me on Saturday at ten": ("Sat 10:00", "", ""),
    "set an alarm for ten to seven tomorrow morning": ("Fri 06:50", "", ""),
    "Set an alarm for 8 tonight": ("Thu 20:00", "", ""),
    "set an alarm for midnight": ("Fri 00:00", "", ""),
}

REMINDERS = {
    "I mustn't forget to water the plants tonight, remind me please": ("Thu 20:00", "Water the plants", ""),
    "remind me that the plumber is coming friday at ten": ("Fri 10:00", "The plumber is coming", ""),
    "in twenty minutes remind me to turn off the oven": (1200.0, "Turn off the oven", ""),
    "remind me I have a meeting at 4": ("Thu 16:00", "I have a meeting", ""),
    "make a reminder for tomorrow morning to call grandma": ("Fri 09:00", "Call grandma", ""),
    "remind me to call mum at 5": ("Thu 17:00", "Call mum", ""),
    "remind me in 20 minutes to take the bread out": (1200, "Take the bread out", ""),
    "remind me to take the bread out in 20 minutes": (1200, "Take the bread out", ""),
    "remind me every monday at 9 to put the bins out": ("Mon 09:00", "Put the bins out", "every Monday"),
    "remind me tomorrow morning to water the plants": ("Fri 09:00", "Water the plants", ""),
    "can you remind me to call Dr. Smith at 5 p.m.?": ("Thu 17:00", "Call Dr. Smith", ""),
    "remind me at noon to eat": ("Fri 12:00", "Eat", ""),
    "remind me on friday to send the report": ("Fri 09:00", "Send the report", ""),
    "remind me about the meeting tomorrow at ten": ("Fri 10:00", "The meeting", ""),
    "remind me to take my pills every day at 8": ("Fri 08:00", "Take my pills", "every day"),
    "set a reminder to feed the cat at 6 pm": ("Thu 18:00", "Feed the cat", ""),
    "set a reminder for tomorrow at 9 to call the bank": ("Fri 09:00", "Call the bank", ""),
    "reminder in 10 minutes: check the oven": (600, "Check the oven", ""),
    "remind me in two hours that the cake is ready": (7200, "The cake is ready", ""),
    "remind me on the 24th of december at 6 pm to wrap presents": ("Thu 18:00", "Wrap presents", ""),
    "remind me to buy 2 apples at the market at 4": ("Thu 16:00", "Buy 2 apples at the market", ""),
    "remind us to leave at quarter past eight": ("Thu 20:15", "Leave", ""),
    "don't let me forget to lock the door at 10 pm": ("Thu 22:00", "Lock the door", ""),
    "remind me to water the plants every second monday at 8 am": (
        "Mon 08:00",
        "Water the plants",
        "every other Monday",
    ),
    "remind me on the 1st of december to pay the rent": ("Tue 09:00", "Pay the rent", ""),
}

ORDERS = {
    "put the pizza timer on hold": ("pause", "timer", "pizza", False, 0),
    "any timers on": ("list", "timer", "", True, 0),
    "are there any alarms": ("list", "alarm", "", True, 0),
    "list everything I've set": ("list", None, "", True, 0),
    "cancel my 6:45 alarm": ("cancel", "alarm", "6:45", False, 0),
    "cancel the tea one": ("cancel", None, "tea", False, 0),
    "how long has the pasta got": ("left", None, "pasta", False, 0),
    "what's left on laundry": ("left", None, "laundry", False, 0),
    "give me two more minutes": ("add", None, "", False, 120),
    "push the timer back five minutes": ("add", "timer", "", False, 300),
    "turn the pasta timer off would you love": ("cancel", "timer", "pasta", False, 0),
    "cancel the pasta timer": ("cancel", "timer", "pasta", False, 0),
    "cancel all timers": ("cancel", "timer", "", True, 0),
    "cancel all my reminders": ("cancel", "reminder", "", True, 0),
    "delete the alarm for 7": ("cancel", "alarm", "7", False, 0),
    "cancel the timer for pasta": ("cancel", "timer", "pasta", False, 0),
    "cancel the reminder to call mum": ("cancel", "reminder", "call mum", False, 0),
    "turn off the alarm": ("cancel", "alarm", "", False, 0),
    "turn the alarm off": ("cancel", "alarm", "", False, 0),
    "stop the alarm": ("cancel", "alarm", "", False, 0),
    "timer off": ("cancel", "timer", "", False, 0),
    "cancel everything": ("cancel", None, "", True, 0),
    "add five minutes to the tea timer": ("add", "timer", "tea", False, 300),
    "add 2 minutes": ("add", None, "", False, 120),
    "another 5 minutes": ("add", None, "", False, 300),
    "give the tea timer another 5 minutes": ("add", "timer", "tea", False, 300),
    "give me five minutes on the timer": ("add", "timer", "", False, 300),
    "take two minutes off the pasta timer": ("add", "timer", "pasta", False, -120),
    "extend the timer by a minute": ("add", "timer", "", False, 60),
    "make the pasta timer 2 minutes longer": ("add", "timer", "pasta", False, 120),
    "make the pasta timer one minute shorter": ("add", "timer", "pasta", False, -60),
    "pause the timer": ("pause", "timer", "", False, 0),
    "resume the tea timer": ("resume", "timer", "tea", False, 0),
    "what timers are running": ("list", "timer", "", True, 0),
    "do I have any alarms set?": ("list", "alarm", "", True, 0),
    "list my reminders": ("list", "reminder", "", True, 0),
    "show me my timers and alarms": ("list", None, "", True, 0),
    "how many timers are running?": ("list", "timer", "", True, 0),
    "how long is left on the pasta timer": ("left", "timer", "pasta", False, 0),
    "how much time is left on the timer?": ("left", "timer", "", False, 0),
    "when does the egg timer go off": ("left", "timer", "egg", False, 0),
    "what time is my alarm set for": ("left", "alarm", "", False, 0),
    "what's my next alarm": ("left", "alarm", "", False, 0),
    "stop": ("stop", None, "", False, 0),
    "be quiet": ("stop", None, "", False, 0),
    "snooze": ("snooze", None, "", False, 0),
    "snooze for ten minutes": ("snooze", None, "", False, 600),
    "snooze the tea timer": ("snooze", "timer", "tea", False, 0),
}

REFUSED = {
    "timer for 0 minutes": "at least one second",
    "set a timer for minus five minutes": "at least one second",
    "set a timer for a thousand years": "30 days",
    "alarm for 25 o'clock": "no 25 o'clock",
    "set an alarm for 7:75": "no minute 75",
    "set an alarm for yesterday at 7": "over",
    "remind me on the 31st of february to skate": "no 31",
    "set timers for 5 and 10 minutes": "did not understand",
    "set a stopwatch": "no stopwatch",
}

ASKED = {
    "set a timer": "For how long?",
    "set an alarm": "At what time?",
    "wake me tomorrow": "At what time?",
    "remind me to call mum": "When shall I remind you?",
    "remind me": "What shall I remind you of?",
}

DECLINED = """
tell me to go away
give me the clock
my timer broke
can you set timers
can you set more than one timer at once
how do I set a timer
let me know how many minutes are in an hour
tell me in a minute why the sky is blue
let me know when you are done
what is a timer
set the table
how do timers work
who invented the alarm clock
set a timer in javascript
the timer
alarm
remind me of my childhood
remind me what you said
remind me who wrote Hamlet
remind me of the capital of France
wake up
wake me up before you go go
i set a timer for five minutes
what is the best timer app
cancel the meeting
add milk to the list
how long is the film
tell me a story about an alarm
what does alarm mean
set up an alarm system
how long does a timer run
why did the alarm go off
my alarm did not ring
what time is it
how many minutes are in an hour
set the volume to 5
stop talking about politics
how long is half an hour
what is 5 minutes plus 3 minutes
write a poem about timers
how do I cancel an alarm on my phone
five minutes
an hour and a half
add 5 and 3
give me five minutes of peace
is the timer a good invention
translate alarm into French
call me in 5 minutes
I will be there in 20 minutes
every monday at 9
tomorrow at 7
get me a coffee at 7
stop the music
turn off the lights
is 25 minutes enough for pasta
when is the next bus
"""
