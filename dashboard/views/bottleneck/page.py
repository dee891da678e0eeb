"""The bottleneck: BLEU falls with length where nothing looks back, and the reader's sentence grows clause by clause."""

from functools import partial

import streamlit as st

from core.metrics import sentence_chrf
from core.text.variants import growing
from dashboard import answers, beginning, controls, explain, parameters, resources
from dashboard.components.quiz import Question
from dashboard.figures import bottleneck
from dashboard.figures.table import table
from dashboard.views.bottleneck import verdicts

TRIES = {"long": {"text": next(text for text, name in beginning.EXAMPLES.items() if name == "long")}}


def main() -> None:
    """The page, top to bottom."""
    say = controls.texts()
    query = beginning.query(say, "bottleneck", TRIES, serves="en-de", predict=True)
    guessing = query and query.predict  # then what is measured would give the answer away
    if not guessing:
        by_length(say)  # what is stored is there before any model has woken up
    if query:
        grow(say, query)
    if guessing:
        by_length(say)
    explain.show_code(say, "core/findings/bottleneck.py", "bottleneck", say["bottleneck_paper"])


@st.fragment
def by_length(say) -> None:
    """What was measured: BLEU or chrF over the number of words."""
    finding, models = verdicts.finding(), verdicts.measured(resources.shipped()[0])
    labels = {name: verdicts.named(say, card) for name, card in models.items()}
    measures = {"bleu": "BLEU", "chrf": "chrF"}
    with controls.row():
        measure = parameters.choice("measure", say["measure"], measures, "bleu", hidden=True)
    points = bottleneck.rows(finding, labels, measure)
    if not points:
        st.info(say["finding_none"].format(name="bottleneck"))
        return
    keeps = "; ".join(say["bottleneck_keeps"].format(**end) for end in bottleneck.ends(points))
    description = say["bottleneck_described"].format(measure=measures[measure], keeps=keeps)
    words = {"words": say["bottleneck_words"], "score": measures[measure], "model": say["model"]}
    explain.chart("bottleneck", bottleneck.chart(points, words), description)
    with st.expander(say["bottleneck_how"]):
        facts = {name: finding[name] for name in ("sentences", "joined", "beam_size", "samples")}
        sentences = [description, say["bottleneck_setting"].format(**facts), *verdicts.backwards(say, finding, models)]
        for sentence in sentences:
            st.markdown(controls.plain(sentence))
    explain.show_data(say, "bottleneck", lambda: points, description)


@st.fragment
def grow(say, query: beginning.Query) -> None:
    """Each model's translation of the sentence so far, row by row, and where the blind one loses the thread."""
    st.header(say["bottleneck_yours"])
    steps, names = growing(query.text), verdicts.compared(query.cards)
    if len(steps) < 2 or not names:
        st.info(say["bottleneck_short" if len(steps) < 2 else "bottleneck_missing"])
        return
    example = verdicts.finding()["example"]
    more = verdicts.everyday(query.cards, steps, example)
    texts = answers.translations(say, [*names, *more], steps, example)
    if not texts.keys() >= set(names):
        return  # a sentence says which could not answer
    beginning.captions_alone(say, query.text, [query.cards[name] for name in names])
    blind, rival, best = names
    agree = {name: sentence_chrf(list(zip(texts[name], texts[best], strict=True))) for name in texts}
    lost = verdicts.lost(texts[blind], texts[rival], texts[best])
    labels, columns = resources.labels(say, list(texts)), controls.headed(say, bottleneck_source="")
    if query.predict:
        options = [*map(str, range(1, len(steps) + 1)), say["bottleneck_never"]]
        right, answer = len(steps) if lost is None else lost, verdicts.where_lost(say, lost, steps)
        question = Question(say["bottleneck_question"].format(model=labels[blind]), options, [right], answer)
        st.html(table(columns, bottleneck.grown(steps, {}, blind, {}, None)))
        if not explain.questions(say, "bottleneck_quiz", [question]):
            return
    st.markdown(controls.plain(verdicts.where_lost(say, lost, steps)))
    if max(agree[rival]) >= bottleneck.AGREED:
        st.html(verdicts.legend(say))
    columns |= {labels[name]: "" for name in texts}
    st.html(table(columns, bottleneck.grown(steps, texts, blind, {name: agree[name] for name in (rival, best)}, lost)))
    facts = controls.escaped({"best": labels[best], "rival": labels[rival]})
    st.caption(say["bottleneck_agreement"].format(**facts))
    words, width = len(query.text.split()), query.cards[blind].config["width"]
    meaning = say["bottleneck_formula"].format(words=words, width=width, each=f"{width / max(words, 1):.0f}")
    explain.formula(say, bottleneck.first_state(query.cards[blind].config), meaning)
    rows = partial(bottleneck.records, steps, texts, agree, labels)
    explain.show_data(say, "growing", rows, verdicts.where_lost(say, lost, steps))


main()
