"""Pruning by L0 gates: what is trained, when it goes on, and the folder that comes out."""

import json
from dataclasses import asdict

import pytest
import torch
from model_zoo import MODELS, random_ids, random_model, sources
from torch.testing import assert_close

from core.checkpoints import CARD, FILM, Card, cards, gate_film, load, save
from core.commands.command_line import main
from core.files import read_json
from core.models.contract import Interventions
from core.models.hard_concrete import open_probability
from core.models.transformer import Transformer
from core.models.transformer_layers import TransformerConfig
from core.text.batches import batch
from core.text.corpora import load_pairs
from core.text.subwords import Subwords
from core.training.head_pruning import OPEN, PRUNING, GatedTransformer, PruneOptions, losses, share_of
from core.training.loop import train
from core.training.options import TrainOptions
from core.training.regimes import Moment, teacher_forcing

NAME = "transformer-post-sinusoidal-tied"
PAIRS = [([4, 5, 6], [6, 5]), ([7, 4], [4, 7, 4, 5]), ([5], [5]), ([6, 7, 7, 4], [4, 6])] * 3
QUICK = {"max_tokens": 24, "warmup": 1, "gate_rate": 0.5}


def gated(**options):
    return GatedTransformer(MODELS[NAME](), PruneOptions(**({"penalty": 0.1} | QUICK | options)))


def trained(model, checkpoint=None, stop=None, epochs=2):
    """Train some epochs, or until so many steps; the model, and its gates after each step."""
    gates = []
    for event in train(model, PAIRS, PAIRS[:4], model.config.training(epochs), checkpoint, regime=PRUNING):
        gates.append(model.values())
        if event.step == stop:
            break
    return model, gates


def test_gates_are_drawn_for_each_sentence_while_training_and_fixed_after():
    model, (source, mask), target = gated(), sources((4, 4, 4)), random_ids(1, 5).expand(3, -1)
    source = source[:1].expand(3, -1)
    with torch.no_grad():
        for kind in model.gates:
            model.gates[kind].fill_(0.4 / model.reach)
        drawn = model.train()(source, mask, target).logits
        model.model.eval()  # without dropout the gates alone differ
        drawn = model(source, mask, target).logits
        assert not torch.equal(drawn[0], drawn[1])
        model.eval()
        fixed = model(source, mask, target).logits
        plain = model.model(source, mask, target, interventions=Interventions(**model.values())).logits
    assert torch.equal(fixed, plain)
    assert 0 < model.values()["cross"][0, 0] < 1


def test_the_loss_is_the_models_own_and_a_price_for_every_open_head():
    model = gated(penalty=0.25).eval()
    moment = Moment(TrainOptions(1))
    found, own = (part(model, batch(PAIRS[:4]), moment) for part in (losses, teacher_forcing))
    assert found["train"].item() == own["train"].item()
    chance = open_probability(torch.tensor(OPEN)).item()
    assert found["penalty"].item() == pytest.approx(0.25 * 18 * chance, rel=1e-5)
    found["penalty"].backward()
    assert all(bool((gates.grad > 0).all()) for gates in model.gates.values())


def test_a_high_price_closes_all_heads_of_the_kinds_that_have_gates_and_no_price_none():
    dear, gates = trained(gated(penalty=5.0, kinds=("cross", "encoder"), gate_rate=1.0), epochs=3)
    assert dear.config.kinds == ("encoder", "cross")
    values = gates[-1]
    assert not values["encoder"].any()
    assert not values["cross"].any()
    assert values["decoder"].eq(1).all()
    free = trained(gated(penalty=0.0, gate_rate=0.01))[1][-1]
    assert all(bool((part > 0).all()) for part in free.values())


def test_a_pruning_that_was_stopped_goes_on_to_the_same_weights(tmp_path):
    whole, _ = trained(gated())
    trained(gated(checkpoint_every=1), tmp_path / "checkpoint.pt", stop=5)
    again, _ = trained(gated(checkpoint_every=1), tmp_path / "checkpoint.pt")
    for name, weight in whole.state_dict().items():
        assert_close(again.state_dict()[name], weight, rtol=0.0, atol=0.0)


@pytest.mark.parametrize(("steps", "epochs"), [(3, 1), (8, 1), (20, 3)])
def test_so_many_steps_are_some_batches_of_the_text_or_several_epochs(steps, epochs):
    options = PruneOptions(0.1, steps=steps, max_tokens=8)
    pairs, found = share_of(PAIRS, options)
    assert found == epochs
    events = list(train(gated(), pairs, PAIRS[:1], options.training(found), regime=PRUNING))
    assert events[-1].step == pytest.approx(steps, rel=0.35)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"penalty": -1.0}, "lambda must be a number from 0.0 to 100.0, not -1.0"),
        ({"penalty": float("nan")}, "lambda must be a number from 0.0 to 100.0, not nan"),
        ({"penalty": 0.1, "kinds": ("crss",)}, "unknown kind of attention 'crss', did you mean 'cross'.*"),
        ({"penalty": 0.1, "kinds": ()}, "there is nothing to prune: choose some of encoder, decoder, cross"),
        ({"penalty": 0.1, "steps": 0}, "steps must be a whole number from 1 to 1000000, not 0"),
        ({"penalty": 0.1, "seed": -1}, "seed must be a whole number from 0 .*"),
    ],
)
def test_options_that_make_no_sense_are_refused(options, sentence):
    with pytest.raises(ValueError, match=f"^{sentence}$"):
        PruneOptions(**options)


