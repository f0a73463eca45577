"""Stages: who stands there, who went where, how long it took; week by week; which weeks are out of the ordinary."""

from collections import Counter, defaultdict

import times
from arithmetic import cases, quantile, share, trust, untold
from unusual_weeks import judge

LEAKS = ("back", "stale", "disqualified", "re-entered", "carried-over", "order-reversed")


def axis_figures(number, axis, people, model, diary):
    moves = [m for m in diary.moves if m[0] == axis.name]
    personas = [*model.personas, None]
    stands = Counter((p.persona, p.tracks[number].stage) for p in people)
    stages, unusual = [], []
    for n, name in enumerate(axis.stages):
        now = sum(stands[persona, n] for persona in personas)
        figures = stage_figures(n, name, axis, moves, now)
        if n + 1 == len(axis.stages) - (axis.lapsed == len(axis.stages) - 1):
            figures["conversion"] = None
            figures["conversion_trust"] = untold(figures["visits"], "nothing lies beyond the last stage")
        else:
            unusual += judge(figures["weeks"], name)
        for week in figures["weeks"]:
            week.setdefault("unusual", None)
        stages.append(figures)
    return {
        "axis": axis.name,
        "stages": stages,
        "personas": [{"persona": p, "prospects": [stands[p, n] for n in range(len(axis.stages))]} for p in personas],
        "unusual": sorted(unusual, key=lambda run: -abs(run["strength"])),
    }


def stage_figures(stage, name, axis, moves, now):
    left = [m for m in moves if m[1] == stage]
    ways = Counter(way for _, _, _, way, _, _ in left)
    visits, onward = len(left) + now, ways["onward"]
    # Who begins the next journey is not lost.
    lost = len(left) - onward - ways["next-journey"]
    leaks = Counter((way, to) for _, _, to, way, _, _ in left if way not in ("onward", "next-journey"))
    stays = [stayed for *_, stayed in left]
    return {
        "stage": name,
        "prospects": now,
        "visits": visits,
        "reached": sum(way != "stale" and (origin is None or origin < stage) and to is not None and to >= stage for _, origin, to, way, *_ in moves),
        "onward": onward,
        "skipped_next": sum(way == "onward" and to > stage + 1 for _, _, to, way, _, _ in left),
        "back": ways["back"],
        "stale": ways["stale"],
        "disqualified": ways["disqualified"],
        "re_entered": ways["re-entered"],
        "next_journey": ways["next-journey"],
        "conversion": share(onward, visits),
        "conversion_trust": trust(onward, visits),
        "drop_off": share(lost, visits),
        "drop_off_trust": trust(lost, visits),
        "leaks": [
            {"way": way, "to": axis.stages[to] if to is not None else "", "count": count,
             "share": share(count, visits), "share_trust": trust(count, visits)}
            for (way, to), count in leaks.items()
        ],
        "median_ms": quantile(stays, 0.5),
        "p90_ms": quantile(stays, 0.9),
        "times_trust": cases(len(stays)),
        "weeks": weeks_of(stage, moves),
    }


def weeks_of(stage, moves):
    """Those who entered in a week, and what became of them, whenever that was."""
    weeks = defaultdict(Counter)
    for _, origin, to, way, at, stayed in moves:
        if to == stage:
            weeks[times.monday(at)]["entered"] += 1
        if origin == stage:
            weeks[times.monday(at - stayed)]["onward" if way == "onward" else "lost"] += 1
    return [
        {"begins": times.day(monday), "entered": w["entered"], "onward": w["onward"], "lost": w["lost"],
         "conversion": share(w["onward"], w["entered"]), "conversion_trust": trust(min(w["onward"], w["entered"]), w["entered"])}
        for monday, w in sorted(weeks.items())
    ]
