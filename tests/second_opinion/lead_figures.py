"""What became of the leads that sales got: how far hand-overs came, how fast sales answered."""

from arithmetic import cases, quantile, share, trust

KINDS = ("handed-over", "accepted", "rejected", "won", "lost", "returned", "reminded", "held-back")
FACTS = ("mql", "sql", "mql_to_sql", "mql_back", "won", "sql_back", "found", "found_won")


def rate(name, part, whole):
    return {name: share(part, whole), f"{name}_trust": trust(part, whole)}


def leads(diary, model):
    if not diary.answers:
        return None
    handed_over, taken, in_time = diary.leads["handed over"], diary.leads["taken"], diary.leads["answered in time"]
    by_level = [of_level(level, diary) for level in sorted({level for level, _, _ in diary.answers})]
    reminded = sum(row["reminded"] for row in by_level)
    return {
        "handed_over": handed_over,
        "taken": taken,
        **rate("precision", taken, handed_over),
        "ms_to_answer_median": quantile(diary.answer_times, 0.5),
        "ms_to_answer_p90": quantile(diary.answer_times, 0.9),
        "ms_to_answer_trust": cases(len(diary.answer_times)),
        "answered_in_time": in_time,
        **rate("answered_in_time_rate", in_time, in_time + reminded),
        "all": passed(None, {fact: sum(n for (by, _, what), n in diary.passed.items() if (by, what) == ("source", fact)) for fact in FACTS}),
        "by_source": by(diary, "source"),
        "by_persona": by(diary, "persona") if model.personas else [],
        "by_qualification": by_level,
    }


def by(diary, kind):
    names = {name for of, name, _ in diary.passed if of == kind}
    return [passed(name, {fact: diary.passed[kind, name, fact] for fact in FACTS}) for name in names]


def passed(name, facts):
    decided, sold = facts["mql_to_sql"] + facts["mql_back"], facts["won"] + facts["sql_back"]
    return {
        "name": name,
        **facts,
        "with_sales": max(0, facts["mql"] + facts["sql"] - facts["mql_back"] - facts["won"] - facts["sql_back"]),
        **rate("mql_to_sql_rate", facts["mql_to_sql"], decided),
        **rate("sql_to_won_rate", facts["won"], sold),
    }


def of_level(level, diary):
    mine = {(what, reason): n for (of, what, reason), n in diary.answers.items() if of == level}
    count = {kind: sum(n for (what, _), n in mine.items() if what == kind) for kind in KINDS}
    return {
        "qualification": level,
        **{kind.replace("-", "_"): n for kind, n in count.items()},
        **rate("acceptance_rate", count["accepted"], count["accepted"] + count["rejected"]),
        **rate("win_rate", count["won"], count["won"] + count["lost"]),
        "reasons": [[what, reason, n] for (what, reason), n in mine.items() if reason],
    }
