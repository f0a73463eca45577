"""Which weeks are out of the ordinary, as docs/report.md says it in three points."""

from datetime import date, timedelta
from math import sqrt

LONGEST, LEAST_WEEKS, LEAST, LEAST_SCATTER = 8, 6, 20, 5
FAR, BESIDE = 4.0, 2.0


def sums(weeks):
    return sum(w["entered"] for w in weeks), sum(min(w["onward"], w["entered"]) for w in weeks)


def almost(onward, entered):
    """A share that is never (nearly) all or none."""
    return (onward + 0.5) / (entered + 1.0)


def distance(run, others):
    """How many standard deviations the shares of a run and of the others lie apart; None: too few people."""
    (entered, onward), (entered_else, onward_else) = sums(run), sums(others)
    if entered < LEAST or entered_else < LEAST:
        return None
    usual = almost(onward_else, entered_else)
    away = sorted(
        abs(min(w["onward"], w["entered"]) / w["entered"] - usual) / sqrt(usual * (1 - usual) / w["entered"])
        for w in others if w["entered"] >= LEAST_SCATTER
    )
    # Where weeks differ by more than chance, that is the measure: the median of their distances, as a standard deviation.
    scatter = max(1.0, 1.4826 * (away[len(away) // 2] if away else 0.0))
    both = almost(onward + onward_else, entered + entered_else)
    apart = sqrt(both * (1 - both) * (1 / entered + 1 / entered_else))
    return (onward / entered - onward_else / entered_else) / apart / scatter


def clearest(judged, named):
    left = [n for n in range(len(judged)) if n not in named]
    if len(left) < LEAST_WEEKS:
        return None

    def others(first, last):
        return [judged[n] for n in left if not first <= n <= last]

    best = None
    for first in left:
        for last in range(first, min(len(judged), first + min(LONGEST, len(left) // 3))):
            if last in named:
                break
            away = distance(judged[first:last + 1], others(first, last))
            if away is not None and (best is None or abs(away) > abs(best[2])):
                best = first, last, away
    if best is None or abs(best[2]) < FAR:
        return None
    first, last, away = best

    def belongs(n):
        if not 0 <= n < len(judged) or n in named:
            return False
        lies = distance([judged[n]], [w for w in others(best[0], best[1]) if w is not judged[n]])
        return lies is not None and (lies if away > 0 else -lies) >= BESIDE

    return first - belongs(first - 1), last + belongs(last + 1), away


def judge(weeks, stage):
    judged = [w for w in weeks if w["entered"] > 0 and (w["entered"] - w["onward"] - w["lost"]) * 20 <= w["entered"]]
    named, runs = set(), []
    while run := clearest(judged, named):
        runs.append(run)
        named.update(range(run[0], run[1] + 1))
    entered, onward = sums([w for n, w in enumerate(judged) if n not in named])
    found = []
    for first, last, away in runs:
        direction = "low" if away < 0 else "high"
        for week in judged[first:last + 1]:
            week["unusual"] = direction
        inside, went = sums(judged[first:last + 1])
        found.append({
            "stage": stage,
            "from": judged[first]["begins"],
            "to": str(date.fromisoformat(judged[last]["begins"]) + timedelta(days=6)),
            "weeks": last - first + 1,
            "direction": direction,
            "entered": inside,
            "onward": went,
            "conversion": went / inside,
            "usual": onward / entered,
            "strength": away,
        })
    return found
