"""A card under control: nvidia-smi for the tests, with state, the real one's texts and its exit codes."""

import fcntl
import json
import sys
from pathlib import Path

ROOT = Path(sys.argv[0]).resolve().parent.parent
UNITS = {"power": "W", "memory": "MiB", "utilization": "%"}
ARGUMENTS = sys.argv[1:]
BUS = "00000000:01:00.0"


def option(*names):
    """The value of an option, given apart or with ``=``."""
    for place, one in enumerate(ARGUMENTS):
        name, _, value = one.partition("=")
        if name in names:
            return value or next(iter(ARGUMENTS[place + 1 :]), None)
    return None


def end(text, code):
    """Say something and end."""
    print(text)
    sys.exit(code)


def shown(card, key, plain):
    """A value as it is told; numbers that the driver does not know are ``[N/A]``."""
    value = card[key]
    text = f"{value:.2f}" if isinstance(value, float) else "[N/A]" if value is None else str(value)
    unit = UNITS.get(key.split(".")[0])
    return f"{text} {unit}" if unit and not plain and value is not None else text


with (ROOT / "nvidia-smi.calls").open("a") as calls:
    calls.write(json.dumps(ARGUMENTS) + "\n")
if (ROOT / "garbage").exists():
    end("Welcome! \x00 You have new mail.", 0)
if (ROOT / "slow").exists():
    import time

    time.sleep(30)
if (ROOT / "fail").exists():
    end("NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest "
        "NVIDIA driver is installed and running.", 9)  # fmt: skip
with (ROOT / "gpus.json").open("r+") as file:
    fcntl.flock(file, fcntl.LOCK_EX)
    cards = json.load(file)
    query, limit, chosen = option("--query-gpu"), option("-pl", "--power-limit"), option("-i", "--id")
    if not cards:
        end("No devices were found", 6)
    if query:
        style = option("--format") or "csv"
        for index, card in enumerate(cards):
            told = {"index": index, **card}
            for key in query.split(","):
                if key not in told:
                    end(f'Field "{key}" is not a valid field to query.\n', 2)
            print(", ".join(shown(told, key, "nounits" in style) for key in query.split(",")))
    elif limit:
        places = [n for n, card in enumerate(cards) if chosen in (None, str(n), card["uuid"])]
        if not places:
            end(f"No devices were found matching {chosen}", 6)
        for place in places:
            card, watts = cards[place], float(limit)
            least, most = card["power.min_limit"], card["power.max_limit"]
            if not least <= watts <= most:
                end(f"Provided power limit {watts:.2f} W is not a valid power limit which should be between "
                    f"{least:.2f} W and {most:.2f} W for GPU {BUS}\n"
                    "Terminating early due to previous errors.", 2)  # fmt: skip
            before, card["power.limit"] = card["power.limit"], watts
            print(f"Power limit for GPU {BUS} was set to {watts:.2f} W from {before:.2f} W.\nAll done.")
        file.seek(0)
        file.truncate()
        json.dump(cards, file)
    else:
        end(f"Invalid combination of input arguments: {ARGUMENTS}", 2)
