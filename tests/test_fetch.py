"""The download of corpora, against a real HTTP server on this machine."""

import hashlib
import os
import re
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from core.text import corpora, data_files
from core.text.fetch import AGENT, FILES, FetchError, File, available, fetch

CONTENT = bytes(range(256)) * 1200  # 300 kB: several reads
SHA256 = hashlib.sha256(CONTENT).hexdigest()
CUT = 100_000  # where the bad server hangs up


class Handler(BaseHTTPRequestHandler):
    """Serves CONTENT in the manner that the path names."""

    protocol_version = "HTTP/1.1"
    timeout = 5

    def do_GET(self):
        self.server.seen.append((self.path, self.headers.get("Range"), self.headers["User-Agent"]))
        getattr(self, self.path.split("/")[1])(int((self.headers.get("Range") or "=0-")[:-1].split("=")[1]))

    def send(self, status, body, length=None, **headers):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def ranges(self, begin):
        if begin >= len(CONTENT):
            self.send(416, b"")
        elif begin:
            last = len(CONTENT) - 1
            self.send(206, CONTENT[begin:], Content_Range=f"bytes {begin}-{last}/{len(CONTENT)}")
        else:
            self.send(200, CONTENT)

    def whole(self, begin):
        self.send(200, CONTENT)

    def cut(self, begin):
        """Announces everything and hangs up in the middle, the first time; goes on the second."""
        if begin:
            self.ranges(begin)
        else:
            self.send(200, CONTENT[:CUT], length=len(CONTENT))
            self.close_connection = True

    def chunked(self, begin):
        """Hangs up in the middle of a chunk."""
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"fffff\r\n" + CONTENT[:CUT])
        self.close_connection = True

    def missing(self, begin):
        self.send(404, b"no such file")

    def newer(self, begin):
        self.send(206 if begin else 200, b"another version"[begin:])

    def shrunk(self, begin):
        self.send(416, b"") if begin else self.send(200, b"short")

    def silent(self, begin):
        self.server.released.wait(10)
        self.close_connection = True

    def log_message(self, *_):
        pass


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.seen, server.released = [], threading.Event()
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.released.set()
        server.shutdown()
        thread.join()


def table(server, manner, name="deu-eng.zip"):
    port = server if isinstance(server, int) else server.server_port
    return (File("tatoeba", name, f"http://127.0.0.1:{port}/{manner}/{name}", len(CONTENT), SHA256),)


def refused(folder, files, timeout=5.0):
    """The one sentence of the refusal."""
    with pytest.raises(FetchError) as caught:
        fetch("tatoeba", folder, files, timeout)
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert "Errno" not in sentence
    return sentence


def names(folder):
    return sorted(path.name for path in folder.rglob("*") if not path.is_dir())


@pytest.mark.parametrize("manner", ["ranges", "whole"])
def test_downloads_once(server, tmp_path, manner):
    files = table(server, manner)
    target = tmp_path / "deep" / "tatoeba" / "deu-eng.zip"
    assert fetch("tatoeba", tmp_path / "deep", files) == [target]
    assert target.read_bytes() == CONTENT
    assert names(tmp_path) == ["deu-eng.zip"]
    assert fetch("tatoeba", tmp_path / "deep", files) == []
    assert [(path, asked) for path, asked, _ in server.seen] == [(f"/{manner}/deu-eng.zip", None)]
    assert server.seen[0][2] == AGENT


def test_a_damaged_file_is_replaced(server, tmp_path):
    target = tmp_path / "tatoeba" / "deu-eng.zip"
    target.parent.mkdir()
    target.write_bytes(CONTENT[:-1] + b"?")
    assert fetch("tatoeba", tmp_path, table(server, "ranges")) == [target]
    assert target.read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("manner", "left", "requests"),
    [
        ("ranges", CONTENT[:CUT], [f"bytes={CUT}-"]),
        ("whole", CONTENT[:CUT], [f"bytes={CUT}-"]),
        ("ranges", CONTENT, []),  # all there, only not yet moved
        ("ranges", b"other" * 20, ["bytes=100-", None]),  # the beginning of another version
        ("ranges", CONTENT + b"more", [None]),
    ],
    ids=["rest", "no ranges", "complete", "stale", "too long"],
)
def test_goes_on_with_a_partial_download(server, tmp_path, manner, left, requests):
    partial = tmp_path / "tatoeba" / "deu-eng.zip.partial"
    partial.parent.mkdir()
    partial.write_bytes(left)
    (target,) = fetch("tatoeba", tmp_path, table(server, manner))
    assert target.read_bytes() == CONTENT
    assert names(tmp_path) == ["deu-eng.zip"]
    assert [asked for _, asked, _ in server.seen] == requests


def test_a_cut_connection_keeps_what_came_and_goes_on(server, tmp_path):
    files = table(server, "cut")
    sentence = refused(tmp_path, files)
    assert "broke" in sentence
    assert f"{len(CONTENT) - CUT:,} bytes missing" in sentence
    assert names(tmp_path) == ["deu-eng.zip.partial"]
    (target,) = fetch("tatoeba", tmp_path, files)
    assert target.read_bytes() == CONTENT
    assert [asked for _, asked, _ in server.seen] == [None, f"bytes={CUT}-"]


