"""How models came about: every model's training curve, and what each regime changed on a small budget."""

import streamlit as st

from dashboard import controls, explain, resources
from dashboard.controls import Texts
from dashboard.figures import training
from dashboard.figures.table import table
from dashboard.frame import DEFAULT
from dashboard.model_names import outstanding


@st.fragment
def curves(say: Texts) -> None:
    """The training of the best model of each way, and the epoch at which each was best."""
    found, broken = resources.curves()
    st.header(say["curves"])
    if broken:
        st.warning(say["curves_broken"].format(reasons=controls.plain("; ".join(broken.values()))))
    if not found:
        return
    shipped, _ = resources.shipped()
    some = outstanding(shipped, DEFAULT if DEFAULT in shipped else next(iter(shipped)))
    labels = resources.labels(say)
    found = {labels[name]: points for name, points in found.items() if name in some}
    axis = controls.choice("axis", say["axis"], {name: say[f"axis_{name}"] for name in training.AXES}, "epochs")
    labels = {name: say[f"curve_{name}"] for name in ("model", "kind", "loss", "train", "validation")}
    description = say["curves_description"].format(**training.curve_facts(found))
    drawn = training.curve_chart(found, axis, labels | {axis: say[f"axis_{axis}"]})
    explain.chart("curves", drawn, description)
    st.markdown(controls.plain(description))
    numbers = {"curve_best": "", "curve_loss": ".3f", "axis_tokens": ".1f", "axis_minutes": ".0f"}
    st.html(table(controls.headed(say, curve_model="", **numbers), training.best_rows(found)))
    st.caption(say["curves_caption"])
    explain.show_data(say, "curves", lambda: training.curve_rows(found, axis), description)


def regimes(say: Texts) -> None:
    """What a study measured of each regime on one small budget, and what that shows."""
    st.header(say["regimes"])
    study = resources.measured("regimes")
    if training.study_facts(study) is None:
        st.info(say["regimes_none"])
        return
    study = {**study, "rows": [{**row, "regime": named(say, row["regime"])} for row in study["rows"]]}
    kind, facts = training.study_facts(study)
    setting, told = (say[key].format(**facts) for key in ("regimes_setting", f"regimes_{kind}"))
    st.markdown(controls.plain(setting))
    labels = {"regime": say["regimes_name"], "bleu": say["measure_bleu"]}
    explain.chart("regimes", training.study_chart(study, labels), told)
    taken, rows = training.study_rows(study)
    st.html(table({say["regimes_name"]: "", **{say[f"measure_{name}"]: form for name, form in taken.items()}}, rows))
    st.markdown(controls.plain(told))
    if gaps := training.gap_facts(study):
        st.markdown(controls.plain(say["regimes_gap"].format(**gaps)))
    explain.show_data(say, "regimes", lambda: training.study_table(study), f"{setting} {told}")


def named(say: Texts, regime: str) -> str:
    """A regime in words, or its name where there are none."""
    return say.get(f"regime_{regime}", regime)
