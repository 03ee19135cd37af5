"""Questions with what their answers must contain, at a frozen clock: Saturday 21 November 2026, 18:42."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

NOW = datetime(2026, 11, 21, 18, 42, 10, tzinfo=ZoneInfo("Europe/Berlin"))

# question -> a text that the answer must contain, or several
ASKED: dict[str, str | tuple[str, ...]] = {
    # time
    "What time is it?": "18:42",
    "what's the time": "18:42",
    "um, what time is it please": "18:42",
    "Hey Hub, what time is it right now?": "18:42",
    "Can you tell me the time?": "18:42",
    "do you have the time": "18:42",
    "time": "18:42",
    "WHAT TIME IS IT": "18:42",
    "Could you please tell me what time it is?": "18:42",
    "what is the current time?": "18:42",
    "Whats the time": "18:42",
    "Do you know what time it is?": "18:42",
    "What time is it in Tokyo?": ("02:42", "tomorrow", "Tokyo"),
    "what time is it in new york": "12:42",
    "What's the time in London?": "17:42",
    "what time is it in Mumbai right now": "23:12",
    "What time will it be in 20 minutes?": "19:02",
    "what time will it be in half an hour": "19:12",
    "what time was it three hours ago": "15:42",
    "what time will it be in an hour and a half": "20:12",
    "How long until midnight?": "5 hours and 18 minutes",
    "how many minutes until 7 pm": "18 minutes",
    "how long until 8 o'clock": "1 hour and 18 minutes",
    "How long until noon?": "17 hours and 18 minutes",
    "What is the time difference between London and Tokyo?": "9 hours",
    # date
    "What day is it?": ("Saturday", "21 November 2026"),
    "what day is it today": "Saturday",
    "What day is it tomorrow?": "Sunday",
    "What's today's date?": "21 November 2026",
    "what is the date": "21 November 2026",
    "What is the date today?": "21 November",
    "what's the date tomorrow": "22 November",
    "What day was yesterday?": "Friday",
    "what day of the week is it": "Saturday",
    "Which day is the day after tomorrow?": "Monday",
    "what day is today": "Saturday",
    "what date is it": "21 November",
    "what's tomorrow's date?": "22 November",
    "what month is it": "November",
    "What year is it?": "2026",
    "what week is it": "47",
    "which week number is it": "47",
    "What is tomorrow?": "Sunday",
    "today's date please": "21 November",
    # date arithmetic
    "How many days until Christmas?": "34 days",
    "how many days till christmas": "34 days",
    "How long until Christmas?": "34 days",
    "how many weeks until christmas": "4 weeks and 6 days",
    "How many sleeps until Christmas?": "34",
    "How many days until New Year?": "41",
    "how many days until the 1st of January": "41",
    "How many days until Friday?": "6",
    "how many days until halloween": "344",
    "What date is in 3 weeks?": "12 December 2026",
    "what is the date in three weeks": "12 December",
    "What will be the date 10 days from now?": "1 December",
    "what date is it in 100 days": "1 March 2027",
    "what day is it in ten days": "Tuesday",
    "what was the date 3 weeks ago": "31 October",
    "What date was it two months ago?": "21 September",
    "what day is 45 days from today": "5 January 2027",
    "What weekday was 4 July 1976?": "Sunday",
    "What day of the week was July 4th, 1976?": "Sunday",
    "what day was the fourth of july nineteen seventy six": "Sunday",
    "What day of the week is Christmas this year?": "Friday",
    "what day is christmas": "Friday",
    "What day was 1 January 2000?": "Saturday",
    "On what day does Christmas fall in 2027?": "Saturday",
    "When is Easter 2027?": "28 March 2027",
    "when is easter": "28 March 2027",
    "When is Thanksgiving?": "26 November 2026",
    "Is 2028 a leap year?": "Yes",
    "was 1900 a leap year": "No",
    "Is it a leap year?": "No",
    "Is this year a leap year?": "No",
    "is 2000 a leap year": "Yes",
    "When is the next leap year?": "2028",
    "How many days between 1 March and 5 April?": "35",
    "days between 1 january 2026 and 31 december 2026": "364",
    "How many days are there between March 3rd 2024 and March 3rd 2025?": "365",
    "how many days from christmas to new year": "7",
    "How many days in February 2028?": "29",
    "how many days are in this month": "30",
    "How many days does October have?": "31",
    "How many days are left in this year?": "40",
    "how many days are left in the month": "9",
    "How many days since 1 January 2026?": "324",
    "how many days are in 2024": "366",
    "How old is someone born in 1990?": "36",
    "how old am I if I was born on 22 November 1990": "35",
    # arithmetic
    "What is twelve times seven?": "84",
    "what's 12 times 7": "84",
    "12*7": "84",
    "12 x 7": "84",
    "What is 15 % of 80?": "12",
    "what is fifteen percent of eighty": "12",
    "What's 15 percent of 80?": "12",
    "square root of 144": "12",
    "What's the square root of one hundred and forty four?": "12",
    "what is the square root of 2": "1.4142",
    "2^10": "1024",
    "2 to the power of 10": "1024",
    "what is two to the tenth power": "1024",
    "Three and a half plus two": "5.5",
    "what is 7 + 8": "15",
    "how much is 100 minus 37": "63",
    "What is 144 divided by 12?": "12",
    "10 / 4": "2.5",
    "what's 10 divided by 3": ("3 and 1/3", "3.3333"),
    "What is 5 divided by zero?": "zero",
    "0.1 + 0.2": "is 0.3.",
    "what is zero point one plus zero point two": "is 0.3.",
    "what is minus five plus three": "minus 2",
    "What is 5 minus 8?": "minus 3",
    "three squared": "9",
    "what is five cubed": "125",
    "(2 + 3) * 4": "20",
    "2 + 3 * 4": "14",
    "what is half of 37": "18.5",
    "What's a third of 90?": "30",
    "a quarter of 200": "50",
    "two thirds of 90": "60",
    "add 5 and 9": "14",
    "subtract 7 from 20": "13",
    "multiply six by nine": "54",
    "divide 81 by 9": "9",
    "what is the sum of 3, 4 and 5": "12",
    "what is the average of 4, 8 and 12": "8",
    "20% off 50": "40",
    "what percent of 80 is 20": "25 percent",
    "twenty one plus thirty four": "55",
    "What is one thousand two hundred thirty four plus one?": "1235",
    "1,000 + 1": "1001",
    "what is 17 times 23": "391",
    "what is 12 and a half times 2": "25",
    "how many times does 7 go into 91": "13",
    "is 97 a prime number": "Yes",
    "5 factorial": "120",
    "what's 15% of $60": "9 dollars",
    "What does 8 times 9 equal?": "72",
    "what is 17 mod 5": "2",
    "what is double 21": "42",
    "what is negative 3 times negative 4": "12",
    "one half plus one third": "5/6",
    "what is a hundred divided by eight": "12.5",
    "a million divided by a thousand": "1000",
    "What is 3.5 times 4?": "14",
    "what is 15 percent tip on 40 dollars": "6",
    # units
    "How many minutes in two hours?": "120 minutes",
    "how many minutes are there in 2 hours": "120",
    "How many seconds are in an hour?": "3600",
    "how many hours in a week": "168",
    "Convert 5 miles to km": "8.05",
    "convert five miles to kilometers": "8.05",
    "70 f in celsius": "21.1",
    "What is 70 degrees Fahrenheit in Celsius?": "21.1",
    "what's 100 celsius in fahrenheit": "212",
    "0 c to f": "32",
    "minus 40 celsius in fahrenheit": "minus 40",
    "how many kilometers is 10 miles": "16.09",
    "How many grams in a kilogram?": "1000",
    "how many ounces in a pound": "16",
    "how many pounds is 80 kilos": "176.37",
    "5 feet 11 inches in cm": "180.34",
    "How tall is 6 foot 2 in centimetres?": "187.96",
    "how many cups in a litre": "4.23",
    "how many millilitres in a tablespoon": "14.79",
    "how many megabytes in a gigabyte": "1000",
    "how many bytes in a kibibyte": "1024",
    "100 km/h in mph": "62.14",
    "How fast is 60 mph in km/h?": "96.56",
    "how many days in a year": ("365", "366"),
    "How many weeks in a year?": "52",
    "how many months in a year": "12",
    "how many years in a century": "100",
    "how many inches in a foot": "12",
    "How many feet in a mile?": "5280",
    "how many seconds in a day": "86400",
    "3 litres to gallons": "0.79",
    "convert 90 minutes to hours": "1.5",
    "how many minutes is half an hour": "30",
    "how many hours is 3 days": "72",
    "two and a half hours in minutes": "150",
    "How many kilograms in a mile?": "cannot be turned",
    "how many acres in a square mile": "640",
    "what is 1 kilowatt hour in joules": "3,600,000",
    "How many teaspoons are in a tablespoon?": "3",
    "how many bits in a byte": "8",
    "300 kelvin in celsius": "26.85",
    # the machine
    "How full is the disk?": "percent full",
    "Am I running out of disk?": "percent full",
    "am i running out of disk space": "percent full",
    "How much disk space is left?": "percent full",
    "how much space do I have left": "percent full",
    "is the disk full": "percent full",
    "How much RAM is free?": "of RAM are free",
    "how much memory do you have": "of RAM",
    "How hot is the CPU?": ("processor", "machine"),
    "what's the cpu temperature": ("processor", "machine"),
    "How long have you been up?": "has been up for",
    "uptime": "has been up for",
    "What is the load?": "load was",
    "how busy is the machine": "load was",
    "What's your IP address?": "address",
    "ip address": "address",
    "how many cores do you have": "core",
    "What operating system is this?": "runs",
    "How is the server doing?": "percent full",
    # courtesies
    "Hello": "Hello",
    "Hi there!": "Hello",
    "Hey Hub": "Hello",
    "Good morning": "Good morning",
    "Good night.": "Good night",
    "Thank you!": "welcome",
    "thanks a lot": "welcome",
    "How are you?": "well",
    "Who are you?": "Hub",
    "what's your name": "Hub",
    "What can you do?": ("time", "calculate"),
    "help": "calculate",
    "Can you hear me?": "here",
    "never mind": "All right",
    "Bye": "Goodbye",
    # honest limits
    "What's the weather like tomorrow?": "weather",
    "Will it rain today?": "weather",
    "do I need an umbrella": "weather",
    "What's in the news?": "news",
    "Who is the president of the United States?": "cannot say who",
    "What's the price of bitcoin?": "prices",
    "how much is 100 dollars in euros": "rates",
    "Who won the game last night?": "results",
    "how much ibuprofen can I take": "pharmacist",
    "Turn on the lights": "no control",
    "Call my mother": "cannot call",
    "play some music": "no control",
    "what time is it in Springfield": "cannot tell the time",
    # the same questions as other people ask them
    "sorry to bother you dear but what would the time be": "18:42",
    "have you got the time on you mate": "18:42",
    "my son wants to know how many feet are their in a mile": "5280",
    "wot is 6 x 7": "6 times 7 is 42.",
    "what is 20 percent of one fifty": "is 30.",
    "one fifty plus two fifty": "is 400.",
    "how many tea spoons in a table spoon": "3 teaspoons",
    "can you add up 14 29 and 37 for me": "is 80.",
    "number of seconds in 3 hours": "10800",
    "how far is 10 000 metres in miles": "6.21",
    # the clock, told as a plan
    "i start work at eight and finish at half four how long is my shift": "8 hours and 30 minutes",
    "i work from 9 to 5 30 with a half hour lunch how long do i work": "8 hours, the break taken off",
    "if i go to bed at eleven and get up at six how many hours sleep do i get": "7 hours",
    "what time do i have to get up if i need 8 hours sleep and go to bed at half ten": "6:30",
    "what time should i leave if it takes forty minutes and i must be there by six": "5:20",
    "i need to be at the airport at 5 am and it's 90 minutes away when do i leave": "3:30 am",
    "the film starts at quarter past eight and lasts two hours and ten minutes when does it end": "10:25",
    "if i put the cake in the oven now for 50 minutes when will it be done": ("If it begins now", "19:32"),
    "my train leaves at 19:10 how long have i got": "28 minutes",
    "is it past five yet": "Yes, it is 18:42.",
    "is it still morning": "No, it is 18:42.",
    "what is 17:45 on a twelve hour clock": "5:45 pm",
    "it's 9 am in new york what time is it here": "3:00 pm (15:00)",
    "are we on british summer time": "No, the clocks here are on standard time",
    "what's today's date in iso format": "2026-11-21",
    "give me the unix timestamp": "1795282930",
    "how late is it in hong kong": "01:42 tomorrow",
    # the calendar
    "what day will it be in 48 hours": "Monday, 23 November 2026",
    "What's the date in 3 weeks' time?": "12 December 2026",
    "how long until the year 2030": ("1137 days", "1 January 2030"),
    "what is the date in a week from tomorrow": "29 November 2026",
    "how many weeks until my birthday on the 4th of july": "32 weeks",
    "rent is due on the first how many days is that": "10 days until Tuesday, 1 December 2026",
    "what's the day after the 28th of february 2027": "Monday, 1 March 2027",
    "a fortnight on friday what date is that": "11 December 2026",
    "if today is wednesday what day will it be in 100 days": "a Friday",
    "if today is monday what day is it in 3 days": "a Thursday",
    "add 45 days to 10 january 2026": "24 February 2026",
    "is june 31 a real date": "No, June has 30 days.",
    "does february have 29 days": "leap year",
    "does june have 29 days": "No, June has 30 days.",
    "how many months have 31 days": "Seven",
    "how many days in the months of june and july together": "61 days",
    "how many working days between the 1st and the 30th of november": "From 1 November 2026 to 30 November 2026",
    "does 2026 have 53 weeks": "Yes, 2026 has 53 weeks",
    "when is pancake day next year": "Pancake Day is on Tuesday, 9 February 2027",
    "when is halloween and what day is it": "31 October 2027",
    "what comes before wednesday": "Tuesday",
    # sums, told as a story
    "what times 7 is 63": "9 times 7 is 63",
    "63 divided by what is 9": "63 divided by 7 is 9",
    "if i buy 6 items at 4.25 each what's the total": "25.50",
    "add seven eighths and one quarter": "1.125",
    "how many thirds are in 4": "That is 12.",
    "half of 73": "Half of 73 is 36.5.",
    "what is a third of 100": "A third of 100 is 33 and 1/3",
    "what is 7/8 minus 1/4": "7/8 minus 1/4 is 0.625",
    "which is bigger three eighths or two fifths": "2/5 is greater than 3/8",
    "what is 30 as a percentage of 120": "25 percent",
    "the price went from 50 to 65 what percent increase is that": "30 percent",
    "add VAT of 20 percent to 85 pounds": "102 pounds",
    "what was the price before tax if it's 120 including 20 percent vat": "that is 100;",
    "1,000 pounds at 5 percent interest for 3 years compound": ("1157.625", "1157.63 pounds"),
    "we are five and the bill is 112 pounds 50 how much each": "22.50 pounds each",
    "3 apples cost 1.20 how much do 7 apples cost": "2.80",
    "if 2 kilos of apples cost 5 euros what do 3 kilos cost": "7.50 euros",
    "i earn 14 pounds 50 an hour how much is 38 hours": "551 pounds",
    "netflix is 12 euros a month how much is that a year": "144 euros",
    "a jacket costs 80 dollars and is 25 percent off what do i pay": "60 dollars",
    "if i have 20 sweets and give 7 to my brother how many do i have left": "That is 13.",
    "i had 50 pounds and spent 18 pounds 75 how much do i have left": "31.25 pounds",
    "what's the ratio 18 to 24 simplified": "3 to 4",
    "eight times brackets three plus two": "is 40.",
    "x plus 5 equals 12 what is x": "x is 7",
    "what is pi to 4 decimal places": "3.1416",
    "at 60 miles an hour how long does it take to go 210 miles": "3 hours and 30 minutes",
    # units
    "i am six foot two how tall is that in metric": "187.96 centimetres",
    "what is 180 cm in imperial": "5 feet and 10.87 inches",
    "how fast is 70 miles an hour in kilometres": "112.65 kilometres per hour",
    "oven at 200 celsius what's that in fahrenheit": "392",
    "450 degrees fahrenheit is what gas mark": "gas mark 8",
    "a quarter of an hour in minutes": "A quarter of an hour is 15 minutes.",
    "cups in a litre": "4.23 US cups",
    # the machine
    "is everything ok with the hub": "well",
    "is something wrong with you": "well",
    "will my disk be full soon": "percent full",
    "how big is my hard drive": "The disk holds",
    "will a 900000 GB backup fit on the disk": "No, ",
    "how are you doing on memory": "RAM are free",
    "how much memory is in use": "RAM are in use",
    "does this box have a graphics card": "graphics",
    "how much swap is being used": "swap",
    # what I can do, and cannot
    "can you set timers": "set a timer for 10 minutes",
    "do you do reminders": "remind me",
    "can you play music": "No, I play no music",
    "can you turn on the lights": "I cannot do that",
    "can you send an email": "cannot call or send",
    "can you speak german": "English only",
    "can you convert recipes": "Yes.",
    "can you see me": "no eyes",
    "are you listening to me all the time": "No. I listen only after",
    "do you send my voice to the cloud": "No: I hear and speak on this machine.",
    "do you work without the internet": "without the internet",
    "do timers survive a restart": "survive a restart",
    "where is my data stored": "on this machine only",
    "how do i delete our conversation": "Open Talks",
    "how do i set a timer": "set a timer for 10 minutes",
    "how do i make you smarter": "the page Language",
    "what can't you do": "no weather",
    "are you chatgpt": "I am Hub",
    "who made you": "open-source",
    "remember that my car is on level three": "I keep no notes",
    "what's on telly tonight": "cannot look that up",
    # time, dates and feasts, as they were first asked by an examiner
    "is it morning or afternoon in Honolulu": ("07:42", "morning"),
    "What's today's date in Auckland?": "22 November 2026",
    "how many hours difference is there between Berlin and Perth": "7 hours",
    "how much earlier is it in New York than in Berlin": "6 hours",
    "my sister lives in Vancouver what time is it for her": "09:42",
    "I have a call at 5 pm london time what time is that here": "18:00",
    "ten in the morning pacific time is what time in Berlin": "19:00",
    "is Denmark in the same time zone as us": "no time difference",
    "when do the clocks go back in 2027": "31 October 2027",
    "when did the clocks go back this year": "25 October 2026",
    "do we lose or gain an hour in March": ("28 March 2027", "lose an hour"),
    "does Iceland have summer time": "No,",
    "what's two hours forty before 7 pm": "16:20",
    "how many mins left until quarter past seven": "33 minutes",
    "how many hours till 8 tomorrow morning": "13 hours and 18 minutes",
    "if it's 3:20 now what time will it be in 55 minutes": "4:15",
    "how long till bedtime at half nine": "2 hours and 48 minutes",
    "wats the date 2 weeks from tomorow": "6 December 2026",
    "what date was the Tuesday before last": "10 November 2026",
    "what's the date three Fridays from now": "11 December 2026",
    "what date is the monday of week 10 in 2027": "8 March 2027",
    "three weeks from tomorrow is what date": "13 December 2026",
    "what day of the week is my birthday on if it's the 17th of june": "Thursday",
    "what day of the week was D-Day, June 6 1944": "Tuesday",
    "how many days from 12/24/2026 to 1/6/2027": "13 days",
    "how many more days until new year": "41 days",
    "if I was born on 5 May 2010 when will I turn 18": "5 May 2028",
    "how many leap years were there between 2000 and 2020": "6 leap years",
    "when does lent start in 2027": "10 February 2027",
    "when is the first sunday of advent": "29 November 2026",
    "when's orthodox easter next year": "2 May 2027",
    "when's the summer solstice next year": "21 June 2027",
    "is easter in March or April in 2027": "28 March 2027",
    "what day is Valentine's Day on next year": "Sunday",
    # sums as they are told at home
    "19 into 247": "13 times",
    "multiply 24 by 36 and then divide by 9": "96",
    "take 50, add 25 and divide by 3": "25",
    "whats the remainder when you divide 100 by 7": " is 2",
    "if one costs 2.49 how much do 6 cost": "14.94",
    "how much should I tip on 38 dollars at 20 percent": ("7.60", "45.60"),
    "four of us ate for 134 dollars and want to tip 20 percent, what does each owe": "40.20",
    "me and two friends are splitting a 63 pound taxi": "21 pounds",
    "I got 43 out of 50 on my test what percent is that": "86 percent",
    "reduce 45 by a third": "30",
    "share 45 sweets among 6 kids": ("7 each", "3 left over"),
    "how many square feet is a room that's 11 by 14": "154",
    "whats fan oven 160 in gas mark": "gas mark 4",
    "how many words are in the sentence the cat sat on the mat": "6 words",
    "shoes cost 89.99 and they're 40 percent off what will I pay": "53.99",
    "what was the original price if it's 60 after 25% off": "80",
    "whats left from 50 if i spend 18.75": "31.25",
    "what's the change from a tenner for 6.35": "3.65 pounds",
    "what's 52 thousand a year per month": "4333.33",
    "my grades are 78, 85, 92 and 65, whats my average": "80",
    "square root of fifty to two decimal places": "7.07",
    "how many boxes of 12 for 150 eggs": "13",
    "what fraction of an hour is 20 minutes": "1/3",
    "how much fence do I need to go round a 20 by 15 foot yard": "70 feet",
    "if petrol is 1.45 a litre how much for 40 litres": "58",
    "what are the first 8 square numbers": "49 and 64",
    "is 15 percent of 200 more than 25": "Yes",
    "how many litres in a tank 50 by 40 by 30 cm": "60 litres",
    "how many gallons do i need for 300 miles at 30 mpg": "10 gallons",
    "suitcase limit is 23 kg how many pounds": "50.71",
    "how much does a gallon of water weigh": ("3.79", "4.55"),
    "driving 65 mph for 3 hours how far": "195 miles",
    # the house: this machine, what is private, courtesy, chance, and what needs the outside world
    "how many gigs are free on the drive": "percent full",
    "what's eating up my disk": ("folders", "percent full"),
    "What are the biggest folders on this machine?": "folders",
    "should I free up some space": "percent full",
    "how many gigabytes of ram are left": "RAM",
    "how hard is the cpu working": "load was",
    "how many cores does the processor have": "core",
    "what kind of processor is in this machine": "The processor is",
    "when were you started": "has been up for",
    "how long have you been on for": "has been up for",
    "whats the i p address of the hub": "address",
    "what o s does this machine use": "This machine runs",
    "which kernel version is it running": "The kernel is",
    "are we on battery power": "battery",
    "anything wrong with the hub": "well",
    "where does your language model run": "on this machine",
    "are you running locally or in the cloud": "on this machine",
    "does what I say leave the house": "No",
    "do you phone home": "No",
    "will you still work if the wifi goes down": "no internet",
    "evening all": "Good evening",
    "thank you very much that was helpful": "welcome",
    "am i talking to a real person": "program",
    "toss a coin for me would you": ".",
    "roll a pair of dice": "together",
    "choose between pizza and pasta": "By chance: p",
    "who goes first Anna, Ben or Cara?": "By chance",
    "do I need a coat tomorrow": "weather",
    "is the garage door open": "no control",
    "how's the traffic on the way to work": "timetables",
    "did Chelsea win yesterday": "results",
    "any new mail": "messages",
    "how close is the disk to being full": "percent full",
    "I'm worried about disk space, how much is left": "percent full",
    "what's the memory situation": "RAM",
    "do you store my voice": "kept on this machine",
    "who else can hear this": "for you alone",
    "what time in Berlin is 11 am in Tokyo": "03:00",
    "convert 1500 gmt to eastern time": "10:00",
    "if I phone Auckland now what time is it there": "06:42",
    "what date was the Monday before Christmas last year": "22 December 2025",
    "how old was someone born in 1930 in the year 2000": "70",
    "is the first of April a Thursday next year": "Yes",
}

ASKED_EITHER = {"How hot is the CPU?", "what's the cpu temperature"}
"""One of the texts is enough: what the machine can say depends on its sensors."""

DECLINED = """
Tell me a joke
Write a poem about the sea
What is the capital of France?
Translate good morning into Spanish
What is my name?
Where are my keys?
Repeat that
What did I just say?
what is the time complexity of quicksort
how many days has he been ill
date palms
what's 5 apples
What is love?
how do I make tea
who wrote Hamlet
tell me a story about the weather
what does weather mean
why is the sky blue
What is time?
What is a date?
time flies like an arrow
What time does the movie Titanic take place in?
how many days does it take to build a house
how many people live in Berlin
how many legs does a spider have
how many planets are there
How long does it take to boil an egg?
how long is the Great Wall of China
How far is the moon?
how hot is the sun
How old is the universe?
how old is my dog
what is 42
7
nineteen eighty four
What happened on 9/11?
what is 9/11
what does 24/7 mean
five apples and three oranges
what is the square root of evil
the two of us
half the battle
What is the meaning of life, 42?
how much wood would a woodchuck chuck
What is a gigabyte?
what is a mile
How many ounces of gold are in Fort Knox?
how many miles to Babylon
how many calories in an apple
Why are there 60 minutes in an hour?
who invented the metre
What is the best day to plant tomatoes?
what day did Elvis die
which day is best for a party
When was the French Revolution?
when is my birthday
how many days are in a martian year
what year did the war end
what month has the best weather
Is it a good time to buy?
what is the disk of the sun made of
how full is the moon
How much memory does an elephant have?
load the dishwasher
What is the load of a bridge?
who are the Beatles
who are you talking about
what can you do with leftover rice
Thank you notes
good night and good luck is a film
Hello Dolly
help me write a letter
stop signs are red
what is 2 plus two apples
what is x plus 2
solve x squared equals 4
12 monkeys
what is 3 of the best books
Apollo 11
1 2 3 4
call 555-1234 is a song
555-1234
2024-05-06
What are 3 ways to save energy?
convert my essay to French
convert the living room into an office
what is a foot in poetry
in 5 minutes I will leave
how many feet does a millipede have
how many stones did David throw
how long have you been in love
how long have you been a fan
how are you different from Siri
is 4 a lucky number
is 7 odd that he left
what is pie
give me five
two times a lady
I was born in 1990
a quarter of an hour late
ten minutes
the first of may is a song
what is the second law of thermodynamics
How many seconds did he win by?
should I wear a blue or a red tie
translate how are you into german
what does thank you mean in japanese
""".strip().splitlines()
