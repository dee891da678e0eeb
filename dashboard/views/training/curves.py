"""How models came about: every model's training curve, and what each regime changed on a small budget."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboard import controls, explain, parameters, resources
from dashboard.beginning import DEFAULT
from dashboard.components.quiz import Question
from dashboard.controls import Texts
from dashboard.figures import training
from dashboard.figures.table import table
from dashboard.model_names import outstanding


def measured(say: Texts, query, row) -> None:
    """One of both, chosen in the row of the controls."""
    pictures = {"regimes": regimes, "curves": curves}
    with row:
        names = {name: say[f"finding_{name}"] for name in pictures}
        picture = parameters.choice("finding", say["finding"], names, "regimes", hidden=True)
    st.markdown(say[f"training_line_{picture}"])
    pictures[picture](say, query.predict, row)


def curves(say: Texts, _predict: bool, row) -> None:
    """The training of the best model of each way, and the epoch at which each was best."""
    losses, broken = resources.curves()
    if broken:
        st.warning(say["curves_broken"].format(reasons=controls.plain("; ".join(broken.values()))))
    if not losses:
        return
    shipped, _ = resources.shipped()
    some = outstanding(shipped, DEFAULT if DEFAULT in shipped else next(iter(shipped)))
    labels = resources.labels(say)
    losses = {labels[name]: points for name, points in losses.items() if name in some}
    with row:
        axis = parameters.choice("axis", say["axis"], {name: say[f"axis_{name}"] for name in training.AXES}, "epochs")
    labels = {name: say[f"curve_{name}"] for name in ("model", "kind", "loss", "train", "validation")}
    description = say["curves_description"].format(**training.curve_facts(losses))
    drawn = training.curve_chart(losses, axis, labels | {axis: say[f"axis_{axis}"]})
    explain.chart("curves", drawn, description)
    st.markdown(controls.plain(description))
    numbers = {"curve_best": "", "curve_loss": ".3f", "axis_tokens": ".1f", "axis_minutes": ".0f"}
    st.html(table(controls.headed(say, curve_model="", **numbers), training.best_rows(losses)))
    st.caption(say["curves_caption"])
    explain.show_data(say, "curves", lambda: training.curve_rows(losses, axis), description)


def regimes(say: Texts, predict: bool, _row) -> None:
    """What a study measured of each regime on one small budget, and what that shows."""
    study = resources.measured("regimes")
    if training.study_facts(study) is None:
        st.info(say["regimes_none"])
        return
    abouts = {row["regime"]: say.get(f"regime_about_{row['regime']}", "") for row in study["rows"]}
    study = {**study, "rows": [{**row, "regime": named(say, row["regime"])} for row in study["rows"]]}
    kind, facts = training.study_facts(study)
    if predict and kind != "one" and not explain.questions(say, "regimes_quiz", [riddle(say, study, facts)]):
        return
    setting, verdict = (say[key].format(**facts) for key in ("regimes_setting", f"regimes_{kind}"))
    verdict = verdict[:1].upper() + verdict[1:]  # it may begin with a regime's name
    labels = {"regime": say["regimes_name"], "bleu": say["measure_bleu"]}
    explain.chart("regimes", training.study_chart(study, labels), verdict)
    st.markdown(f"**{controls.plain(verdict)}** {controls.plain(setting)}")
    taken, rows = training.study_rows(study)
    st.html(table({say["regimes_name"]: "", **{say[f"measure_{name}"]: form for name, form in taken.items()}}, rows))
    if gaps := training.gap_facts(study):
        price = "" if gaps["least"] == facts["best"] else f" {say['regimes_price'].format(**facts | gaps)}"
        st.markdown(controls.plain(say["regimes_gap"].format(**gaps) + price))
    with st.expander(say["regimes_abouts"]):
        st.markdown("\n".join(f"- **{named(say, name)}**: {about}" for name, about in abouts.items() if about))
    explain.show_data(say, "regimes", lambda: training.study_table(study), f"{setting} {verdict}")


def riddle(say: Texts, study: Mapping[str, Any], facts: Mapping[str, Any]) -> Question:
    """Which regime translates best?"""
    names = [row["regime"] for row in study["rows"]]
    return explain.question(say, "regimes", [names.index(facts["best"])], names, **facts)


def named(say: Texts, regime: str) -> str:
    """A regime in words, or its name where there are none."""
    return say.get(f"regime_{regime}", regime)
