"""The page Self-attention: what is sent to the browser, the browser's own numbers, the toy, a flow in Chromium."""

from functools import partial

import numpy as np
import pytest
from conftest import call
from model_zoo import TRANSFORMERS, vocabulary

from core.decoding.translate import decode
from core.interpret.attention_worked import attention_projections, attention_worked
from core.options import ForcedOptions
from dashboard.explain import ROOT
from dashboard.figures import cells
from dashboard.views.attention import figure, toy

NUMBERS = "views/attention/worked_numbers.js"
READ = """(() => {
  const [kind, layer, head, scale, mask] = v.slice(1);
  const block = m.openBlock(v[0].blocks[`${kind} ${layer}`], kind, v[0].memory);
  const now = m.headWorked(block, kind, head, {scale, mask});
  const plain = ({rows, columns, values}) => ({shape: [rows, columns], values: [...values].map(String)});
  return Object.fromEntries(['products', 'masked', 'weights', 'context'].map(name => [name, plain(now[name])]));
})()"""

FOLLOWING = """(() => {
  const [content, kind, layer, at, learned] = v;
  const block = m.openBlock(content.blocks[`${kind} ${layer}`], kind, content.memory);
  const after = m.following(block, kind, at, learned && m.openMatrices(learned));
  const plain = part => part && {shape: [part.rows, part.columns], values: [...part.values]};
  return Object.fromEntries(Object.entries(after).map(([name, part]) => [name, plain(part)]));
})()"""


def read(blank, content, *about) -> dict[str, np.ndarray]:
    """What the browser makes of a head."""
    parts = call(blank, NUMBERS, READ, content, *about)
    parse = {"Infinity": np.inf, "-Infinity": -np.inf}
    return {
        name: np.reshape([parse.get(text) or float(text) for text in part["values"]], part["shape"])
        for name, part in parts.items()
    }


@pytest.fixture(scope="module", params=["post-sinusoidal-tied", "pre-alibi-untied", "pre-rotary-tied"])
def worked(request):
    """A small model's trace, all its numbers, and what asks for its learned matrices."""
    model = TRANSFORMERS[f"transformer-{request.param}"]().requires_grad_(False)
    trace = decode(model, vocabulary(), "a b c b a", ForcedOptions("c b a"))
    learned = partial(attention_projections, model, vocabulary())
    return trace, attention_worked(model, vocabulary(), trace), learned


def test_the_browser_computes_what_the_model_did(blank, worked):
    trace, parts, _ = worked
    content = figure.payload(trace, parts, ("encoder", 0))
    for part in parts:
        for head in (0, 2):
            drawn = read(blank, content, part.kind, part.layer, head, "root", "on")
            for name in ("products", "masked", "weights"):
                np.testing.assert_allclose(drawn[name], getattr(part, name)[head], atol=1e-5)
            np.testing.assert_allclose(drawn["context"], part.context[head], atol=2e-3)  # half precision


def test_another_scale_and_no_mask_are_the_softmax_of_the_same_products(blank, worked):
    trace, parts, _ = worked
    part = next(part for part in parts if part.kind == "decoder")
    drawn = read(blank, figure.payload(trace, parts, ("encoder", 0)), "decoder", 0, 1, "one", "off")
    scores = part.products[1].astype(float) + (0 if part.bias is None else part.bias[1])
    shares = np.exp(scores - scores.max(-1, keepdims=True))
    shares /= shares.sum(-1, keepdims=True)
    np.testing.assert_allclose(drawn["weights"], shares, atol=1e-5)
    assert np.triu(drawn["weights"], 1).any(), "nothing leaks"
    np.testing.assert_allclose(drawn["context"], shares @ part.value[1], atol=5e-3)


def test_a_change_reaches_all_that_follows_by_the_learned_matrices(blank, worked):
    trace, parts, learned = worked
    content = figure.payload(trace, parts, ("encoder", 0))
    for part, scale, mask in ((parts[0], "one", "on"), (parts[2], "width", "on"), (parts[2], "root", "off")):
        matrices, (_, shares) = learned(part.kind, part.layer), figure.weighed(part, scale, mask)
        joined = (shares @ part.value).swapaxes(0, 1).reshape(part.stream.shape)
        output = joined @ matrices.output + matrices.output_bias
        summed = left = part.stream + output
        if part.norm == "post":
            centred = summed - summed.mean(-1, keepdims=True)
            left = centred / np.sqrt(summed.var(-1, keepdims=True) + 1e-5) * matrices.gain + matrices.shift
        about = part.kind, part.layer, {"scale": scale, "mask": mask}
        drawn = call(blank, NUMBERS, FOLLOWING, content, *about, figure.matrices(matrices, "it"))
        wanted = {"joined": joined, "output": output, "summed": summed, "left": left}
        for name in [name for name in wanted if name != "left" or part.norm == "post"]:
            result = np.reshape(drawn[name]["values"], drawn[name]["shape"])
            np.testing.assert_allclose(result, wanted[name], atol=2e-2, err_msg=name)  # half precision
            assert name == "joined" or not np.allclose(result, getattr(part, name), atol=2e-2), "nothing has changed"
        own = call(blank, NUMBERS, FOLLOWING, content, *about, None)  # as long as the matrices are to come
        np.testing.assert_allclose(own["output"]["values"], part.output.ravel(), atol=5e-3)


