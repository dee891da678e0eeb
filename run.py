#!/usr/bin/env python3
"""Set up what Seqscope needs in .venv, then start the dashboard or run the tests."""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import webbrowser
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
UNFINISHED = VENV / "unfinished"  # lies there while .venv is being changed; a kill leaves it behind
REQUIREMENTS = HERE / "requirements.txt"
TEST_REQUIREMENTS = HERE / "tests" / "requirements.txt"
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
PORT = 8501
CHROMIUMS = (
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"),
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    *(
        os.path.join(os.environ.get(root, ""), *place.split("/"))
        for place in ("Google/Chrome/Application/chrome.exe", "Microsoft/Edge/Application/msedge.exe")
        for root in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")
    ),
)


def say(sentence: str) -> None:
    print(sentence, flush=True)  # flushed, so that it stands before what a child process prints next


def in_ci() -> bool:
    return os.environ.get("CI", "").lower() in ("1", "true")


def quiet(*command: str | Path, timeout: float = 600) -> bool:
    """Whether a command exists and succeeds; what it prints is dropped."""
    silent = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    try:
        return subprocess.run(command, **silent, timeout=timeout).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


# --- the environment -------------------------------------------------------------------------------------


def usable() -> bool:
    """Whether .venv has a Python that runs, with pip, and no set-up was killed half-way."""
    if UNFINISHED.exists():
        return False
    return quiet(PYTHON, "-c", "import pip, sys; sys.exit(sys.version_info < (3, 11))")


def fingerprint(requirements: Path) -> str:
    return hashlib.sha256(requirements.read_bytes()).hexdigest()


def stamp(requirements: Path) -> Path:
    return VENV / ("-".join(requirements.relative_to(HERE).parts) + ".sha256")


def installed(requirements: Path) -> bool:
    return stamp(requirements).is_file() and stamp(requirements).read_text() == fingerprint(requirements)


@contextlib.contextmanager
def alone():
    """Hold a lock which the system frees even on a kill: two first starts at once would wreck each other."""
    with open(HERE / ".venv.lock", "w") as file:
        if os.name == "nt":
            import msvcrt

            taken, lock = OSError, lambda: msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            taken, lock = BlockingIOError, lambda: fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        waiting = False
        while True:
            try:
                lock()
                break
            except taken:
                if not waiting:
                    say("Another start is setting up .venv: waiting for it.")
                waiting = True
                time.sleep(0.5)
        yield


def make_venv() -> None:
    say("Making .venv with a Python of its own.")
    try:
        import venv  # some Linux distributions ship it apart

        if VENV.exists():
            shutil.rmtree(VENV)
        VENV.mkdir()
        UNFINISHED.touch()
        venv.create(VENV, with_pip=True, symlinks=os.name != "nt")
    except (ImportError, subprocess.CalledProcessError):
        sys.exit("This Python cannot make .venv; on Debian and Ubuntu `apt install python3-venv` mends it.")
    except OSError as error:
        sys.exit(f"{VENV} could not be made: {error}")


def pip_install(*arguments: str | Path, **options) -> bool:
    # Compiling every module of torch is half of the set-up; Python compiles the few in use by itself.
    always = ("--disable-pip-version-check", "--no-input", "--no-compile")
    command = [PYTHON, "-m", "pip", "install", *always, *arguments]
    return subprocess.run(command, cwd=HERE, **options).returncode == 0


def install(requirements: Path) -> bool:
    """Install one requirements file and stamp it; False when pip fails."""
    say(f"Installing {requirements.relative_to(HERE)} into .venv: minutes the first time, never again.")
    torch = re.search(r"^torch==[^\s#;]+", requirements.read_text(encoding="utf-8"), re.MULTILINE)
    if torch and sys.platform == "linux" and not shutil.which("nvidia-smi"):
        # From the ordinary index torch for Linux brings gigabytes of CUDA: only where this one is blocked.
        once = ("--retries", "0", "--timeout", "10", "--no-deps", "--index-url", CPU_INDEX, torch[0])
        if not pip_install(*once, stderr=subprocess.DEVNULL):
            say("PyTorch's CPU index could not be used: torch comes from pip's usual place, maybe with CUDA.")
    done = pip_install("--retries", "2", "-r", requirements)
    if done:
        stamp(requirements).write_text(fingerprint(requirements))
    return done


