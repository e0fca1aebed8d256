"""The guard itself: outside is cut in this process and in kernels; loopback and unix stay."""

import asyncio
import os
import socket
import subprocess
import sys
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from jupyter_client.manager import start_new_kernel
from network_guard import OutsideNetwork

OUTSIDE = "192.0.2.1"  # an address kept for documentation (RFC 5737): nobody answers there


def test_connect_outside_is_refused():
    with socket.socket() as made, pytest.raises(OutsideNetwork, match="without a network"):
        made.connect((OUTSIDE, 80))


def test_a_name_is_not_looked_up():
    with pytest.raises(OutsideNetwork, match=r"example\.org"):
        socket.getaddrinfo("example.org", 443)
    with pytest.raises(OutsideNetwork):
        socket.gethostbyname("example.org")


def test_a_datagram_does_not_leave():
    with socket.socket(type=socket.SOCK_DGRAM) as made, pytest.raises(OutsideNetwork):
        made.sendto(b"x", (OUTSIDE, 53))


def test_ipv6_outside_is_refused():
    with pytest.raises(OutsideNetwork):
        socket.create_connection(("2001:db8::1", 80))


def test_asyncio_is_guarded_too():
    with pytest.raises(OutsideNetwork):
        asyncio.run(asyncio.open_connection(OUTSIDE, 80))


def test_loopback_stays():
    class Hello(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"hello")

        def log_message(self, *args):
            pass

    server = HTTPServer(("localhost", 0), Hello)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with urllib.request.urlopen(f"http://localhost:{server.server_port}/") as answer:
            assert answer.read() == b"hello"
    finally:
        server.shutdown()
        server.server_close()


def test_unix_sockets_stay(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind("s")
        server.listen()
        client.connect("s")


def test_a_process_that_a_test_starts_is_guarded():
    code = f"import socket; socket.socket().connect(({OUTSIDE!r}, 80))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode != 0
    assert "OutsideNetwork" in done.stderr


def test_a_kernel_is_guarded():
    manager, client = start_new_kernel(kernel_name="python3", env=dict(os.environ))
    try:
        said = []
        client.execute_interactive(
            "import socket\ntry:\n    socket.create_connection(('example.org', 80))\n"
            "except OSError as error:\n    print(type(error).__name__)",
            timeout=60,
            output_hook=lambda message: said.append(message["content"].get("text", "")),
        )
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    assert "OutsideNetwork\n" in said
