"""The process in which one training runs: `python -m dashboard.live.worker`.

It makes all ready, waits for its first line, the folder of a plan.json, and trains. It prints one JSON object a line
and reads one command a line: pause, go, stop. When its input ends, the server is gone or wants it gone: it removes its
folder and ends.
"""

import base64
import json
import os
import shutil
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from dashboard.live.material import Material, material
from dashboard.live.plan import DEFAULTS, Plan

DENSE = ((20, 1), (400, 4), (10**9, 20))  # up to so many steps, a frame each so many
MOST_FRAMES = 600


class Camera:
    """Films one pair: where the model looks and how likely it finds each right token, and what it would write."""

    def __init__(self, material: Material):
        import torch

        from core.recipes.training_text import Text, encoded
        from core.text.batches import batch

        self.material, (self.text, self.right) = material, material.plan.filmed()
        filmed = encoded(Text([(self.text, self.right)]), material.subwords)
        self.batch = [torch.from_numpy(part) for part in batch(filmed)]
        self.losses: list[float] = []  # of the steps since the last frame
        self.frames = 0

    def about(self) -> dict[str, Any]:
        """What stays the same in every frame."""
        model, subwords = self.material.model, self.material.subwords
        ends = [subwords.tokens[index].removeprefix("▁") or "␣" for index in self.batch[3][0].tolist()]
        columns = [piece.text for piece in subwords.pieces(self.text)]
        sizes = {"parameters": sum(weight.numel() for weight in model.parameters()), "vocabulary": len(subwords)}
        pair = {"source": self.text, "right": self.right, "rows": ends, "columns": [*columns, "<eos>"]}
        return {
            "kind": "begun",
            "pairs": len(self.material.pairs),
            "held": len(self.material.held),
            "steps": self.material.steps,
            **sizes,
            **pair,
        }

    def due(self, step: int) -> bool:
        """Whether to film after this step: often at first, as there most happens."""
        every = next(every for last, every in DENSE if step <= last)
        return step % every == 0 and self.frames < MOST_FRAMES

    def frame(self, step: int, epoch: int, tokens: int, seconds: float) -> dict[str, Any]:
        """One frame; it draws no random number, so that filming changes nothing."""
        import torch

        model = self.material.model.eval()
        with torch.no_grad():
            output = model(*self.batch[:3])
        logprobs = output.logits[0].log_softmax(-1)
        costs = -logprobs.gather(1, self.batch[3][0][:, None])[:, 0]
        facts = {"costs": [round(cost, 3) for cost in costs.tolist()], "output": self.written()}
        if "cross" in output.attention:
            weights = output.attention["cross"][0]  # (L, H, T, S)
            facts["layers"], facts["heads"] = weights.shape[:2]
            facts["weights"] = base64.b64encode((weights * 255).round().byte().numpy().tobytes()).decode()
        losses, self.losses, self.frames = self.losses, [], self.frames + 1
        facts["loss"] = round(sum(losses) / len(losses), 4) if losses else None
        return {"kind": "frame", "step": step, "epoch": epoch, "tokens": tokens, "seconds": round(seconds, 2), **facts}

    def written(self) -> str:
        """What the model writes by itself, greedily."""
        from core.decoding.translate import translate_batches
        from core.options import BeamOptions

        options = BeamOptions(beam_size=1, max_length=len(self.batch[3][0]) + 3)
        translated = dict(translate_batches(self.material.model, self.material.subwords, [self.text], options))
        return translated[0][0].text if translated[0] else ""


class Commands:
    """What the server asks for; a thread waits for it from the start, and ends the process with its input."""

    def __init__(self):
        self.folder: Path | None = None
        self.wanted, self.changed = "go", threading.Condition()
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self) -> None:
        for line in sys.stdin:
            with self.changed:
                if self.folder is None:
                    self.folder = Path(json.loads(line))
                else:
                    self.wanted = line.strip()
                self.changed.notify()
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)
        os._exit(0)

    def begun(self) -> Path:
        """Wait for the folder of a plan."""
        with self.changed:
            self.changed.wait_for(lambda: self.folder is not None)
        return self.folder

    def resting(self) -> None:
        """Wait as long as the training is paused."""
        with self.changed:
            self.changed.wait_for(lambda: self.wanted != "pause")


