"""Race: greedy, sampling, beam and diverse beam side by side on one sentence, exact search and MBR beside them."""

from functools import partial

import streamlit as st

from core.options import BeamOptions
from dashboard import beginning, controls, explain, resources
from dashboard.components.quiz import Question
from dashboard.figures.step import chain_rule
from dashboard.views.race import figure, lanes, results, searches
from dashboard.views.race.figure import Lane
from dashboard.views.race.leaders import leaders

UNTIL = 3  # steps that are seen before the reader has guessed
TRIES = {
    "part": {
        "model": "en-de-rnn-additive",
        "text": "People are queuing in front of a museum in the rain.",
        "beam": "5",
        "exact": True,
    },
    "cold": {"temperature": "0.3"},
    "empty": {
        "model": "en-de-rnn-plain",
        "text": "A woman in a blue dress is sitting on a bench and reading a book "
        "while two boys are playing with a ball in front of a fountain.",
        "beam": "5",
        "exact": True,
    },
}


def main() -> None:
    """The page, top to bottom."""
    say = controls.texts()
    beginning.question(say, "race", show, TRIES, predict=True)
    explain.show_code(say, "core/decoding/exact.py", "exact", say["race_paper"])


@st.fragment
def show(say, query: beginning.Query) -> None:
    """Everything that a control of this page changes."""
    at = lanes.choices()
    options = lanes.options(at)
    traces = searches.traces(say, query, options, wake=lanes.wanted())
    if not traces:
        return
    racing = {name: Lane(trace, leaders(trace)) for name, trace in traces.items()}
    titles = named(say, at)
    pending = len(racing) < len(options)
    hidden = query.predict and (pending or not guessed(say, racing, titles))
    drawn = {name: lane.until(UNTIL) for name, lane in racing.items()} if hidden else racing
    description = say["race_hidden"] if hidden else described(say, racing, titles)
    labels = texts(say) | {"description": description}
    lanes.race(figure.payload(drawn, titles), at, labels, steps=figure.steps(racing), hidden=hidden, pending=pending)
    if hidden:
        return
    wanted = results.wanted(say, query, int(at["seed"]))
    if not pending:
        results.show(say, query, traces, titles, wanted)
    best = traces[figure.likeliest(racing)[0]].hypotheses[0]
    explain.formula(say, chain_rule(best), say["race_formula"])
    explain.show_data(say, lanes.KEY, partial(figure.table, racing), description)
    ahead = controls.beams_beside(int(at["beam"]))
    resources.search_ahead(query.model, query.text, ahead, (BeamOptions, lanes.diverse))


def named(say, at: dict[str, str]) -> dict[str, str]:
    """The lanes' names in words."""
    beam = int(at["beam"])
    facts = {"beam": beam, "groups": lanes.groups(beam), "temperature": at["temperature"]}
    return {name: say[f"race_lane_{name}"].format(**facts) for name in lanes.options(at)}


def texts(say) -> dict[str, str]:
    """Every text of the component but its description."""
    labels = {name: say[f"race_{name}"] for name in lanes.LABELS if f"race_{name}" in say}
    labels |= {name: say[f"tree_{name}"] for name in ("back", "play", "pause", "forward", "end", "slider", "greedy")}
    return labels | {"locale": say["tree_locale"], "beam": say["beam_size"], "beam_help": say["beam_size_help"]}


def described(say, racing: dict[str, Lane], titles: dict[str, str]) -> str:
    """Who wrote what, in a sentence."""
    written = {name: lane.trace.hypotheses[0] for name, lane in racing.items()}
    parts = [
        say["race_wrote"].format(lane=titles[name], text=best.text, sum=f"{best.total:.2f}")
        for name, best in written.items()
    ]
    return say["race_description"].format(steps=figure.steps(racing), lanes="; ".join(parts))


def guessed(say, racing: dict[str, Lane], titles: dict[str, str]) -> bool:
    """Which lane's translation will be the likeliest; whether that has been answered."""
    best, names = figure.likeliest(racing), list(racing)
    answer = say["race_guess_answer"].format(lanes=", ".join(titles[name] for name in best))
    right = [names.index(name) for name in best]
    question = Question(say["race_guess"], [titles[name] for name in names], right, answer)
    return explain.questions(say, "race_quiz", [question]) == 1


main()
