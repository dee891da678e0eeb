"""What pages show first, without torch: the stored example as a person translates it, greedily, and sampled."""

from pathlib import Path

from core.checkpoints import EXAMPLE, GOLD, GREEDY, SAMPLES, draws_json, example, load
from core.decoding.draws import draws
from core.decoding.translate import decode
from core.files import write_json
from core.options import BeamOptions, ForcedOptions, Options, SamplingOptions
from core.records.trace_json import to_json

# What the stored traces show, written for this project: one word of it takes several pieces on both sides.
EXAMPLES = {
    "en": "Two children with yellow umbrellas are jumping over a puddle in the park.",
    "de": "Zwei Kinder mit gelben Regenschirmen springen im Park über eine Pfütze.",
    "fr": "Deux enfants avec des parapluies jaunes sautent par-dessus une flaque d'eau dans le parc.",
    "letters": "s e q s c o p e",
}
SAMPLED = SamplingOptions(16, seed=1)  # as the page on sampling begins
# What a person makes of it in each language: good, and other words than a model of ours would choose.
REFERENCES = {
    "en": "Two kids holding yellow umbrellas hop over a puddle in a park.",
    "de": "Zwei Kinder mit gelben Schirmen in der Hand hüpfen im Park über eine Pfütze.",
    "fr": "Dans le parc, deux enfants munis de parapluies jaunes bondissent par-dessus une flaque.",
}


def write_example(folder: Path) -> str:
    """Write example.json into a model's folder, as its card's length penalty ranks, and what belongs to it; its best
    translation.
    """
    loaded = load(folder.name, folder.parent)
    options = BeamOptions(length_penalty=loaded.card.length_penalty)
    trace = decode(loaded.model, loaded.subwords, EXAMPLES[loaded.card.source], options, name=folder.name)
    write_json(folder / EXAMPLE, to_json(trace), indent=None)
    write_lesson(folder)
    return trace.hypotheses[0].text


def write_lesson(folder: Path) -> None:
    """Complete a model folder that has its example: greedy.json, samples.json and, with a reference, gold.json."""
    loaded, text = load(folder.name, folder.parent), example(folder.name, folder.parent).text
    wanted: dict[str, Options] = {GREEDY: BeamOptions(1)}
    if loaded.card.target in REFERENCES and text == EXAMPLES[loaded.card.source]:
        wanted[GOLD] = ForcedOptions(REFERENCES[loaded.card.target])
    for file, options in wanted.items():
        trace = decode(loaded.model, loaded.subwords, text, options, name=folder.name)
        write_json(folder / file, to_json(trace), indent=None)
    write_samples(folder)


def write_samples(folder: Path) -> None:
    """Write samples.json: what is drawn from the model for its example."""
    loaded, text = load(folder.name, folder.parent), example(folder.name, folder.parent).text
    *_, last = draws(loaded.model, loaded.subwords, text, SAMPLED)
    write_json(folder / SAMPLES, draws_json(text, SAMPLED, last.hypotheses), indent=None)
