"""The table of what each way to train gave: from cards to a card, to the page."""

import json
from dataclasses import asdict, replace

from core.checkpoints import CARD, PRETRAINED, TOKENIZER, WEIGHTS, read_card
from core.commands.command_line import main
from core.files import write_json
from core.recipes.ablations import ablation
from dashboard.beginning import DEFAULT
from dashboard.views.models.figure import spent, trick_rows


def other(**recipe):
    """The default model's card with another recipe and worse scores."""
    card = read_card(PRETRAINED / DEFAULT)
    metrics = {"val": {"bleu_lowercased": 12.5}}
    return replace(card, name="other", recipe={**card.recipe, **recipe}, metrics=metrics)


def test_a_row_holds_what_differs_and_no_more():
    card = read_card(PRETRAINED / DEFAULT)
    own, row, same = ablation(card, [other(epochs=99, seed=7, start={"model": "en-de-rnn", "sha256": "0"}), other()])
    assert own["differs"] == same["differs"] == {}
    assert own["test_2016"] == card.metrics["test_2016"]["bleu_lowercased"]
    assert row["differs"] == {"epochs": 99, "start": "en-de-rnn"}
    assert (row["val"], row["test_2016"], row["minutes"]) == (12.5, None, card.training["minutes"])
    name, text, *numbers = trick_rows([own, row], "this")[1]
    assert (name, text) == ("other", "epochs 99, start en-de-rnn")
    assert numbers == [12.5, None, card.training["minutes"]]
    assert trick_rows([own, row], "this")[0][:2] == (DEFAULT, "this")


def test_the_command_writes_the_table_into_the_card_and_nothing_else(tmp_path, capsys):
    for name, card in (("mine", read_card(PRETRAINED / DEFAULT)), ("other", other(epochs=99))):
        (tmp_path / name).mkdir()
        write_json(tmp_path / name / CARD, asdict(card))
        for file in (WEIGHTS, TOKENIZER):
            (tmp_path / name / file).symlink_to(PRETRAINED / DEFAULT / file)
    before = read_card(tmp_path / "mine")
    assert main(["tricks", "mine", str(tmp_path / "other"), "--models-dir", str(tmp_path)]) == 0
    after = read_card(tmp_path / "mine")
    assert [row["differs"] for row in after.tricks] == [{}, {"epochs": 99}]
    assert replace(after, tricks=()) == replace(before, tricks=())
    assert main(["tricks", "mine", str(tmp_path / "nothing"), "--models-dir", str(tmp_path)]) == 2
    assert "nothing has no card.json" in capsys.readouterr().err
    assert json.loads((tmp_path / "mine" / CARD).read_text())["tricks"]


def test_what_a_model_began_with_counts_as_its_training():
    alone = {"epochs": 2, "tokens": 30, "minutes": 0.5}
    first = {"model": "a", "recipe": {"seed": 1}, "training": alone}
    second = {"model": "b", "recipe": {"start": first}, "training": alone | {"tokens": 100}}
    own = replace(other(start=second), training=alone)
    assert spent(own) == {"epochs": 6, "tokens": 160, "minutes": 1.5}
    assert spent(replace(own, recipe={})) == alone