def set_up(*files: Path) -> None:
    """Bring .venv up to date with the requirements files, from nothing when it is missing or broken."""
    if usable() and all(map(installed, files)):
        return
    with alone():
        if not usable():
            make_venv()
        UNFINISHED.touch()
        done = all(installed(file) or install(file) for file in files)
        UNFINISHED.unlink()  # pip ended by itself and left things whole, so the next start goes on from here
        if not done:
            sys.exit("The installation failed (pip says why above). Is this machine online? Then start again.")


# --- the dashboard ---------------------------------------------------------------------------------------


def busy(port: int, host: str) -> bool:
    """Whether someone listens on the port, or the system would not let us."""
    with contextlib.suppress(OSError), socket.create_connection(("localhost", port), timeout=0.3):
        return True  # asked first, because a bind may succeed beside a listener on other addresses
    with socket.socket() as probe:
        if os.name != "nt":  # on Windows this option would share the port with its owner
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError):
            return True
    return False


def free_port(host: str = "127.0.0.1") -> int:
    with socket.socket() as probe:
        probe.bind((host, 0))
        return probe.getsockname()[1]


def choose_port(wanted: int, host: str = "127.0.0.1") -> int:
    """The wanted port, or a free one when it is busy."""
    return free_port(host) if busy(wanted, host) else wanted


def lan_address() -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing: only asks which of our addresses faces outwards
            return probe.getsockname()[0]
        except OSError:
            return socket.gethostname()


def healthy(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)  # past any proxy
    try:
        connection.request("GET", "/_stcore/health")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def has_display() -> bool:
    return sys.platform in ("win32", "darwin") or any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY")))


def start_server(port: int, bind: str, host: str) -> subprocess.Popen:
    options = {
        "server.headless": "true",
        "server.port": port,
        "server.address": bind,
        "browser.serverAddress": host,
        "logger.hideWelcomeMessage": "true",
        "logger.level": "warning",
    }
    command = [PYTHON, HERE / "dashboard" / "serve.py", "run", HERE / "dashboard" / "app.py"]
    command += [f"--{name}={value}" for name, value in options.items()]
    # In a group of its own Ctrl+C reaches only us: a Streamlit still importing answers with a traceback.
    if os.name == "nt":
        apart = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    else:
        apart = {"process_group": 0}
    return subprocess.Popen(command, cwd=HERE, stdin=subprocess.DEVNULL, **apart)


def stop(server: subprocess.Popen) -> None:
    server.terminate()
    try:
        server.wait(timeout=5)
    except subprocess.TimeoutExpired:
        server.kill()


def end_like_ctrl_c() -> None:
    """Let a kill or a closed terminal end us as Ctrl+C does, so that the server never outlives us."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number and signal.getsignal(number) == signal.SIG_DFL:  # `nohup` has set SIGHUP to be ignored
            signal.signal(number, signal.default_int_handler)


def serve(port: int, lan: bool, browser: bool) -> int:
    """Run the dashboard until it ends or Ctrl+C comes."""
    bind, host = ("0.0.0.0", lan_address()) if lan else ("127.0.0.1", "localhost")
    free = choose_port(port, bind)
    if free != port:
        say(f"Port {port} is busy, so the dashboard takes port {free}.")
    end_like_ctrl_c()
    server = start_server(free, bind, host)
    try:
        while not healthy(free):
            if server.poll() is not None:
                return server.returncode
            time.sleep(0.1)
        everyone = f", and for others in this network at http://{host}:{free}" if lan else ""
        say(f"Seqscope runs at http://localhost:{free}{everyone}. Ctrl+C ends it.")
        if browser and has_display() and not in_ci():
            webbrowser.open(f"http://localhost:{free}")
        return server.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        stop(server)


def app(arguments: list[str]) -> int:
    commands = "\n".join(f"  {name:<8} {purpose}" for name, (purpose, _) in COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog="run.py",
        usage="python run.py [command] [options]",
        description=__doc__,
        epilog=f"commands:\n{commands}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=int, default=PORT, help=f"the port to use (default: {PORT})")
    parser.add_argument("--lan", action="store_true", help="let other machines in this network in (a classroom)")
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser")
    options = parser.parse_args(arguments)
    set_up(REQUIREMENTS)
    return serve(options.port, options.lan, not options.no_browser)


# --- the tests -------------------------------------------------------------------------------------------


def runs(chromium: str) -> bool:
    """Whether a Chromium starts: Ubuntu's chromium-browser may be a stub, a download may lack libraries."""
    return os.name == "nt" or quiet(chromium, "--version", timeout=30)  # on Windows it would open a window