def trained(commands: Commands, tell) -> Iterator[None]:
    """Train, film and save, a step at a time."""
    from core.training.loop import train

    folder = commands.begun()
    current = material(read_plan(folder))
    camera = Camera(current)
    tell(camera.about())
    tell(camera.frame(0, 1, 0, 0.0))
    step, seconds, rested, curve = 0, 0.0, 0.0, []
    for event in train(current.model, current.pairs, current.held or current.pairs, current.options):
        step, seconds = event.step, event.seconds - rested
        if "validation" not in event.losses or step == event.epoch:  # else the epoch's mean stands for the step's loss
            camera.losses.append(event.losses["train"])
        if "validation" in event.losses:
            curve.append({"epoch": event.epoch, "step": step, **{k: round(v, 4) for k, v in event.losses.items()}})
        if "validation" in event.losses and current.held:
            tell({"kind": "validation", **curve[-1]})
        stop = commands.wanted == "stop"
        if camera.due(step) or commands.wanted != "go":
            tell(camera.frame(step, event.epoch, event.tokens, seconds))
        if commands.wanted == "pause":
            save(folder, current, curve, step, seconds, tell)
            tell({"kind": "paused"})
            began = time.monotonic()
            commands.resting()
            rested += time.monotonic() - began
            stop = commands.wanted == "stop"
            if not stop:
                tell({"kind": "running"})
        elif stop:
            save(folder, current, curve, step, seconds, tell)
        if stop:
            break
        yield
    else:
        tell(camera.frame(step, current.options.epochs, event.tokens, seconds))
        save(folder, current, curve, step, seconds, tell)
    tell({"kind": "ended"})


def save(folder: Path, material: Material, curve: list[dict], step: int, seconds: float, tell) -> None:
    """Write the model as it is now into a folder of its own below `folder`."""
    import torch

    from core.checkpoints import Card, save

    plan = material.plan
    name = f"{folder.name}-{step}"
    card = Card(
        name=name,
        family=plan.family,
        config=asdict(material.model.config),
        source="letters" if plan.task != "own" else "own",
        target="letters" if plan.task != "own" else "own",
        corpus=plan.task,
        licence="generated" if plan.task != "own" else "the pairs' owner's",
        recipe=asdict(material.options),
        parameters=sum(weight.numel() for weight in material.model.parameters()),
        training={
            "steps": step,
            "filmed": plan.filmed()[0],
            "minutes": round(seconds / 60, 2),
            "threads": 1,
            "torch": torch.__version__,
        },
        sha256={},
    )
    save(folder / name, card, material.model, material.subwords, curve)
    tell({"kind": "saved", "name": name})


def read_plan(folder: Path) -> Plan:
    """The plan that the server wrote."""
    content = json.loads((folder / "plan.json").read_text("utf-8"))
    return Plan(**content | {"pairs": tuple(tuple(pair) for pair in content["pairs"])})


def ready() -> None:
    """Import and use once what takes longest before a first step."""
    from core.training.loop import train

    made = material(Plan("copy", DEFAULTS["kind"], numbers={"data": "30"}))
    Camera(made).frame(0, 1, 0, 0.0)
    next(train(made.model, made.pairs, made.held, made.options))


def main() -> None:
    """Train one plan; every problem is one line on standard output."""
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8")  # what a library prints must not come between
    os.dup2(2, 1)

    def tell(content: dict[str, Any]) -> None:
        channel.write(json.dumps(content) + "\n")
        channel.flush()

    try:
        commands = Commands()
        ready()
        for _ in trained(commands, tell):
            pass
    except Exception as error:  # whatever it is, the page says it in one sentence
        tell({"kind": "failed", "reason": " ".join(str(error).split())[:300] or type(error).__name__})
    os._exit(0)  # at once: the thread that listens must not take the end of its input for the server's


if __name__ == "__main__":
    main()
