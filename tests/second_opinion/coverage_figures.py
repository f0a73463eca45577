"""Persona by stage of the journey: who stands there, and what content and which campaigns reached somebody there."""


def coverage(model, people, diary):
    journey = next((n for n, axis in enumerate(model.axes) if axis.name == "journey"), None)
    if journey is None:
        return None
    stages = model.axes[journey].stages

    def cell(persona, stage):
        return {
            "prospects": sum(p.persona == persona and p.tracks[journey].stage == stage for p in people),
            "content": diary.touches[persona, stage, "content"],
            "campaign": diary.touches[persona, stage, "campaign"],
        }

    rows = [{"persona": p, "cells": [cell(p, stage) for stage in range(len(stages))]} for p in [*model.personas, None]]
    if model.personas and not any(sum(c.values()) for c in rows[-1]["cells"]):
        # Beside personas, the row of those without one only matters when there are some.
        rows.pop()
    cells = [c for row in rows for c in row["cells"]]
    return {
        "stages": stages,
        "rows": rows,
        "empty": sum(c["prospects"] == 0 for c in cells),
        "without_content": sum(c["content"] == 0 for c in cells),
        "without_campaign": sum(c["campaign"] == 0 for c in cells),
        "untouched": sum(c["content"] + c["campaign"] == 0 for c in cells),
    }
