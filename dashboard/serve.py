"""Streamlit's own command, with a server that sends what it has at once: `python dashboard/serve.py run …`.

Streamlit 1.67 makes its socket in a way in which asyncio leaves Nagle's algorithm on: the end of an answer then waits
until the reader's system has acknowledged its beginning, which may be put off for 40 ms and more (by Linux only while
one action follows close on another, as when a slider is dragged: 48 ms instead of 12 until the answer was there).
Its page says nothing of colours either, so it is white until its style sheets are there, also in the dark. And on the
browser's Back it runs the script before anyone else hears of it, with what its widgets held: that went into the address
that Back had just restored. An event that comes before, `travel`, may keep it from that (components/history.js).
"""

import socket
import sys

from starlette.middleware import Middleware
from streamlit.web import cli
from streamlit.web.server.starlette import starlette_app, starlette_server

HEAD = b"<head>"
LOOK = b'<meta name="color-scheme" content="light dark" />'
TRAVEL = (  # whoever listens to a window is called in the order of listening, and this comes before Streamlit's script
    b"<script>ontravel = null; addEventListener('popstate', event =>"
    b" dispatchEvent(new Event('travel', {cancelable: true})) || event.stopImmediatePropagation())</script>"
)


def promptly(bind):
    """The same function, whose socket (and, by inheritance, each connection) does not wait to fill a packet."""

    def bound(*arguments, **options) -> socket.socket:
        made = bind(*arguments, **options)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made

    return bound


def with_head(app):
    """The same ASGI application, whose page begins with `LOOK` and `TRAVEL`."""

    async def serve(scope, receive, send) -> None:
        held = []  # the start of a page: its length is known with its text

        async def deliver(message) -> None:
            if message["type"] == "http.response.start" and is_page(message):
                held.append(message)
                return
            if held:
                start, text = held.pop(), message["body"]
                message = message | {"body": text.replace(HEAD, HEAD + LOOK + TRAVEL, 1)}
                await send(start | {"headers": grown(start["headers"], len(message["body"]) - len(text))})
            await send(message)

        await app(scope, receive, deliver)

    return serve


def is_page(start) -> bool:
    """Whether an answer that begins so is a whole page of HTML."""
    return start["status"] == 200 and dict(start["headers"]).get(b"content-type", b"").startswith(b"text/html")


def grown(headers, more: int) -> list[tuple[bytes, bytes]]:
    """The headers of an answer that is so many bytes longer.

    >>> grown([(b"content-length", b"8"), (b"etag", b"x")], 5)
    [(b'content-length', b'13'), (b'etag', b'x')]
    """
    return [(name, b"%d" % (int(value) + more) if name == b"content-length" else value) for name, value in headers]


def within(middleware):
    """The same function, with one more layer next to what is sent: what lies round it may pack the text."""
    return lambda: [*middleware(), Middleware(with_head)]


if __name__ == "__main__":  # neither is public: another Streamlit may do without, and just be slower, white, forgetful
    if hasattr(starlette_server, "_bind_socket"):
        starlette_server._bind_socket = promptly(starlette_server._bind_socket)
    if hasattr(starlette_app, "create_streamlit_middleware"):
        starlette_app.create_streamlit_middleware = within(starlette_app.create_streamlit_middleware)
    sys.exit(cli.main(prog_name="streamlit"))