# --- the whole way -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a small Transformer that copies letters, hardly trained, and a model without heads."""
    place = tmp_path_factory.mktemp("models")
    lines = [line for pair in load_pairs("copy", "val", "letters", "letters") for line in pair]
    subwords = Subwords.train(lines, 64)
    shape = {"width": 16, "heads": 4, "encoder_layers": 1, "decoder_layers": 2, "feed_forward": 16, "dropout": 0.0}
    model = random_model(Transformer, TransformerConfig(len(subwords), **shape))
    described = {"source": "letters", "target": "letters", "corpus": "copy", "licence": "generated", "sha256": {}}
    card = Card("copies", "transformer", asdict(model.config), recipe={}, training={}, parameters=1, **described)
    point = dict.fromkeys(("epoch", "step", "tokens", "seconds", "train", "validation"), 4.0)
    metrics = {"val": {"bleu": 3.5}}
    save(place / "copies", Card(**{**asdict(card), "metrics": metrics}), model, subwords, [point])
    return place


def prune(capsys, folder, *options):
    """The command, its steps few."""
    quick = ["--steps", "12", "--max-tokens", "300", "--film-every", "5", "--checkpoint-every", "4", "--warmup", "1"]
    where = ["--models-dir", str(folder), "--output", str(folder / "pruned")]
    code = main(["prune", "--model", "copies", *where, *quick, "--gate-rate", "0.9", *options])
    return code, *capsys.readouterr()


def test_prune_writes_a_model_folder_as_every_other_and_a_film(capsys, folder):
    code, out, _ = prune(capsys, folder, "--lambda", "2", "--kinds", "encoder", "cross")
    assert code == 0
    found, broken = cards(folder)
    assert not broken
    card = found["pruned"]
    assert card.config["kept"] == {"encoder": [[]], "decoder": [[0, 1, 2, 3]] * 2, "cross": [[], []]}
    assert card.pruned == {
        "heads": {"encoder": 4, "decoder": 8, "cross": 8},
        "kept": {"encoder": 0, "decoder": 8, "cross": 0},
        "bleu": {"val": 3.5},
    }
    assert "encoder  0 of 4 heads" in out
    assert f"val        BLEU 3.5 before, {card.metrics['val']['bleu']} now" in out
    assert card.recipe["penalty"] == 2.0
    assert card.recipe["start"]["model"] == "copies"
    loaded, before = load("pruned", folder), load("copies", folder)
    assert len(loaded.model.absent) == 12
    assert loaded.card.parameters == card.parameters < before.card.parameters
    film = read_json(folder / "pruned" / FILM)
    steps = [point["step"] for point in film["points"]]
    assert steps[0] == 0
    assert {5, 10} <= set(steps)
    assert steps == sorted(set(steps))
    assert [len(film["points"][0][kind]) for kind in ("encoder", "cross")] == [1, 2]
    assert film["points"][0]["encoder"][0][0] > 0.9 > 0.4 > film["points"][-1]["encoder"][0][0]
    recorded = gate_film("pruned", folder)
    assert (recorded.model, recorded.penalty, list(recorded.steps)) == ("copies", 2.0, steps)
    assert recorded.chances["cross"] == [point["cross"] for point in film["points"]]
    assert set(recorded.chances) == {"encoder", "cross"}
    place = ["inspect", "--model", "pruned", "--models-dir", str(folder), "a b", "--layer", "1", "--head", "2"]
    assert main([*place, "--attention", "decoder"]) == 0
    capsys.readouterr()
    assert main([*place, "--attention", "cross"]) == 2
    assert "head 2 of cross layer 1 was pruned; those that are left: none" in capsys.readouterr().err
    kept = (folder / "pruned" / FILM).read_text()
    code, _, err = prune(capsys, folder, "--lambda", "3", "--kinds", "encoder", "cross", "--resume")
    assert code == 2
    assert "pruned was pruned in another way: repeat its options, or prune anew without --resume" in err
    weights = {name: weight.clone() for name, weight in loaded.model.state_dict().items()}
    assert prune(capsys, folder, "--lambda", "2", "--kinds", "cross", "encoder", "--resume")[0] == 0
    assert (folder / "pruned" / FILM).read_text() == kept
    for name, weight in load("pruned", folder).model.state_dict().items():
        assert torch.equal(weight, weights[name])


