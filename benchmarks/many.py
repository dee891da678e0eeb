"""How long a class waits: many sessions change the beam size in the same moment, and each wants its own answer."""

import argparse
import asyncio
import contextlib
import json
import time
from urllib.parse import urlencode

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks.browser import dashboard
from benchmarks.report import machine, percentile, table
from benchmarks.sentences import SENTENCES

PAGE, SLIDER = "beam", "beam"  # the page, and the name of its slider in the address
COMPONENT = "search_tree"  # in which the slider is
BEGIN = 5  # the slider's default
SIZES = (6, 4, 7, 3, 8, 2, 9, 10, 11, 12)  # the stops of the slider that a round may choose
PATIENCE = 120  # seconds


class Session:
    """A reader without a browser: speaks Streamlit's protocol, and draws nothing."""

    def __init__(self, address: str, text: str):
        self.address, self.text = address.replace("http", "ws", 1) + "/_stcore/stream", text
        self.component = self.fragment = ""

    async def __aenter__(self) -> "Session":
        self.socket = await websockets.connect(self.address, subprotocols=["streamlit"], max_size=None)
        return self

    async def __aexit__(self, *_) -> None:
        await self.socket.close()

    async def choose(self, beam_size: int) -> float:
        """Move the slider, or open the page with it; seconds until the answer has come."""
        message = BackMsg()
        run = message.rerun_script
        run.page_name = PAGE
        run.query_string = urlencode({SLIDER: beam_size, "text": self.text})
        if self.component:
            run.fragment_id = self.fragment
            run.widget_states.widgets.add(id=self.component).json_value = json.dumps({"at": {SLIDER: str(beam_size)}})
        began = time.perf_counter()
        await self.socket.send(message.SerializeToString())
        await asyncio.wait_for(self.answered(), PATIENCE)
        return time.perf_counter() - began

    async def answered(self) -> None:
        """Read on until the run has finished, and learn by which names the server knows the component."""
        while True:
            answer = ForwardMsg.FromString(await self.socket.recv())
            kind = answer.WhichOneof("type")
            if kind == "delta" and answer.delta.new_element.WhichOneof("type") == "bidi_component":
                component = answer.delta.new_element.bidi_component
                if component.component_name.endswith(COMPONENT):
                    self.component, self.fragment = component.id, answer.delta.fragment_id
            if kind == "delta" and answer.delta.new_element.WhichOneof("type") == "exception":
                raise SystemExit(f"The page failed: {answer.delta.new_element.exception.message}")
            if kind == "script_finished":
                if answer.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
                    raise SystemExit("The page does not compile.")
                if answer.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    return


async def at_once(sessions: list[Session], beam_size: int) -> list[float]:
    """Every session's wait, all sent in the same moment."""
    return list(await asyncio.gather(*(session.choose(beam_size) for session in sessions)))


async def measure(address: str, texts: list[str], rounds: int) -> tuple[list[list[float]], list[list[float]]]:
    """Every session's wait in each round: at beam sizes that are new to the server, and back at the one it knows."""
    async with contextlib.AsyncExitStack() as stack:
        sessions = [await stack.enter_async_context(Session(address, text)) for text in texts]
        for session in sessions:  # one after the other: the first also wakes the model
            await session.choose(1)
            await session.choose(BEGIN)
        if not all(session.component for session in sessions):
            raise SystemExit(f"There is no slider {SLIDER!r} on the page {PAGE!r}.")
        new, known = [], []
        for size in SIZES[:rounds]:
            new.append(await at_once(sessions, size))
            known.append(await at_once(sessions, BEGIN))
        return new, known


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=20, help="how many readers (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=8, choices=range(1, len(SIZES) + 1), metavar=f"1–{len(SIZES)}")
    parser.add_argument("--address", help="a running dashboard, instead of a fresh one")
    return parser.parse_args()


def different_texts(count: int) -> list[str]:
    """As many sentences, so that no reader finds another one's search in the cache."""
    return [f"{SENTENCES[i % len(SENTENCES)]}{' Yes.' * (i // len(SENTENCES))}" for i in range(count)]


def row(name: str, waits: list[list[float]]) -> tuple:
    """What was asked, then in ms: one reader's wait (p50, p95), and until the last has its answer (p50, worst)."""
    each = [wait * 1000 for one_round in waits for wait in one_round]
    last = [max(one_round) * 1000 for one_round in waits]
    return name, len(waits), percentile(each, 50), percentile(each, 95), percentile(last, 50), max(last)


def main() -> None:
    asked = parse()
    print(machine())
    rows = []
    with contextlib.ExitStack() as stack:
        address = asked.address or stack.enter_context(dashboard())[0]
        first, second, *own = different_texts(asked.sessions + 2)
        alone = asyncio.run(measure(address, [first], asked.rounds))
        same = asyncio.run(measure(address, [second] * asked.sessions, asked.rounds))
        own = asyncio.run(measure(address, own, asked.rounds))
    for name, (new, known) in {
        "one reader": alone,
        f"{asked.sessions} readers, one sentence": same,
        f"{asked.sessions} readers, each with a sentence of their own": own,
    }.items():
        rows += [row(f"{name}; a new beam size", new), row(f"{name}; one seen before", known)]
    print(table(("sessions", "rounds", "p50 ms", "p95 ms", "until all: p50 ms", "worst ms"), rows))


if __name__ == "__main__":
    main()
