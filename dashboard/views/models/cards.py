"""The parts of a model's card: what it is, how good it is, how it learned."""

from collections.abc import Mapping
from html import escape

import streamlit as st

from core.checkpoints import Card
from dashboard import controls, explain, resources
from dashboard.figures import training
from dashboard.figures.table import table
from dashboard.model_names import taught
from dashboard.text import Texts
from dashboard.views.models import figure

SETS = ("val", "test_2016", "test")


def quality(say: Texts, card: Card) -> None:
    """Its scores on what was held out."""
    if card.metrics:
        scores = {f"models_{score}": form for score, form in figure.SCORES.items()}
        sets = {name: say[f"models_set_{name}"] for name in SETS}
        columns = controls.headed(say, models_set="", models_sentences="", **scores)
        st.html(table(columns, figure.score_rows(card.metrics, sets)))
        st.caption(say["models_scores"].format(alpha=card.length_penalty))
        signatures = "<br>".join(map(escape, figure.signatures(card.metrics)))
        st.html(f"<details><summary>{say['models_signatures']}</summary>{signatures}</details>")
        rows = figure.data_rows(card.metrics)
        explain.offer(say["save"].format(kind="CSV"), lambda: explain.csv_text(rows), f"{card.name}.csv", "scores_csv")


def tricks(say: Texts, card: Card) -> None:
    """What other trainings for the same purpose gave."""
    if not card.tricks:
        return
    columns = {
        "models_trick": "",
        "models_differs": "",
        "models_val": ".1f",
        "models_test": ".1f",
        "models_minutes": ".0f",
    }
    with st.expander(say["models_tricks"]):
        rows = figure.trick_rows(card.tricks, say["models_this"])
        st.html(table(controls.headed(say, **columns), rows, marked=0))
        st.caption(say["models_tricks_caption"])


def facts(say: Texts, card: Card) -> None:
    """What the card says, a line each."""
    weights, spent = resources.weights_of(card.name), figure.spent(card)
    facts = {
        "models_folder": f"pretrained/{card.name}",
        "models_numbers": f"{figure.parameters(card.parameters)} ({weights / 2**20:.1f} MB)",
        "models_data": learned_from(say, card),
        "models_licence": card.licence,
        "models_training": say["models_trained"].format(
            epochs=spent["epochs"],
            tokens=spent["tokens"] / 1e6,
            minutes=spent["minutes"],
        ),
    }
    rows = [(say[key], text) for key, text in facts.items()]
    st.html(table({say["models_fact"]: "", say["models_value"]: ""}, rows))
    settings = f"{card.family}: {figure.shape(card.config)}, seed {card.recipe.get('seed', '–')}"
    st.html(f"<details><summary>{escape(say['models_shape'])}</summary>{escape(settings)}</details>")


def learned_from(say: Texts, card: Card) -> str:
    """Its texts in words, those that models wrote included."""
    corpus = say.get(f"models_learned_{card.corpus}", say.get(f"corpus_{card.corpus}", card.corpus))
    return say["models_learned_taught"].format(corpus=corpus) if taught(card.recipe) else corpus


def curve(say: Texts, card: Card) -> None:
    """How the loss fell."""
    curves, broken = resources.curves()
    if card.name not in curves:
        st.warning(say["curves_broken"].format(reasons=controls.plain(broken.get(card.name, card.name))))
        return
    points = {resources.labels(say)[card.name]: curves[card.name]}
    labels = {name: say[f"curve_{name}"] for name in ("model", "kind", "loss", "train", "validation")}
    description = say["models_curve"].format(**training.curve_facts(points))
    explain.chart("curve", training.curve_chart(points, "epochs", labels | {"epochs": say["axis_epochs"]}), description)
    st.caption(controls.plain(description + above(say, card, curves[card.name][-1])))
    explain.show_data(say, "curve", lambda: training.curve_rows(points, "epochs"), description)


def above(say: Texts, card: Card, last: Mapping[str, float]) -> str:
    """Why the loss of training ends above the one of validation, where it does."""
    if last["train"] <= last["validation"]:
        return ""
    dropout = max((share for name, share in card.config.items() if name.startswith("dropout")), default=0.0)
    return " " + say["models_above"].format(dropout=dropout, smoothing=card.recipe.get("label_smoothing", 0.0))
