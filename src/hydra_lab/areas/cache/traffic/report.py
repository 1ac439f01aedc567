"""An analysis as a document to read."""

from hydra_lab.areas.cache.traffic.judging import Option, percent, plural
from hydra_lab.areas.cache.traffic.work import Analysis

HEAD = "| Setting | Hits | Wrong answers | 95 % certain | Compared | Tokens saved | Seconds saved |"


def report(found: Analysis) -> str:
    """Markdown."""
    since = (
        f", from {found.first:%Y-%m-%d %H:%M} to {found.last:%Y-%m-%d %H:%M} UTC" if found.first and found.last else ""
    )
    best = next((one for one in found.options if one.id == found.recommended), None)
    lines = [
        "# The cache on recorded traffic", "",
        f"{plural(found.questions)} to {found.model} by {found.key}{since}.", "",
        f"**{'Recommended: ' + best.words if best else 'Nothing is recommended'}.** {found.why}", "",
        HEAD, "|" + " --- |" * HEAD.count(" |"), *map(row, found.options), "",
    ]  # fmt: skip
    lines += [*(f"- {one}" for one in found.remarks), ""] if found.remarks else []
    lines += [
        "A hit is right when its answer means the same as the real one that was given then, compared as the audit does."
        " Answers that were not compared count as right at the low end of the interval and as wrong at the high one.",
        "",
    ]
    return "\n".join(lines)


def row(one: Option) -> str:
    """A line of the table."""
    wrong = (
        f"{percent(one.wrong)} (about {one.wrong_hits:.1f})"
        if one.wrong is not None and one.wrong_hits is not None
        else "unknown"
        if one.hits
        else "none"
    )
    certain = f"{percent(one.low)} to {percent(one.high)}" if one.hits else ""
    hits = f"{one.hits:.0f} ({percent(one.share or 0)})"
    tokens = f"{one.tokens:,.0f}" if one.tokens_of or not one.hits else "unknown"
    seconds = f"{one.seconds:,.0f}" if one.seconds_of or not one.hits else "unknown"
    return f"| {one.words} | {hits} | {wrong} | {certain} | {one.compared:.0f} | {tokens} | {seconds} |"
