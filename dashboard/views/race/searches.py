"""What each decoder of the race makes of a sentence: at first what was stored, then all, timed on this machine."""

from collections.abc import Mapping

from core.options import Options
from core.records import DecodeTrace
from dashboard import answers, resources
from dashboard.beginning import Query
from dashboard.controls import Texts


def traces(say: Texts, query: Query, options: Mapping[str, Options], *, wake: bool) -> dict[str, DecodeTrace]:
    """The searches by their names; of a model that sleeps, unless `wake`, those that were stored, if there are some.

    {}, after one sentence, where the model can't.
    """
    asleep = not wake and query.model not in resources.awake()
    stored = [name for name in options if resources.kept(query.model, query.text, options[name])] if asleep else []
    searches: dict[str, DecodeTrace] = {}
    for name in stored or options:
        trace = searched(say, query, options[name], again=not stored)
        if trace is None:
            return {}
        searches[name] = trace
    return searches


def searched(say: Texts, query: Query, options: Options, *, again: bool) -> DecodeTrace | None:
    """One search, done `again` where it was stored, for its time on this machine."""
    trace = answers.trace(say, query.model, query.text, options)
    if trace is None or trace.logits is not None or not again:
        return trace
    from core.decoding.translate import decode

    return answers.ask(say, [query.model], decode, query.text, options).get(query.model)
