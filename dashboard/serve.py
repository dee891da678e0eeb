"""Streamlit's own command, with a server that sends what it has at once: `python dashboard/serve.py run …`.

Streamlit 1.67 makes its socket in a way in which asyncio leaves Nagle's algorithm on: the end of an answer then waits
until the reader's system has acknowledged its beginning, which may be put off for 40 ms and more (by Linux only while
one action follows close on another, as when a slider is dragged: 48 ms instead of 12 until the answer was there).
"""

import socket
import sys

from streamlit.web import cli
from streamlit.web.server.starlette import starlette_server


def promptly(bind):
    """The same function, whose socket (and, by inheritance, each connection) does not wait to fill a packet."""

    def bound(*arguments, **options) -> socket.socket:
        made = bind(*arguments, **options)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made

    return bound


if __name__ == "__main__":
    if hasattr(starlette_server, "_bind_socket"):  # not public: another Streamlit may do without, and just be slower
        starlette_server._bind_socket = promptly(starlette_server._bind_socket)
    sys.exit(cli.main(prog_name="streamlit"))
