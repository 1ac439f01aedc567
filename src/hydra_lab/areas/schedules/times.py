"""When something recurs, in words and as a cron line: “weekdays at 08:00” is “0 8 * * 1-5”."""

import re

NAMES = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
MONTHS = ("", "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
          "November", "December")  # fmt: skip
SETS = {"*": "every day", "1-5": "weekdays", "0,6": "weekends", "6,0": "weekends", "6,7": "weekends"}
NUMBER, LIST = re.compile(r"\d+"), re.compile(r"\d+(?:[,-]\d+)*")
AT = r"(?: at)? (?P<hour>\d{1,2})(?::(?P<minute>\d{2}))?"
EVERY = re.compile(r"(?:every )?(?:(?P<count>\d+) )?(?P<unit>minutes?|hours?|min|h)")
DAYS = re.compile(rf"(?:every |on |each )?(?P<days>[a-z, ]+?){AT}")
MONTHLY = re.compile(
    rf"(?:on )?(?:the )?(?P<day>\d{{1,2}}|first|last)(?:st|nd|rd|th)?(?: day)? of (?:the|every|each) month{AT}"
)


def in_words(cron: str) -> str | None:
    """A cron line as a person says it; ``None`` for one that has no short words."""
    minute, hour, day, month, weekday = cron.split()
    if (step := stepped(minute, 60)) and (hour, day, month, weekday) == ("*",) * 4:
        return "every minute" if step == 1 else f"every {step} minutes"
    if NUMBER.fullmatch(minute) and (step := stepped(hour, 24)) and (day, month, weekday) == ("*",) * 3:
        past = f" at {int(minute)} past" if int(minute) else ""
        return ("every hour" if step == 1 else f"every {step} hours") + past
    if not NUMBER.fullmatch(minute) or not LIST.fullmatch(hour) or "-" in hour:
        return None
    times = listed([f"{int(one):02}:{int(minute):02}" for one in hour.split(",")])
    days = days_in_words(day, month, weekday)
    return f"{days} at {times}" if days else None


def stepped(field: str, whole: int) -> int | None:
    """``*/15`` as 15 and ``*`` as 1; ``None`` for what is no step, and for one that is shorter at the end."""
    _, _, step = field.partition("*/")
    found = 1 if field == "*" else int(step) if NUMBER.fullmatch(step) else 0
    return found if found and whole % found == 0 else None


def listed(parts: list[str]) -> str:
    """``a, b and c``."""
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))


def days_in_words(day: str, month: str, weekday: str) -> str | None:
    """The days of a cron line, ``None`` where that takes more than a few words."""
    if (day, month) == ("*", "*"):
        return SETS.get(weekday) or weekdays_in_words(weekday)
    if weekday != "*" or not (NUMBER.fullmatch(day) or day == "L"):
        return None
    if month == "*":
        return "the last day of each month" if day == "L" else f"day {int(day)} of each month"
    if day == "L":
        return None
    named = NUMBER.fullmatch(month) and 1 <= int(month) <= 12
    return f"every year on {int(day)} {MONTHS[int(month)]}" if named else None


def weekdays_in_words(field: str) -> str | None:
    """``1,3`` as ``Mondays and Wednesdays``, ``1-4`` as ``Monday to Thursday``."""
    if not LIST.fullmatch(field) or any(int(one) > 7 for one in NUMBER.findall(field)):
        return None
    numbers = [int(one) % 7 for one in NUMBER.findall(field)]
    if "-" in field:
        return f"{NAMES[numbers[0]]} to {NAMES[numbers[1]]}" if len(numbers) == 2 else None
    return listed([f"{NAMES[one]}s" for one in numbers])


def as_cron(text: str) -> str:
    """A cron line of what a person wrote; what is not understood stays as it is."""
    words = " ".join(text.lower().replace(" and ", ", ").split())
    if match := EVERY.fullmatch(words):
        count, is_hours = int(match["count"] or 1), match["unit"].startswith("h")
        field = "*" if count == 1 else f"*/{count}"
        even = count > 0 and (24 if is_hours else 60) % count == 0
        return (f"0 {field} * * *" if is_hours else f"{field} * * * *") if even else text
    if match := MONTHLY.fullmatch(words):
        day = {"first": "1", "last": "L"}.get(match["day"], match["day"])
        return f"{int(match['minute'] or 0)} {int(match['hour'])} {day} * *"
    if match := DAYS.fullmatch(words):
        weekday = weekday_field(match["days"])
        return f"{int(match['minute'] or 0)} {int(match['hour'])} * * {weekday}" if weekday else text
    return text


def weekday_field(words: str) -> str | None:
    """``mondays, fri`` as ``1,5``; ``None`` where a word is no day."""
    sets = {
        "day": "*",
        "daily": "*",
        "days": "*",
        "weekday": "1-5",
        "weekdays": "1-5",
        "weekend": "0,6",
        "weekends": "0,6",
    }
    if words.strip() in sets:
        return sets[words.strip()]
    found = [weekday_of(word) for word in re.split(r"[, ]+", words.strip()) if word]
    return ",".join(str(one) for one in sorted(one for one in found if one is not None)) if None not in found else None


def weekday_of(word: str) -> int | None:
    """The number of a weekday, by its name or the beginning of it; Sunday is 0."""
    stem = word.removesuffix("s") if len(word) > 3 else word
    return next((number for number, name in enumerate(NAMES) if len(stem) > 2 and name.lower().startswith(stem)), None)
