"""What a plan is made of: the model, its vocabulary, its lessons."""

from typing import Any, NamedTuple

from dashboard.live.plan import STEPS, VOCABULARY, Plan


class Material(NamedTuple):
    """All that a training needs: the model, its vocabulary, ids to learn and to check, the filmed pair, options."""

    plan: Plan
    model: Any
    subwords: Any
    pairs: list
    held: list
    options: Any
    steps: int  # of the whole training


def planned(pairs: list, max_tokens: int) -> tuple[int, int]:
    """Whole epochs of these pairs, at least `STEPS` steps long, and their steps: every epoch has as many batches."""
    from core.text.batches import plan

    batches = len(plan(pairs, max_tokens))
    epochs = -(-STEPS // batches)
    return epochs, epochs * batches


def material(plan: Plan) -> Material:
    """Draw a model and encode its pairs."""
    import torch

    from core.checkpoints import build
    from core.recipes.training_text import Text, encoded
    from core.text.subwords import Subwords
    from core.training.loop import TrainOptions

    torch.set_num_threads(1)
    train, held = plan.train_and_held()
    subwords = Subwords.train(Text(train).lines, VOCABULARY[plan.task])
    torch.manual_seed(1)
    model = build(plan.family, {**plan.config, "vocabulary_size": len(subwords)})
    pairs = encoded(Text(train), subwords)
    epochs, steps = planned(pairs, plan.options["max_tokens"])
    options = TrainOptions(epochs=epochs, **plan.options)
    return Material(plan, model, subwords, pairs, encoded(Text(held), subwords), options, steps)