def find_chromium() -> str | None:
    """The Chromium that CHROME_BIN names, else one that this machine has."""
    paths = (shutil.which(name) for name in (os.environ.get("CHROME_BIN"), *CHROMIUMS) if name)
    return next((path for path in paths if path and runs(path)), None)


def playwright_chromium() -> str | None:
    """The Chromium that playwright once downloaded for itself."""
    script = (
        "from playwright.sync_api import sync_playwright\n"
        "with sync_playwright() as playwright: print(playwright.chromium.executable_path)"
    )
    answer = subprocess.run([PYTHON, "-c", script], capture_output=True, text=True).stdout.strip()
    return answer if answer and shutil.which(answer) and runs(answer) else None


def fetch_chromium() -> str | None:
    """Get a Chromium from playwright, else from apt-get where that needs no password."""
    say("No Chromium found: fetching one for the tests in a real browser.")
    root = ["env", "DEBIAN_FRONTEND=noninteractive"]
    if hasattr(os, "geteuid") and os.geteuid() != 0:
        root = ["sudo", "-n", *root]
    attempts = (
        [PYTHON, "-m", "playwright", "install", "chromium"],
        [*root, "apt-get", "update"],
        [*root, "apt-get", "install", "-y", "--no-install-recommends", "chromium"],
        [*root, PYTHON, "-m", "playwright", "install-deps", "chromium"],
    )
    for attempt in attempts:
        if quiet(*attempt) and (found := find_chromium() or playwright_chromium()):
            return found
    return None


def run_module(*arguments: str) -> int:
    with subprocess.Popen([PYTHON, "-m", *arguments], cwd=HERE) as child:
        while True:
            with contextlib.suppress(KeyboardInterrupt):  # the child has got it too: let it clean up
                return child.wait()


def check(*modules: list[str]) -> int:
    """Run modules with the test tools and a Chromium (in CHROME_BIN) at hand, up to the first that fails."""
    set_up(REQUIREMENTS, TEST_REQUIREMENTS)
    chromium = find_chromium() or playwright_chromium() or fetch_chromium()
    if chromium:
        os.environ["CHROME_BIN"] = chromium
    else:
        say(
            "What needs a real browser is left out: there is no Chromium here, and neither playwright nor "
            "apt-get could install one. Set CHROME_BIN to the path of a Chromium or Chrome to run them."
        )
        if in_ci():
            return 1
    return next((code for module in modules if (code := run_module(*module))), 0)


# Who is done takes over of what another has left; more browsers than this at once wait for each other beyond patience.
PROCESSES = 3 if (os.cpu_count() or 1) > 2 else 2
PARALLEL = ("-n", str(PROCESSES), "--dist", "worksteal")
COMMANDS = {
    "app": ("start the dashboard (the default)", app),
    "test": (
        "ruff, then pytest, which gets all further arguments",
        lambda rest: check(["ruff", "check"], ["ruff", "format", "--check"], ["pytest", *PARALLEL, *rest]),
    ),
    "soak": (
        "what is too long for every change: a table, a row a check (soak --help)",
        lambda rest: check(*([] if rest else [["pytest", "-m", "soak", *PARALLEL]]), ["tests.soak", *rest]),
    ),
    "pictures": (
        "photograph every page into pictures/ (--readme: the README's, --thumbnails: those of Home's cards)",
        lambda rest: check(["tests.pictures", *rest]),
    ),
}


def main(arguments: list[str]) -> int:
    if sys.version_info < (3, 11):  # noqa: UP036 (here is where an older Python is told)
        sys.exit("Seqscope needs Python 3.11 or newer; this is {}.{}.".format(*sys.version_info[:2]))
    named = bool(arguments) and not arguments[0].startswith("-")
    command, rest = (arguments[0], arguments[1:]) if named else ("app", arguments)
    if command not in COMMANDS:
        print(f"Unknown command {command!r}; the commands are: {', '.join(COMMANDS)}.", file=sys.stderr)
        return 2
    return COMMANDS[command][1](rest)


if __name__ == "__main__":
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # container images set it: each start would compile anew
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
