"""Why something from outside is not taken: a key of the catalogue and its numbers, which the page puts into words."""


class Refusal(ValueError):
    """What was given can't be used; `facts` fill the sentence that belongs to `reason`."""

    def __init__(self, reason: str, **facts: object):
        super().__init__(f"{reason}: {facts}")
        self.reason, self.facts = reason, facts