def test_a_cut_chunk_is_one_sentence(server, tmp_path):
    assert "broke" in refused(tmp_path, table(server, "chunked"))
    assert "deu-eng.zip" not in names(tmp_path)


@pytest.mark.parametrize("begun", [0, 5])
@pytest.mark.parametrize(("manner", "served"), [("newer", b"another version"), ("shrunk", b"short")])
def test_another_version_upstream_leaves_nothing(server, tmp_path, manner, served, begun):
    (tmp_path / "tatoeba").mkdir()
    if begun:
        (tmp_path / "tatoeba" / "deu-eng.zip.partial").write_bytes(CONTENT[:begun])
    sentence = refused(tmp_path, table(server, manner))
    assert "changed upstream" in sentence
    assert SHA256 in sentence
    assert hashlib.sha256(served).hexdigest() in sentence
    assert names(tmp_path) == []


def test_another_version_upstream_leaves_the_file_that_was_there(server, tmp_path):
    target = tmp_path / "tatoeba" / "deu-eng.zip"
    target.parent.mkdir()
    target.write_bytes(b"saved by hand")
    refused(tmp_path, table(server, "newer"))
    assert target.read_bytes() == b"saved by hand"
    assert names(tmp_path) == ["deu-eng.zip"]


def test_what_came_before_a_failure_stays(server, tmp_path):
    files = table(server, "ranges") + table(server, "missing", name="fra-eng.zip")
    assert "answers 404" in refused(tmp_path, files)
    assert names(tmp_path) == ["deu-eng.zip"]


def test_no_server(tmp_path):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # bound, but nobody listens
        sentence = refused(tmp_path, table(unused.getsockname()[1], "ranges"))
    assert "cannot reach http://127.0.0.1" in sentence
    assert names(tmp_path) == []


def test_no_such_name(tmp_path):
    files = (File("tatoeba", "deu-eng.zip", "http://nowhere.invalid/deu-eng.zip", 3, SHA256),)  # RFC 2606
    sentence = refused(tmp_path, files)
    assert "nowhere.invalid" in sentence
    assert names(tmp_path) == []


def test_a_silent_server(server, tmp_path):
    assert "timed out" in refused(tmp_path, table(server, "silent"), timeout=0.2)


def test_a_file_where_the_folder_should_be(server, tmp_path):
    (tmp_path / "tatoeba").write_text("in the way")
    assert refused(tmp_path, table(server, "ranges")).startswith("cannot write")
    assert (tmp_path / "tatoeba").read_text() == "in the way"
    assert not server.seen


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder(server, tmp_path):
    tmp_path.chmod(0o500)
    try:
        assert "Permission denied" in refused(tmp_path, table(server, "ranges"))
    finally:
        tmp_path.chmod(0o700)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs Linux's device that is always full")
def test_a_full_disk(server, tmp_path):
    (tmp_path / "tatoeba").mkdir()
    (tmp_path / "tatoeba" / "deu-eng.zip.partial").symlink_to("/dev/full")
    assert "No space left" in refused(tmp_path, table(server, "ranges"))
    assert "deu-eng.zip" not in names(tmp_path)


def test_unknown_corpus(tmp_path):
    with pytest.raises(ValueError, match="unknown corpus to fetch 'wmt'; valid: multi30k, tatoeba"):
        fetch("wmt", tmp_path)


def test_the_table_holds_what_is_looked_up():
    wanted = {("multi30k", f"{stem}.{side}.gz") for stem in corpora.MULTI30K.values() for side in corpora.LANGUAGES}
    wanted |= {("tatoeba", archive) for archive, _ in corpora.TATOEBA.values()}
    assert {(file.corpus, file.name) for file in FILES} == wanted
    assert len(FILES) == len(wanted)
    for file in FILES:
        assert re.fullmatch(r"https://\S+/" + re.escape(file.name), file.address)
        assert re.fullmatch(r"[0-9a-f]{64}", file.sha256)


def test_the_table_against_the_shared_files():
    shared = data_files.REPOSITORY.parent / "shared" / "data"
    if not shared.is_dir():
        pytest.skip("no shared copy of the corpora on this machine")
    for file in FILES:
        content = (shared / file.corpus / file.name).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (file.size, file.sha256)


def test_available(tmp_path):
    toys = dict.fromkeys(("train", "val", "test"), ())
    nothing = {"multi30k": {}, "tatoeba": {}, "copy": toys, "reverse": toys, "captions": {}}
    assert available([]) == available([tmp_path / "nowhere"]) == nothing
    for name in ("a/multi30k/train.en.gz", "b/multi30k/train.fr.gz", "a/multi30k/val.en.gz", "b/tatoeba/fra-eng.zip"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    found = available([tmp_path / "a", tmp_path / "b"])
    assert found["multi30k"] == {"train": ("en", "fr")}  # one side of val is no pair
    assert found["tatoeba"] == dict.fromkeys(("train", "val", "test"), ("en", "fr"))
