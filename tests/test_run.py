import contextlib
import importlib.util
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

import run
from dashboard import serve

POSIX = pytest.mark.skipif(os.name == "nt", reason="needs POSIX scripts and signals")


def copy_to(folder):
    """run.py as a module of its own, in a folder with a dashboard and requirements of its own."""
    shutil.copy(run.__file__, folder)
    shutil.copytree(run.HERE / ".streamlit", folder / ".streamlit")
    for name, text in {
        "dashboard/app.py": "import streamlit as st\n\nst.write('hi')\n",
        "dashboard/serve.py": (run.HERE / "dashboard" / "serve.py").read_text("utf-8"),
        "requirements.txt": "tiny==1.0\n",
        "tests/requirements.txt": "no-such-package==1.0\n",
    }.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    spec = importlib.util.spec_from_file_location("copy_of_run", folder / "run.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def copy(tmp_path):
    return copy_to(tmp_path)


@pytest.fixture(scope="module")
def healed(tmp_path_factory):
    """A copy whose set-up was killed half-way and done again, where pip sees one package only: tiny 1.0."""
    wheels = tmp_path_factory.mktemp("wheels")
    with zipfile.ZipFile(wheels / "tiny-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("tiny.py", "")
        wheel.writestr("tiny-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n")
        wheel.writestr("tiny-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr("tiny-1.0.dist-info/RECORD", "")
    copy = copy_to(tmp_path_factory.mktemp("healed"))
    copy.PYTHON.parent.mkdir(parents=True)
    if os.name != "nt":
        copy.PYTHON.symlink_to(sys.executable)  # it runs, and the stamp is right: only the mark tells
    copy.stamp(copy.REQUIREMENTS).write_text(copy.fingerprint(copy.REQUIREMENTS))
    copy.UNFINISHED.touch()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PIP_NO_INDEX", "1")
        patch.setenv("PIP_FIND_LINKS", str(wheels))
        copy.set_up(copy.REQUIREMENTS)
        yield copy


def call(*arguments, folder=run.HERE, timeout=60):
    command = [sys.executable, str(folder / "run.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout)


# --- the command line


def test_an_unknown_command_is_told_the_known_ones():
    result = call("tset")
    assert result.returncode == 2
    assert result.stderr == "Unknown command 'tset'; the commands are: app, test, soak, pictures.\n"


@pytest.mark.parametrize("arguments", [["--help"], ["app", "--help"]])
def test_help_names_every_command_and_option(arguments):
    result = call(*arguments)
    assert result.returncode == 0
    for word in [*run.COMMANDS, "--lan", "--port", "--no-browser"]:
        assert word in result.stdout


def test_a_wrong_option_is_refused_before_anything_is_installed(copy):
    assert call("--no-browsers", folder=copy.HERE).returncode == 2
    assert not copy.VENV.exists()


# --- the port


def test_a_free_port_is_taken_as_it_is():
    port = run.free_port()
    assert run.choose_port(port) == port


def listener(address, port=0):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    if address == "::1" and "::1" not in {entry[4][0] for entry in socket.getaddrinfo("localhost", None)}:
        pytest.skip("localhost has no IPv6 address here")
    busy = socket.socket(family)
    busy.bind((address, port))
    busy.listen()
    return busy


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0", "::1"])
@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_beside_a_busy_port_another_one_is_taken(address, host):
    with closing(listener(address)) as busy:
        wanted = busy.getsockname()[1]
        chosen = run.choose_port(wanted, host)
        assert chosen != wanted
        listener(host, chosen).close()


def test_beside_a_busy_8501_another_port_is_taken():
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):  # taken by someone else already: just as good
            stack.enter_context(closing(listener("127.0.0.1", run.PORT)))
        assert run.choose_port(run.PORT) != run.PORT


# --- the environment


def test_a_stamp_holds_until_the_requirements_change(copy):
    copy.VENV.mkdir()
    assert not copy.installed(copy.REQUIREMENTS)
    copy.stamp(copy.REQUIREMENTS).write_text(copy.fingerprint(copy.REQUIREMENTS))
    assert copy.installed(copy.REQUIREMENTS)
    assert not copy.installed(copy.TEST_REQUIREMENTS), "the two files share a stamp"
    copy.REQUIREMENTS.write_text("tiny==2.0\n")
    assert not copy.installed(copy.REQUIREMENTS)


def test_a_set_up_killed_half_way_is_healed(healed):
    assert healed.usable()
    assert healed.installed(healed.REQUIREMENTS)
    assert healed.quiet(healed.PYTHON, "-c", "import tiny")


def test_a_whole_environment_is_left_alone(healed):
    made = healed.VENV.stat()
    healed.set_up(healed.REQUIREMENTS)
    assert healed.VENV.stat() == made


def test_a_failed_installation_ends_in_a_sentence_and_spares_what_stands(healed):
    result = call("test", folder=healed.HERE)
    assert result.returncode == 1
    assert result.stderr.endswith("Is this machine online? Then start again.\n")
    assert "Traceback" not in result.stderr
    assert healed.usable()
    assert healed.installed(healed.REQUIREMENTS)
    assert not healed.installed(healed.TEST_REQUIREMENTS)


@POSIX
def test_an_environment_whose_python_is_gone_is_not_usable(copy):
    copy.PYTHON.parent.mkdir(parents=True)
    copy.PYTHON.symlink_to("/nowhere/python3")  # what is left of .venv once its Python is upgraded away
    assert not copy.usable()


def test_a_second_set_up_waits_for_the_first(copy):
    waiting = [sys.executable, "-c", "import run\nwith run.alone(): print('in')"]
    with copy.alone():
        second = subprocess.Popen(waiting, cwd=copy.HERE, stdout=subprocess.PIPE, text=True)
        assert second.stdout.readline().startswith("Another start")
        assert second.poll() is None
    assert second.communicate(timeout=30)[0] == "in\n"


# --- the dashboard


@contextlib.contextmanager
def serving(copy, port):
    """run.py serving the copy's dashboard, with the Python of these tests instead of a .venv of its own."""
    script = f"""
import run, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs have it ignored
run.PYTHON = sys.executable
sys.exit(run.serve({port}, lan=False, browser=False))
"""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    server = subprocess.Popen([sys.executable, "-c", script], cwd=copy.HERE, process_group=0, **pipes)
    try:
        yield server
    finally:
        server.terminate()
        server.communicate(timeout=20)


@POSIX
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_dashboard_answers_and_ends_without_a_trace(copy, number):
    with closing(listener("127.0.0.1")) as busy:
        taken = busy.getsockname()[1]
        with serving(copy, taken) as server:
            assert server.stdout.readline().startswith(f"Port {taken} is busy, so the dashboard takes port ")
            port = int(re.search(r"http://localhost:(\d+)", server.stdout.readline())[1])
            with urllib.request.urlopen(f"http://localhost:{port}", timeout=10) as page:
                assert b"<title>Streamlit</title>" in page.read()
            os.killpg(server.pid, number)
            rest = server.communicate(timeout=20)[0]
    assert server.returncode == 0
    assert "Traceback" not in rest
    assert not run.healthy(port), "Streamlit outlived run.py"


@POSIX
@pytest.mark.parametrize("delay", [0.2, 0.4, 0.6])
def test_ctrl_c_is_quiet_while_the_dashboard_is_still_starting(copy, delay):
    with closing(listener("127.0.0.1")) as busy, serving(copy, busy.getsockname()[1]) as server:
        server.stdout.readline()  # the port is chosen: next Streamlit is imported
        time.sleep(delay)
        os.killpg(server.pid, signal.SIGINT)  # a terminal sends it to the whole group
        said = server.communicate(timeout=20)[0]  # a fast machine may have started by then, and says so
        assert "Traceback" not in said
    assert server.returncode == 0


def test_the_server_sends_small_answers_at_once():
    """Without this each answer waits for about 40 ms: see dashboard/serve.py."""
    from streamlit.web.server.starlette import starlette_server

    server = serve.promptly(starlette_server._bind_socket)("127.0.0.1", 0, 1)
    server.setblocking(True)
    with closing(server), socket.create_connection(server.getsockname()), server.accept()[0] as connection:
        assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


# --- the photographs


def photographs(folder):
    command = [sys.executable, "-m", "tests.pictures", "--folder", str(folder)]
    return subprocess.run(command, cwd=run.HERE, capture_output=True, text=True, timeout=60)


@POSIX
@pytest.mark.parametrize("what", ["full", "a file", "not to be made"])
def test_photographs_that_cannot_be_kept_end_in_one_sentence(tmp_path, what):
    folder = tmp_path / "pictures"
    if what == "full":
        if not Path("/dev/full").exists():
            pytest.skip("this system has no /dev/full")
        folder.mkdir()
        (folder / ".writable").symlink_to("/dev/full")  # takes no byte, like a disk without room
    elif what == "a file":
        folder.write_text("I am no folder.")
    else:
        folder = Path("/dev/null/pictures")
    result = photographs(folder)
    assert result.returncode == 1
    assert re.fullmatch(r"\S+ could not be written: [A-Z][\w ]+\.\n", result.stderr), result.stderr
    assert not result.stdout
    assert what != "full" or not list(folder.iterdir())


# --- the browser of the tests


def script(path: Path, text: str) -> str:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


@POSIX
def test_chrome_bin_goes_before_everything_else(tmp_path, monkeypatch):
    ours, other = script(tmp_path / "ours", "echo 1"), script(tmp_path / "chromium", "echo 2")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("CHROME_BIN", ours)
    assert run.find_chromium() == ours
    monkeypatch.delenv("CHROME_BIN")
    assert run.find_chromium() == other


@POSIX
def test_a_chromium_that_does_not_start_is_passed_over(tmp_path, monkeypatch):
    script(tmp_path / "chromium", "exit 1")
    works = script(tmp_path / "google-chrome", "echo 1")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("CHROME_BIN", str(tmp_path / "missing"))
    assert run.find_chromium() == works


@POSIX
def test_a_hanging_helper_is_given_up():
    started = time.monotonic()
    assert not run.quiet("sleep", "30", timeout=0.2)
    assert time.monotonic() - started < 10
