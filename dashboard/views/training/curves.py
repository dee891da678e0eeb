"""How models came about: every model's training curve, and what each regime changed on a small budget."""

import streamlit as st

from dashboard import controls, explain, parameters, resources
from dashboard.beginning import DEFAULT
from dashboard.controls import Texts
from dashboard.figures import training
from dashboard.figures.table import table
from dashboard.model_names import outstanding


def measured(say: Texts, _query, _row) -> None:
    """Both."""
    regimes(say)
    curves(say)


def curves(say: Texts) -> None:
    """The training of the best model of each way, and the epoch at which each was best."""
    losses, broken = resources.curves()
    st.header(say["curves"])
    if broken:
        st.warning(say["curves_broken"].format(reasons=controls.plain("; ".join(broken.values()))))
    if not losses:
        return
    shipped, _ = resources.shipped()
    some = outstanding(shipped, DEFAULT if DEFAULT in shipped else next(iter(shipped)))
    labels = resources.labels(say)
    losses = {labels[name]: points for name, points in losses.items() if name in some}
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


def regimes(say: Texts) -> None:
    """What a study measured of each regime on one small budget, and what that shows."""
    study = resources.measured("regimes")
    if training.study_facts(study) is None:
        st.info(say["regimes_none"])
        return
    abouts = [say.get(f"regime_about_{row['regime']}", "") for row in study["rows"]]
    study = {**study, "rows": [{**row, "regime": named(say, row["regime"])} for row in study["rows"]]}
    kind, facts = training.study_facts(study)
    setting, verdict = (say[key].format(**facts) for key in ("regimes_setting", f"regimes_{kind}"))
    labels = {"regime": say["regimes_name"], "bleu": say["measure_bleu"]}
    verdict = verdict[:1].upper() + verdict[1:]  # it may begin with a regime's name
    abouts = [f"- **{row['regime']}**: {about}" for row, about in zip(study["rows"], abouts, strict=True) if about]
    st.markdown("\n".join(abouts))
    explain.chart("regimes", training.study_chart(study, labels), verdict)
    taken, rows = training.study_rows(study)
    st.html(table({say["regimes_name"]: "", **{say[f"measure_{name}"]: form for name, form in taken.items()}}, rows))
    st.markdown(controls.plain(f"{setting} {verdict}"))
    if gaps := training.gap_facts(study):
        price = "" if gaps["least"] == facts["best"] else f" {say['regimes_price'].format(**facts | gaps)}"
        st.markdown(controls.plain(say["regimes_gap"].format(**gaps) + price))
    explain.show_data(say, "regimes", lambda: training.study_table(study), f"{setting} {verdict}")


def named(say: Texts, regime: str) -> str:
    """A regime in words, or its name where there are none."""
    return say.get(f"regime_{regime}", regime)
