"""Cut this Python process off from the network; loopback and unix sockets stay.

An audit hook sees every connection and every name look-up of CPython's socket module, costs
nothing to import, and cannot be taken off by the code under test.
"""

import errno
import ipaddress
import sys
from typing import Any

_LOCAL_NAMES = {"", "localhost", "ip6-localhost", "localhost.localdomain"}
_installed = False


class OutsideNetwork(OSError):
    """A test tried to leave the machine. An OSError, as on a machine without a network."""


def _is_local(host: Any) -> bool:
    if host is None:
        return True
    name = host.decode() if isinstance(host, bytes) else str(host)
    if name.lower() in _LOCAL_NAMES or name.lower().endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return name == _own_name()
    return address.is_loopback or address.is_unspecified


def _own_name() -> str:
    import socket

    return socket.gethostname()


def _hook(event: str, args: tuple[Any, ...]) -> None:
    if event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = args[0]
    elif event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = args[1]
        if not isinstance(address, tuple):  # a unix socket's path, or already connected
            return
        host = address[0]
    else:
        return
    if not _is_local(host):
        raise OutsideNetwork(
            errno.ENETUNREACH,
            f"the tests run without a network, but something asked for {host!r} ({event})",
        )


def install() -> None:
    """Put the guard up in this process, once."""
    global _installed
    if not _installed:
        _installed = True
        sys.addaudithook(_hook)
