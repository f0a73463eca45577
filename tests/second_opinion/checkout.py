"""The checkout, step by step: of the visits that reached a step in a week, how many went on from it."""

from collections import defaultdict

import times
from arithmetic import share, trust
from names import plain
from unusual_weeks import judge

STARTED, ENTERED = plain("Checkout Started"), plain("Payment Info Entered")
VIEWED, COMPLETED = plain("Checkout Step Viewed"), plain("Checkout Step Completed")
# Steps in their order. Those with a number come before those with a name.
NAMED = ("address", "shipping", "payment")
# Behind all of them: once it has ordered a visit is through.
ORDERED = (3, 0, 0, "")


class Attempt:
    def __init__(self, step, since, visit):
        self.step, self.since, self.visit = step, since, visit


def step_of(event):
    """Place in the order of a checkout, and the name of the step."""
    if event.name == STARTED:
        return 0, 0, 0, "Checkout Started"
    if event.name == ENTERED:
        return 2, len(NAMED), 0, "Payment Info Entered"
    if event.name not in (VIEWED, COMPLETED):
        return None
    step, done = str(event.properties.get("step", "")), int(event.name == COMPLETED)
    word = ("Viewed", "Completed")[done]
    if step.isdigit():
        return 1, int(step), done, f"Checkout Step {step} {word}"
    place = next((n for n in reversed(range(len(NAMED))) if NAMED[n] in step.lower()), -1)
    return 2, place, done, f"{NAMED[place].title() if place >= 0 else 'Checkout Step'} {word}"


def figures(diary):
    steps = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    for step, since, onward in diary.checkout:
        steps[step][times.monday(since)][onward] += 1
    if not steps:
        return None
    rows, unusual = [], []
    for (*_, name), by_week in sorted(steps.items()):
        weeks = [of_week(monday, entered, onward, diary.until) for monday, (entered, onward) in sorted(by_week.items())]
        unusual += judge(weeks, name)
        for week in weeks:
            week.setdefault("unusual", None)
        entered, onward = sum(w["entered"] for w in weeks), sum(w["onward"] for w in weeks)
        rows.append({"step": name, "entered": entered, "onward": onward, "conversion": share(onward, entered),
                     "conversion_trust": trust(onward, entered), "weeks": weeks})
    return {"steps": rows, "unusual": sorted(unusual, key=lambda run: -abs(run["strength"]))}


def of_week(monday, entered, onward, until):
    # Visits take minutes: from the second day of a week on nearly all have gone on, or never will.
    is_over = until >= monday + times.DAY
    went = min(onward, entered)
    return {
        "begins": times.day(monday),
        "entered": entered,
        "onward": onward,
        "lost": max(0, entered - onward) if is_over else 0,
        "conversion": share(went, entered),
        "conversion_trust": trust(went, entered),
    }
