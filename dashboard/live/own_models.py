"""What one reader trains: their training, their models, and what becomes of them when the browser is gone."""

import re
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

RELOAD = 30.0  # seconds in which a page that is loaded again is back; then its training gives way to who waits
PATIENCE = 180.0  # seconds after which a browser that is gone is not expected back
MOST = 4  # models a session keeps; the oldest gives way
TABS = 64  # of which what was trained is kept by their id
ID = re.compile(r"[0-9a-f]{32}")  # of a tab: 128 random bits, which the browser draws


class OwnModels:
    """The models of a session by name, the newest last, and the training that makes them."""

    def __init__(self, trainings: Trainings):
        self.trainings = trainings
        self.begun: list[Training] = []
        self.cards: dict[str, Card] = {}
        self.folders: list[Path] = []
        self.taken: set[str] = set()
        self.readers = 0  # sessions that show it: the one that is left and the one that comes overlap
        self.closed = False
        self.leaving: list[threading.Timer] = []

    @property
    def training(self) -> Training | None:
        """The newest."""
        return self.begun[-1] if self.begun else None

    @property
    def before(self) -> Training | None:
        """The one before it."""
        return self.begun[-2] if len(self.begun) > 1 else None

    @property
    def empty(self) -> bool:
        """Whether there is nothing to find again."""
        return not (self.begun or self.cards)

    def begin(self, plan: Plan) -> Training:
        """Start a training; the one before is stopped, and what it saved stays."""
        if self.training is not None and not self.training.over:
            self.trainings.stop(self.training)
        done = [training for training in self.begun[:-1] if training.over]
        self.saved()
        self.begun = [training for training in self.begun if training not in done]  # of those only models are left
        self.begun.append(self.trainings.start(plan))
        self.folders.append(self.training.folder)
        return self.training

    def saved(self) -> dict[str, Card]:
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
        """A session is gone: wait, as a lost connection or a page that is loaded again comes back, then close."""
        self.readers -= 1
        if self.readers == 0:
            self.leaving = [threading.Timer(RELOAD, self.give_way), threading.Timer(PATIENCE, self.close)]
            for timer in self.leaving:
                timer.daemon = True
                timer.start()

    def stay(self) -> None:
        """A session is there, perhaps again."""
        self.readers += 1
        for timer in self.leaving:
            timer.cancel()
        if self.training is not None:
            self.training.watched = True

    def give_way(self) -> None:
        """Nobody looks on: who waits for a place may have this one."""
        if self.training is not None:
            self.training.watched = False
            self.trainings.fill()

    def close(self) -> None:
        """End the training and remove everything."""
        self.closed = True
        for training in self.begun:
            self.trainings.remove(training)
        for folder in self.folders:
            shutil.rmtree(folder, ignore_errors=True)


class Tabs:
    """What was trained in which tab of a browser, by an id that its browser alone knows."""

    def __init__(self, most: int = TABS):
        self.most = most
        self.kept: dict[str, OwnModels] = {}
        self.lock = threading.Lock()

    def claim(self, tab: str, own: OwnModels) -> OwnModels:
        """What a tab trained before it was loaded again; else `own`, which from now on is the tab's."""
        with self.lock:
            self.kept = {tab: models for tab, models in self.kept.items() if not models.closed}
            if own.empty and tab in self.kept:
                return self.kept[tab]
            self.kept[tab] = own
            left = [models for models in self.kept.values() if models.readers == 0]
            for models in left[: max(0, len(self.kept) - self.most)]:
                models.close()
            return own
