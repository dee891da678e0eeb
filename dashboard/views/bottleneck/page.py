"""The bottleneck: the reader's sentence grows clause by clause, and BLEU falls with length where nothing looks back."""

from functools import partial

import streamlit as st

from core.metrics import sentence_chrf
from core.text.variants import growing
from dashboard import answers, beginning, controls, explain, parameters, resources
from dashboard.components.quiz import Question
from dashboard.figures import bottleneck
from dashboard.figures.table import table
from dashboard.model_names import kind_label, way_label
from dashboard.views.bottleneck import verdicts

TRIES = {"long": {"text": next(text for text, name in beginning.EXAMPLES.items() if name == "long")}}


def main() -> None:
    """The page, top to bottom."""
    say = controls.texts()
    query = beginning.query(say, "bottleneck", TRIES, serves="en-de", predict=True)
    live = st.container()
    by_length(say)  # what is stored is there before any model has woken up
    if query:
        with live:
            grow(say, query)
    explain.show_code(say, "core/findings/bottleneck.py", "bottleneck", say["bottleneck_paper"])


@st.fragment
def grow(say, query: beginning.Query) -> None:
    """Each model's translation of the sentence so far, row by row, and where the blind one loses the thread."""
    models = verdicts.measured(query.cards)
    labels = {name: kind_label(say, card.family, card.config) for name, card in models.items()}
    steps = growing(query.text)
    blind = next((name for name, card in models.items() if not card.attends), None)
    texts = answers.translations(say, models, steps, verdicts.finding()["example"])
    if len(steps) < 2 or blind not in texts or len(texts) < 2:
        st.info(say["bottleneck_short" if len(steps) < 2 else "bottleneck_missing"])
        return
    best = list(texts)[-1]
    rival = [name for name in texts if name != blind][-2:][0]
    agree = {name: sentence_chrf(list(zip(texts[name], texts[best], strict=True))) for name in texts}
    lost = verdicts.lost(texts[blind], texts[rival], texts[best])
    texts = {name: texts[name] for name in dict.fromkeys((blind, rival, best, *texts))}  # what decides comes first
    columns = controls.headed(say, bottleneck_row="", bottleneck_source="")
    if query.predict:
        options = [*map(str, range(1, len(steps) + 1)), say["bottleneck_never"]]
        right = len(steps) if lost is None else lost
        answer = verdicts.where_lost(say, lost, steps)
        question = Question(say["bottleneck_question"].format(model=labels[blind]), options, [right], answer)
        st.html(table(columns, bottleneck.grown(steps, {}, blind, lost)))
        if not explain.questions(say, "bottleneck_quiz", [question]):
            return
    columns |= {labels[name]: "" for name in texts}
    st.html(table(columns, bottleneck.grown(steps, texts, blind, lost), marked=lost))
    st.markdown(controls.plain(verdicts.where_lost(say, lost, steps)))
    st.caption(
        say["bottleneck_agreement"].format(best=controls.plain(labels[best]), rival=controls.plain(labels[rival]))
    )
    words, width = len(query.text.split()), models[blind].config["width"]
    meaning = say["bottleneck_formula"].format(words=words, width=width, each=f"{width / max(words, 1):.0f}")
    explain.formula(say, bottleneck.first_state(models[blind].config), meaning)
    rows = partial(bottleneck.records, steps, texts, agree, labels)
    explain.show_data(say, "growing", rows, verdicts.where_lost(say, lost, steps))


@st.fragment
def by_length(say) -> None:
    """What was measured: BLEU or chrF over the number of words."""
    st.header(say["bottleneck_measured"])
    measures = {"bleu": "BLEU", "chrf": "chrF"}
    measure = parameters.choice("measure", say["measure"], measures, "bleu")
    finding, models = verdicts.finding(), verdicts.measured(resources.shipped()[0])
    labels = {name: way_label(say, card.family, card.config) for name, card in models.items()}
    points = bottleneck.rows(finding, labels, measure)
    if not points:
        st.info(say["finding_none"].format(name="bottleneck"))
        return
    ends = bottleneck.ends(points)
    keeps = "; ".join(say["bottleneck_keeps"].format(**end) for end in ends)
    description = say["bottleneck_described"].format(measure=measures[measure], keeps=keeps)
    words = {"words": say["bottleneck_words"], "score": measures[measure], "model": say["model"]}
    explain.chart("bottleneck", bottleneck.chart(points, words), description)
    heads = [say[f"bottleneck_{part}"].format(measure=measures[measure]) for part in ("first", "last", "share")]
    columns = {say["model"]: "", **dict(zip(heads, (".1f", ".1f", ".0f"), strict=True))}
    st.html(table(columns, [tuple(end.values()) for end in ends]))
    for sentence in verdicts.backwards(say, finding, models):
        st.markdown(controls.plain(sentence))
    st.caption(
        controls.plain(
            say["bottleneck_setting"].format(**{k: finding[k] for k in ("sentences", "joined", "beam_size", "samples")})
        )
    )
    explain.show_data(say, "bottleneck", lambda: points, description)


main()
