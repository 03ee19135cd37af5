"""Measure what the detectors find, what they take for private and is not, and what that costs.

``python -m bench.redaction``. Sentences: those of tests/unit/llm/private/redaction/sets that no detector was
tuned on.
With ``HUB_BENCH_FAKER`` naming a Python that has the package faker, also values that we did not write.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from bench.rows import row, save

from hub.llm.private.privacy import Privacy
from hub.llm.private.redaction.finder import Finder
from hub.llm.private.tiers import Tiers
from hub.llm.provider import Caps, Message, Request

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests/unit/llm/private/redaction"))
import sets  # noqa: E402

FAR = Caps(local=False, quality="full", distance="world")
ROUNDS = 300

DRAWN = """
import json
from faker import Faker
Faker.seed(2026)
told = []
for place in ("en_US", "en_GB", "de_DE", "de_AT", "fr_FR", "es_ES", "it_IT", "nl_NL"):
    fake = Faker(place)
    for _ in range(60):
        told += [("phone", "You reach me at %s today.", fake.phone_number()),
                 ("address", "I live at %s now.", fake.street_address().strip()),
                 ("iban", "Pay to %s please.", fake.iban())]
fake = Faker("en_US")
for _ in range(200):
    told += [("email", "Write to %s soon.", fake.email()), ("ip", "The box is at %s.", fake.ipv4_private()),
             ("ip", "The box is at %s.", fake.ipv6()), ("mac", "It has %s on it.", fake.mac_address()),
             ("card", "Charge %s for it.", fake.credit_card_number()), ("id", "It is %s.", fake.ssn()),
             ("password", "My password is %s for that.", fake.password(length=12)),
             ("secret", "Use the key %s there.", fake.password(length=40, special_chars=False)),
             ("name", "Ask %s about it.", fake.name())]
plain = [Faker(p).sentence() for p in ("en_US", "de_DE", "fr_FR") for _ in range(1000)]
print(json.dumps([told, plain]))
"""


def ours(finder: Finder) -> list[dict[str, object]]:
    """Return how much of the unseen sentences is found, and how much of what is found is private."""
    total, missed = sets.count("telling_unseen"), sets.missed(finder, "telling_unseen")
    false = sets.false(finder, "telling_unseen") + sets.false(finder, "ordinary_unseen")
    found = total - len(missed)
    print(*missed, *false, sep="\n")
    return [
        row("redaction.recall", "%", [100 * found / total], 95, at_least=True, note=f"{found} of {total}"),
        row(
            "redaction.precision", "%", [100 * found / (found + len(false))], 95, at_least=True,
            note=f"{len(false)} false",
        ),
    ]  # fmt: skip


def strangers(finder: Finder, python: str) -> list[dict[str, object]]:
    """Return the same for values and sentences that faker draws; a value counts when all of it is hidden."""
    told, plain = json.loads(subprocess.run([python, "-c", DRAWN], check=True, capture_output=True).stdout)
    total, found = Counter[str](), Counter[str]()
    for kind, frame, value in told:
        text, start = frame % value, frame.index("%s")
        hidden = {place for one in finder.find(text) for place in range(one.start, one.end)}
        total[kind] += 1
        found[kind] += all(start + place in hidden for place, sign in enumerate(value) if sign.isalnum())
    for kind in total:
        print(f"  {kind:10} {found[kind]:4} of {total[kind]:4}")
    del total["name"]
    false = sum(len(finder.find(text)) for text in plain)
    share = 100 * sum(found[kind] for kind in total) / total.total()
    return [
        row("redaction.faker", "%", [share], 90, at_least=True, note="but names"),
        row("redaction.faker_false", "n", [float(false)], 3, note=f"in {len(plain)} sentences"),
    ]


def cost() -> list[dict[str, object]]:
    """Return microseconds for a request of a talk: its last words are new, the rest was seen before."""
    station = Privacy(Tiers(None, lambda: "redacted"))  # type: ignore[arg-type]  # nothing is stored
    station.warm()
    history = [Message("user", f"What is the weather like in town number {n}?") for n in range(10)]
    samples = []
    for number in range(ROUNDS):
        new = Message("user", f"And should I take an umbrella with me on day {number}?")
        request = Request((Message("system", "Be brief."), *history, new), "talk")
        began = time.process_time()
        station.apply(request, FAR)
        samples.append((time.process_time() - began) * 1e6)
    return [row("redaction.cost", "us", samples, 75, note="twelve messages, one of them new")]


if __name__ == "__main__":
    made = Finder()
    rows = [*ours(made), *cost()]
    if python := os.environ.get("HUB_BENCH_FAKER"):
        rows += strangers(made, python)
    save("redaction", rows)
