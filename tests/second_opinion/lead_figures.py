"""What became of the leads that sales got."""

from arithmetic import share

KINDS = ("handed-over", "accepted", "rejected", "won", "lost", "returned", "reminded")


def leads(diary):
    if not diary.answers:
        return None
    handed_over, taken = diary.leads["handed over"], diary.leads["taken"]
    rows = []
    for level in sorted({level for level, _, _ in diary.answers}):
        mine = {(what, reason): n for (of, what, reason), n in diary.answers.items() if of == level}
        count = {kind: sum(n for (what, _), n in mine.items() if what == kind) for kind in KINDS}
        rows.append({
            "qualification": level,
            **{kind.replace("-", "_"): n for kind, n in count.items()},
            "acceptance_rate": share(count["accepted"], count["accepted"] + count["rejected"]),
            "win_rate": share(count["won"], count["won"] + count["lost"]),
            "reasons": [[what, reason, n] for (what, reason), n in mine.items() if reason],
        })
    return {"handed_over": handed_over, "taken": taken, "precision": share(taken, handed_over), "by_qualification": rows}
