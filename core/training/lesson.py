"""What the page on training shows first, without torch: the stored example as a person translates it, and greedily."""

from pathlib import Path

from core.checkpoints import GOLD, GREEDY, example, load, write_json
from core.decoding.translate import decode
from core.options import BeamOptions, ForcedOptions, Options
from core.trace_json import to_json

# Of the recipes' example, written for this project: good German that no model of ours would choose.
REFERENCES = {
    "Two children in yellow raincoats are jumping over a puddle in the park.": (
        "Zwei Kinder in gelben Regenmänteln hüpfen im Park über eine Pfütze."
    ),
}


def write_lesson(folder: Path) -> None:
    """Complete a model folder that has its example: greedy.json and, where there is a reference, gold.json."""
    loaded, text = load(folder.name, folder.parent), example(folder.name, folder.parent).text
    wanted: dict[str, Options] = {GREEDY: BeamOptions(1)}
    if text in REFERENCES:
        wanted[GOLD] = ForcedOptions(REFERENCES[text])
    for file, options in wanted.items():
        trace = decode(loaded.model, loaded.subwords, text, options, name=folder.name)
        write_json(folder / file, to_json(trace), indent=None)
