"""The bottleneck: the reader's sentence grows clause by clause, and BLEU falls with length where nothing looks back."""

from functools import partial

import streamlit as st

from core.metrics import sentence_similarity
from core.text.variants import growing as clauses
from dashboard import controls, explain, frame, growing, resources
from dashboard.components.quiz import Question
from dashboard.figures import bottleneck
from dashboard.figures.table import table
from dashboard.model_names import kind_label, way_label


def main() -> None:
    """The page, top to bottom."""
    say = controls.texts()
    asked = frame.asked(say, "bottleneck", choose_model=False)
    live = st.container()
    by_length(say)  # what is stored is there before any model has woken up
    if asked:
        with live:
            grow(say, asked)
    explain.show_code(say, "core/findings/bottleneck.py", "bottleneck")


@st.fragment
def grow(say, asked: frame.Asked) -> None:
    """Each model's translation of the sentence so far, row by row, and where the blind one loses the thread."""
    models = growing.contestants(asked)
    labels = {name: kind_label(say, card.family, card.config) for name, card in models.items()}
    steps = clauses(asked.text)
    blind = next((name for name, card in models.items() if not card.attends), None)
    texts = growing.written(say, models, steps, growing.finding()["example"])
    growing.unknown_pieces(say, texts, asked.text)
    predict = controls.predict(say)
    if len(steps) < 2 or blind not in texts or len(texts) < 2:
        st.info(say["bottleneck_short" if len(steps) < 2 else "bottleneck_missing"])
        return
    best = list(texts)[-1]
    rival = [name for name in texts if name != blind][-2:][0]
    agree = {name: sentence_similarity("chrf", list(zip(texts[name], texts[best], strict=True))) for name in texts}
    lost = bottleneck.lost(agree[blind], agree[rival])
    columns = controls.headed(say, bottleneck_row="", bottleneck_source="")
    if predict:
        options = [*map(str, range(1, len(steps) + 1)), say["bottleneck_never"]]
        right = len(steps) if lost is None else lost
        answer = growing.told(say, lost, steps)
        question = Question(say["bottleneck_question"].format(model=labels[blind]), options, [right], answer)
        st.html(table(columns, bottleneck.grown(steps, {}, blind, lost)))
        if not explain.questions(say, "bottleneck_quiz", [question]):
            return
    columns |= {labels[name]: "" for name in texts}
    st.html(table(columns, bottleneck.grown(steps, texts, blind, lost), marked=lost))
    st.markdown(controls.plain(growing.told(say, lost, steps)))
    st.caption(
        say["bottleneck_agreement"].format(best=controls.plain(labels[best]), rival=controls.plain(labels[rival]))
    )
    words, width = len(asked.text.split()), models[blind].config["width"]
    meaning = say["bottleneck_formula"].format(words=words, width=width, each=f"{width / max(words, 1):.0f}")
    explain.formula(say, bottleneck.first_state(models[blind].config), meaning)
    rows = partial(bottleneck.records, steps, texts, agree, labels)
    explain.show_data(say, "growing", rows, growing.told(say, lost, steps))


@st.fragment
def by_length(say) -> None:
    """What was measured: BLEU or chrF over the number of words."""
    st.header(say["bottleneck_measured"])
    measures = {"bleu": "BLEU", "chrf": "chrF"}
    measure = controls.choice("measure", say["measure"], measures, "bleu")
    finding, found = growing.finding(), resources.shipped()[0]
    names = [name for name in dict.fromkeys(row["model"] for row in finding["rows"]) if name in found]
    labels = {name: way_label(say, found[name].family, found[name].config) for name in names}
    points = bottleneck.rows(finding, labels, measure)
    if not points:
        st.info(say["finding_none"].format(name="bottleneck"))
        return
    keeps = "; ".join(say["bottleneck_keeps"].format(**one) for one in bottleneck.ends(points))
    description = say["bottleneck_described"].format(measure=measures[measure], keeps=keeps)
    words = {"words": say["bottleneck_words"], "score": measures[measure], "model": say["model"]}
    explain.chart("bottleneck", bottleneck.chart(points, words), description)
    st.markdown(controls.plain(description))
    for sentence in growing.backwards(say, finding, {name: found[name] for name in names}):
        st.markdown(controls.plain(sentence))
    st.caption(
        controls.plain(
            say["bottleneck_setting"].format(**{k: finding[k] for k in ("sentences", "joined", "beam_size", "samples")})
        )
    )
    explain.show_data(say, "bottleneck", lambda: points, description)


main()
