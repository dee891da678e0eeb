"""What one session trains: its training, its models, and what becomes of them."""

import shutil
import threading
from contextlib import suppress
from pathlib import Path

from core.checkpoints import Card, read_card
from core.quoting import brief
from dashboard.live.model_zip import pack, unpack
from dashboard.live.plan import Plan
from dashboard.live.refusal import Refusal
from dashboard.live.trainings import Training, Trainings

PATIENCE = 30.0  # seconds after which a browser that is gone is not expected back
MOST = 4  # models a session keeps; the oldest gives way


class OwnModels:
    """The models of a session by name, the newest last, and the training that makes them."""

    def __init__(self, trainings: Trainings):
        self.trainings = trainings
        self.begun: list[Training] = []
        self.cards: dict[str, Card] = {}
        self.folders: list[Path] = []
        self.taken: set[str] = set()
        self.leaving: threading.Timer | None = None

    @property
    def training(self) -> Training | None:
        """The newest."""
        return self.begun[-1] if self.begun else None

    def begin(self, plan: Plan) -> Training:
        """Start a training; the one before is stopped, and what it saved stays."""
        if self.training is not None and not self.training.over:
            self.trainings.stop(self.training)
        done = [training for training in self.begun if training.over]
        self.found()
        self.begun = [training for training in self.begun if training not in done]  # of those only models are left
        self.begun.append(self.trainings.start(plan))
        self.folders.append(self.training.folder)
        return self.training

    def found(self) -> dict[str, Card]:
        """The cards of all that was saved."""
        for training in self.begun:
            for name in [name for name in training.saved if name not in self.taken]:
                self.taken.add(name)
                with suppress(ValueError):  # another program cleared the folder for temporary files
                    self.keep(read_card(training.folder / name))
        return dict(self.cards)

    def keep(self, card: Card) -> None:
        """Take a model in; the oldest beyond `MOST` is removed."""
        self.cards[card.name] = card
        for name in list(self.cards)[:-MOST]:
            del self.cards[name]
            shutil.rmtree(self.trainings.folder_of(name) / name, ignore_errors=True)

    def upload(self, content: bytes) -> Card:
        """Take in a zip that was downloaded here; Refusal names the damage."""
        try:
            folder = self.trainings.new_folder()
        except OSError as error:
            raise Refusal("disk", why=error.strerror) from error
        self.folders.append(folder)
        try:
            return unpack(content, folder)
        except Exception as error:  # whatever a strange file made a library raise
            shutil.rmtree(folder, ignore_errors=True)
            if isinstance(error, Refusal):
                raise
            if isinstance(error, OSError):
                raise Refusal("disk", why=error.strerror or brief(error)) from error
            raise Refusal("zip") from error

    def forget(self, name: str) -> None:
        """Remove a model."""
        self.cards.pop(name, None)
        shutil.rmtree(self.trainings.folder_of(name) / name, ignore_errors=True)

    def zipped(self, name: str) -> bytes:
        """A model to take home."""
        return pack(self.trainings.folder_of(name) / name)

    def leave(self) -> None:
        """The browser is gone: wait a while, as a lost connection comes back, then close."""
        self.leaving = threading.Timer(PATIENCE, self.close)
        self.leaving.daemon = True
        self.leaving.start()

    def stay(self) -> None:
        """The browser is there, perhaps again."""
        if self.leaving is not None:
            self.leaving.cancel()

    def close(self) -> None:
        """End the training and remove everything."""
        for training in self.begun:
            self.trainings.remove(training)
        for folder in self.folders:
            shutil.rmtree(folder, ignore_errors=True)
