"""What is a sale, and what is lost: `[won]` of a model."""

from names import CONTRACT, ORDERED
from rules import Condition


class WonRules:
    def __init__(self, spec, pipeline, answers):
        self.pipeline, self.answers = pipeline, answers
        stage = spec.get("stage")
        self.names = {CONTRACT}
        if stage is not None:
            moves = [move for move in pipeline.axis.moves if move.to == pipeline.axis.stages.index(stage)]
            self.names = self.names.union(*(move.condition.names for move in moves))
        if "on" in spec:
            self.names = Condition(spec).names
        # Moves that speak of whoever stands before the stage that is won; any of them.
        before = [move for move in pipeline.axis.moves if not move.origin or min(move.origin) < (pipeline.won or 0)]
        self.moved = frozenset().union(*(move.condition.names for move in before))

    def is_sale(self, event):
        """Besides orders."""
        return event.name != ORDERED and (event.name in self.names or self.answers(event) == "won")

    def settle(self, event, news, answer, track):
        """A sale that no move is about lifts to the stage that is won; what sales lost is no opportunity any more."""
        won = self.pipeline.won
        if news.kind == "placed" and self.is_sale(event) and event.name not in self.moved and (track.stage is None or track.stage < won):
            track.enter(won, event.at, track.way_to(won), event.name)
        if answer == "lost" and track.stage in self.pipeline.open:
            track.enter(self.pipeline.open[0] - 1, event.at, "back", event.name)
