"""What the last output feels of each source position, against finite differences in double precision."""

import numpy as np
import pytest
import torch
from model_zoo import RNNS, TRANSFORMERS, vocabulary

from core.interpret.source_gradients import source_gradients, with_rows
from core.text.batches import source_batch
from core.text.subwords import BOS

SUBWORDS = vocabulary()
TEXT, IDS = "a b a", (6, 5, 2)  # a word that stands twice has a gradient of its own at each place
MODELS = {name: make for table in (RNNS, TRANSFORMERS) for name, make in list(table.items())[:4]}


@pytest.mark.parametrize("name", MODELS)
def test_gradients_are_what_small_changes_of_each_position_do(name):
    model = MODELS[name]().double()
    source, mask = (torch.from_numpy(part) for part in source_batch([SUBWORDS.encode_source(TEXT)]))
    target, count = torch.tensor([[BOS, *IDS[:-1]]]), source.shape[1]
    before = {name: weight.clone() for name, weight in model.state_dict().items()}
    reader, rows = with_rows(model, source)
    placed = torch.arange(len(rows) - count, len(rows))[None]
    expected, step = np.zeros((count, rows.shape[1])), 1e-6
    with torch.no_grad():
        for place, feature in np.ndindex(expected.shape):
            sides = []
            for sign in (1, -1):
                rows[len(rows) - count + place, feature] += sign * step
                sides.append(reader(placed, mask, target).logits[0, -1, IDS[-1]].item())
                rows[len(rows) - count + place, feature] -= sign * step
            expected[place, feature] = (sides[0] - sides[1]) / (2 * step)
    measured = source_gradients(model, SUBWORDS, TEXT, IDS)
    np.testing.assert_allclose(measured, np.linalg.norm(expected, axis=1), rtol=1e-4, atol=1e-8)
    assert all(torch.equal(weight, before[name]) for name, weight in model.state_dict().items())
