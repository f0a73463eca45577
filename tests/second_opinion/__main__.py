"""A second opinion on `leadstream report --json`: the same figures from the raw events, by the rules as docs/ tells them.

    python3 tests/second_opinion MODEL.toml clickstream=clicks.jsonl email=mails.jsonl cart=cart.jsonl

It shares no code with leadstream and reads nothing that leadstream made, but for the model file. It is simple and slow: for one
person after the other, and each rule in a file of its own."""

import json
import sys

import checkout
import coverage_figures
import events
from companies import Accounts
import lead_figures
import money_figures
import opportunities
import stage_figures
import times
from diary import Diary
from model import Model
from person import Person


def live(model, inputs):
    """Everybody's life until the last event; what is due by then has fired."""
    diary, people, clock = Diary(), {}, 0
    accounts = Accounts(model.accounts) if model.accounts else None
    for event in events.read(inputs, model.heard):
        # One client with a wrong clock fires nobody's timers.
        clock = max(clock, min(event.at, event.recorded))
        person = people.get(event.person)
        if person is None:
            person = people[event.person] = Person(model, diary)
        person.pass_time(clock)
        heard = accounts.before(person, event) if accounts else []
        person.take(event)
        if accounts:
            accounts.after(person, heard, event.at)
    for person in people.values():
        person.pass_time(clock, and_then=True)
    # What a machine did counts for nothing, but time has passed until then.
    diary.covers(clock)
    return diary, list(people.values()), accounts


def report(model, diary, people, accounts):
    customers = money_figures.customer_figures(people, diary)
    return {
        "since": times.moment(diary.since),
        "until": times.moment(diary.until),
        "prospects": len(people),
        "models": [{
            "name": model.name,
            "in_charge": True,
            "axes": [stage_figures.axis_figures(n, axis, people, model, diary) for n, axis in enumerate(model.axes)],
            "pipeline": opportunities.pipeline_figures(
                model, people, diary, customers["average_order"], customers["average_order_trust"]["cases"]
            ),
            "coverage": coverage_figures.coverage(model, people, diary),
        }],
        "checkout": checkout.figures(diary),
        "carts": money_figures.cart_figures(diary),
        "customers": customers,
        "sources": money_figures.source_figures(people, "source"),
        "campaigns": money_figures.source_figures(people, "campaign"),
        "triggers": [{"trigger": name, "fired": n, "recalled": 0} for name, n in sorted(diary.triggers.items())],
        "leads": lead_figures.leads(diary, model),
        "accounts": accounts.figures(model, diary.until) if accounts else [],
    }


def main(model_path, *inputs):
    model = Model(model_path)
    json.dump(report(model, *live(model, [i.split("=", 1) for i in inputs])), sys.stdout, indent=1)


main(*sys.argv[1:])