@pytest.mark.parametrize(
    ("kept", "sentence"),
    [
        ({"encoder": [[4]], "decoder": [[], []], "cross": [[], []]}, "the heads kept in encoder layer 0 are [4]"),
        ({"encoder": [[0]], "decoder": [[]], "cross": [[], []]}, "kept has no list of heads for each of the 2 decoder"),
        ({"encoder": [[0]], "decoder": [[], []]}, "its config.kept has no cross"),
        ({"encoder": [["x"]], "decoder": [[], []], "cross": [[], []]}, "its config.kept.encoder is 'x', not a whole"),
        ([1], "its config.kept is [1], not an object"),
    ],
)
def test_a_card_whose_heads_can_not_be_is_refused_in_one_sentence(folder, tmp_path, kept, sentence):
    for path in (folder / "copies").iterdir():
        if path.is_file():
            (tmp_path / "copies").mkdir(exist_ok=True)
            (tmp_path / "copies" / path.name).write_bytes(path.read_bytes())
    content = read_json(tmp_path / "copies" / CARD)
    content["config"]["kept"] = kept
    (tmp_path / "copies" / CARD).write_text(json.dumps(content))
    with pytest.raises(ValueError, match=r"^[^\n]+$") as raised:
        load("copies", tmp_path)
    assert sentence in str(raised.value)


def test_other_heads_than_the_weights_have_are_refused(folder, tmp_path):
    (tmp_path / "copies").mkdir()
    for path in (folder / "copies").iterdir():
        if path.is_file():
            (tmp_path / "copies" / path.name).write_bytes(path.read_bytes())
    content = read_json(tmp_path / "copies" / CARD)
    content["config"]["kept"] = {"encoder": [[0]], "decoder": [[0], [1]], "cross": [[], [3]]}
    (tmp_path / "copies" / CARD).write_text(json.dumps(content))
    with pytest.raises(ValueError, match=r"^copies/model.safetensors does not fit its card: [^\n]+$"):
        load("copies", tmp_path)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--lambda", "-1"], "lambda must be a number from 0.0 to 100.0"),
        (["--lambda", "1", "--kinds", "enc"], "unknown kind of attention 'enc'"),
        (["--lambda", "1", "--model", "en-de-rnn-dot"], "unknown model 'en-de-rnn-dot'; valid: copies"),
    ],
)
def test_a_mistake_is_answered_by_one_sentence(capsys, folder, options, sentence):
    code, _, err = prune(capsys, folder, *options)
    assert code == 2
    assert err.splitlines()[-1].startswith("seqscope: ")
    assert sentence in err


def test_a_model_is_not_pruned_in_its_own_folder(capsys, folder):
    content = (folder / "copies" / CARD).read_bytes()
    code, _, err = prune(capsys, folder, "--lambda", "1", "--output", str(folder / "copies"))
    assert code == 2
    assert "holds the model that is to be pruned: give another folder" in err
    assert (folder / "copies" / CARD).read_bytes() == content


def test_a_model_without_heads_is_refused(capsys, tmp_path):
    code = main(["prune", "--model", "en-de-rnn-dot", "--lambda", "1", "--output", str(tmp_path / "x")])
    assert code == 2
    assert "en-de-rnn-dot has no heads to prune: choose a Transformer" in capsys.readouterr().err


POINT = {"step": 5, "validation": 1.5}
FILMED = {
    "model": "m",
    "options": {"penalty": 0.1, "kinds": ["cross"], "steps": 9},
    "points": [{"step": step, "validation": 1.5, "cross": [[1.0, 0.5]]} for step in (0, 5)],
}


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        ({"points": []}, "its steps do not rise"),
        ({"points": FILMED["points"][::-1]}, "its steps do not rise"),
        ({"points": [FILMED["points"][0], POINT | {"cross": [[1.0]]}]}, "its cross heads are not the same at every"),
        ({"points": [POINT]}, "its cross heads are not the same at every point"),
        ({"points": [POINT | {"cross": [[1.5]]}]}, "its film.points.cross is 1.5, not a number"),
        ({"model": 3}, "its film.model is 3, not a text"),
        ({"options": {"penalty": 0.1, "kinds": ["crss"]}}, "unknown kinds 'crss'"),
        ({"more": 1}, "its film has 'more', which there is not"),
    ],
)
def test_a_damaged_film_is_told_in_one_sentence(tmp_path, damage, sentence):
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / FILM).write_text(json.dumps(FILMED))
    assert gate_film("m", tmp_path).steps == (0, 5)
    (tmp_path / "m" / FILM).write_text(json.dumps(FILMED | damage))
    with pytest.raises(ValueError, match=rf"^m/{FILM} can't be used: [^\n]+$") as raised:
        gate_film("m", tmp_path)
    assert sentence in str(raised.value)