def test_what_is_listed_is_what_a_changed_scale_and_mask_give(worked):
    trace, parts, _ = worked
    at = {"attention": "decoder", "layer": "1", "head": "2", "scale": "width", "mask": "off"}
    rows = figure.table(figure.head_numbers(trace, parts, at))
    width = parts[0].query.shape[-1]
    part = next(part for part in parts if part.kind == "decoder")
    count = len(part.keys)
    scores = np.reshape([row["score"] for row in rows], (-1, count))
    np.testing.assert_allclose(scores, part.products[1] / width + (0 if part.bias is None else part.bias[1]), atol=1e-5)
    np.testing.assert_allclose(np.reshape([row["weight"] for row in rows], (-1, count)).sum(1), 1)
    own = figure.table(figure.head_numbers(trace, parts, at | {"scale": "root", "mask": "on"}))
    np.testing.assert_allclose([row["weight"] for row in own], part.weights[1].ravel(), atol=1e-6)
    asleep = figure.table(figure.head_numbers(trace, (), at))
    np.testing.assert_allclose([row["weight"] for row in asleep], part.weights[1].ravel(), atol=1e-3)
    assert "score" not in asleep[0]


def test_half_precision_is_read_as_it_was_written(blank):
    numbers = [0.0, -0.0, 1.0, -2.5, 65504.0, 6e-8, 1e-5, np.inf, -np.inf, 0.1]
    packed = cells.floats(np.array(numbers))
    drawn = call(blank, "components/attention.js", "[...m.opened(v[0]).values].map(String)", packed)
    np.testing.assert_array_equal([float(text) for text in drawn], np.array(numbers, np.float16))


def test_the_stages_are_those_of_the_norm_and_the_positions(blank):
    def stages(norm, relative, kind):
        return call(
            blank, NUMBERS, "m.stagesOf(v[0], v[1], v[2])", figure.STAGES, {"norm": norm, "relative": relative}, kind
        )

    every = set(figure.STAGES)
    assert every - set(stages("post", "sinusoidal", "encoder")) == {"entered", "turned", "biased"}
    assert every - set(stages("pre", "rotary", "decoder")) == {"left", "biased"}
    assert every - set(stages("pre", "alibi", "decoder")) == {"left", "turned"}
    assert every - set(stages("pre", "alibi", "cross")) == {"left", "turned", "biased"}


def test_each_stage_shows_a_line_of_our_code():
    source = "\n".join(path.read_text("utf-8") for path in (ROOT / "core" / "models").glob("*.py"))
    assert set(figure.CODE) == set(figure.STAGES)
    missing = [line for line in (figure.CODE | figure.CROSS).values() if line not in source]
    missing += [line for line in figure.CODE.values() if line not in source]
    assert not missing


def test_a_long_sentence_sends_the_chosen_attention_alone(worked, monkeypatch):
    trace, parts, _ = worked
    monkeypatch.setattr(figure, "LARGEST", 10)
    assert list(figure.payload(trace, parts, ("cross", 1))["blocks"]) == ["cross 1"]
    assert figure.payload(trace, (), ("cross", 1))["blocks"] == {}


def test_the_toys_weights_are_a_softmax_and_its_output_their_mixture(blank):
    values = [[1, 0], [0, 1], [-1, -1]]
    arrows = np.array([[float(part) for part in pair.split(",")] for pair in toy.START.split(";")])
    drawn = call(blank, "views/attention/toy_draw.js", "m.computed(v[0], v[1])", arrows.tolist(), values)
    powers = np.exp(arrows[:3] @ arrows[3:].T / np.sqrt(2))
    shares = powers / powers.sum(-1, keepdims=True)
    np.testing.assert_allclose(drawn["weights"], shares)
    np.testing.assert_allclose(drawn["outputs"], shares @ values)
    assert call(blank, "views/attention/toy.js", "m.textOf(m.arrowsOf(v[0]))", toy.START) == toy.START
    assert toy.FORM.fullmatch(toy.START)
    assert not toy.FORM.fullmatch(toy.START + ";0.0,0.0")


TEXT = "views/attention/worked_text.js"
SCENE = """(() => {
  const matrix = (shape, from) => ({shape, values: new Float32Array(shape[0] * shape[1]).map((_, i) => from + i)});
  const block = {stream: matrix([2, 3], 1), source: matrix([2, 3], 10)};
  const [words, read] = [['Two', 'dogs'], ['<bos>', 'Two']];
  const keys = v[0] === 'cross' ? ['Zwei', '.'] : read;
  const scene = {block, kind: v[0], words, read, keys, i: v[1], j: v[2], format: {two: {format: String}}};
  return m.formula('stream', scene).map(([{name, index}, , vector]) => [name, index, vector]);
})()"""


def test_what_comes_into_a_decoder_is_named_by_what_was_read_and_is_one_row_where_both_are_the_same(blank):
    assert call(blank, TEXT, SCENE, "decoder", 1, 1) == [["x", "Two", "(4; 5; 6)"]]
    assert call(blank, TEXT, SCENE, "decoder", 1, 0) == [["x", "Two", "(4; 5; 6)"], ["x", "<bos>", "(1; 2; 3)"]]
    assert call(blank, TEXT, SCENE, "cross", 1, 1) == [["x", "Two", "(4; 5; 6)"], ["m", ".", "(13; 14; 15)"]]


def test_a_large_sum_of_powers_is_written_as_a_power(blank):
    def written(scores):
        return call(blank, TEXT, "m.powersOf(v[0], value => value.toFixed(2))", scores)

    assert written([0, 0, -1000]) == ["2.00"]
    assert written([20, 20]) == ["e", {"power": f"{20 + np.log(2):.2f}"}]
    assert written([800, 0]) == ["e", {"power": "800.00"}], "too large for a sum"
    assert call(blank, TEXT, "m.powersOf([v[0], -Infinity], String)", 0) == ["1"]
