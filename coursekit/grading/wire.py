"""Frames of plain values and arrays between the judge and a student's process.

A frame is the length of a head, the length of a body, the head (JSON), and the body (the raw
bytes of arrays and of bytes objects, one after another). In the head, what JSON has itself stands
for itself; everything else is a list that begins with a tag:

    ["c", real, imag]        complex            ["l", ...]              list
    ["b", length]            bytes              ["t", ...]              tuple
    ["n", dtype]             NumPy scalar       ["d", [key, value]...]  dict
    ["a", dtype, [shape]]    array              ["s", seed]             Seeded

The list of types is closed and nothing is ever unpickled. Whatever comes in, the decoder either
returns plain values or raises WireError. Standard library and NumPy only: the worker loads this
file by its path, without the package around it.
"""

import json
import math
import socket
import struct
import time
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np

MAX_HEAD = 4 * 1024 * 1024
MAX_BODY = 64 * 1024 * 1024
MAX_DEPTH = 40
MAX_COUNT = 300_000
MAX_DIMENSIONS = 16
MAX_BITS = 4096

_PREFIX = struct.Struct(">II")
_DTYPES = {
    name: np.dtype(name)
    for name in (
        *("|b1", "|i1", "<i2", "<i4", "<i8", "|u1", "<u2", "<u4", "<u8"),
        *("<f2", "<f4", "<f8", "<c8", "<c16"),
    )
}
_PLAIN = (type(None), bool, int, float, str)


class WireError(Exception):
    """A value that may not be sent, or bytes that are not a frame."""


@dataclass(frozen=True)
class Seeded:
    """Stands for `np.random.default_rng(seed)`, which the worker makes on its side."""

    seed: int


def encode(value: Any) -> bytes:
    """Return the frame of a plain value.

    Subclasses (a named tuple, a NumPy string, a matrix) travel as the plain type under them.

    Raises:
        WireError: the value holds a type that is not on the list, or is too large or too deep.
    """
    writer = _Writer()
    head = json.dumps(writer.write(value, 0), separators=(",", ":")).encode("ascii")
    if len(head) > MAX_HEAD:
        raise WireError(f"the value is too large to send: {len(head)} bytes, at most {MAX_HEAD}")
    return _PREFIX.pack(len(head), writer.size) + head + b"".join(writer.parts)


def decode(frame: bytes) -> Any:
    """Return the value of a frame; its arrays are fresh and writable.

    Raises:
        WireError: and nothing else, whatever the bytes are.
    """
    if len(frame) < _PREFIX.size:
        raise WireError("the frame ends before its lengths")
    head_size, body_size = _lengths(frame[: _PREFIX.size])
    if len(frame) != _PREFIX.size + head_size + body_size:
        raise WireError("the frame is not as long as it says")
    content = memoryview(frame)[_PREFIX.size :]
    return _decode(bytes(content[:head_size]), content[head_size:])


def _decode(head: bytes, body: memoryview) -> Any:
    # Each bracket is a list or a dict before we see it: count them while they are still bytes.
    if head.count(b"[") + head.count(b"{") > MAX_COUNT:
        raise WireError("the value is too large")
    try:
        reader = _Reader(body)
        value = reader.read(json.loads(head.decode("ascii"), parse_int=_parse_int), 0)
    except WireError:
        raise
    except Exception as error:  # whatever it is, it is about what came in
        raise WireError(f"not a frame of plain values ({type(error).__name__})") from None
    if reader.at != len(body):
        raise WireError("the frame has bytes that belong to no value")
    return value


def send(channel: socket.socket, value: Any, deadline: float | None = None) -> None:
    """Send a value; `deadline` is a reading of `time.monotonic()`.

    Raises:
        WireError: as `encode`.
        TimeoutError: the deadline passed.
        OSError: the other side is gone.
    """
    send_frame(channel, encode(value), deadline)


def send_frame(channel: socket.socket, frame: bytes, deadline: float | None = None) -> None:
    """Send what `encode` made; raises what `send` raises, without WireError."""
    channel.settimeout(_left(deadline))
    channel.sendall(frame)


def pending(channel: socket.socket) -> bool:
    """Whether bytes lie in the channel that nobody has read yet."""
    channel.setblocking(False)
    try:
        return channel.recv(1, socket.MSG_PEEK) != b""
    except BlockingIOError:
        return False


def receive(channel: socket.socket, deadline: float | None = None) -> Any:
    """Receive one value.

    Raises:
        WireError: what came is no frame.
        EOFError: the other side closed.
        TimeoutError: the whole frame was not here at the deadline, however slowly it trickled.
    """
    prefix = _receive_bytes(channel, _PREFIX.size, deadline)
    head_size, body_size = _lengths(bytes(prefix))
    head = _receive_bytes(channel, head_size, deadline)
    return _decode(bytes(head), memoryview(_receive_bytes(channel, body_size, deadline)))


def _left(deadline: float | None) -> float | None:
    if deadline is None:
        return None
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("the deadline passed")
    return left


def _receive_bytes(channel: socket.socket, size: int, deadline: float | None) -> bytearray:
    received = bytearray(size)  # zeros cost no memory before something is written over them
    with memoryview(received) as room:
        at = 0
        while at < size:
            channel.settimeout(_left(deadline))
            count = channel.recv_into(room[at:])
            if count == 0:
                raise EOFError("the other side closed the channel")
            at += count
    return received


def _lengths(prefix: bytes) -> tuple[int, int]:
    head_size, body_size = _PREFIX.unpack(prefix)
    if head_size > MAX_HEAD or body_size > MAX_BODY:
        raise WireError(f"the frame is too large: {head_size} + {body_size} bytes")
    return head_size, body_size


def _parse_int(digits: str) -> int:
    if len(digits) > MAX_BITS // 3:
        raise WireError(f"an integer of {len(digits)} digits")
    return int(digits)


class _Writer:
    """Turns a value into the head's form and gathers the body."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.size = 0
        self.count = 0

    def write(self, value: Any, depth: int) -> Any:
        self.count += 1
        if self.count > MAX_COUNT or depth > MAX_DEPTH:
            raise WireError(
                f"the value is too large to send: at most {MAX_COUNT} items, {MAX_DEPTH} levels"
            )
        if isinstance(value, np.generic) and not isinstance(value, (str, bytes)):
            array = np.asarray(value)
            return ["n", self._array(array)]
        if isinstance(value, np.ndarray):
            array = np.asarray(value)
            if array.dtype.kind == "U":
                return self.write(array.tolist(), depth)
            return ["a", self._array(array), list(array.shape)]
        return self._builtin(value, depth)

    def _builtin(self, value: Any, depth: int) -> Any:
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, int):
            if int.bit_length(value) > MAX_BITS:
                raise WireError(f"an integer of more than {MAX_BITS} bits cannot be sent")
            return int.__int__(value)
        if isinstance(value, float):
            return float.__float__(value)
        if isinstance(value, str):
            return str.__str__(value)
        if isinstance(value, complex):
            return ["c", complex.__complex__(value).real, complex.__complex__(value).imag]
        if isinstance(value, (bytes, bytearray)):
            return ["b", self._body(bytes(value))]
        if isinstance(value, tuple):
            return ["t", *(self.write(item, depth + 1) for item in tuple.__iter__(value))]
        if isinstance(value, list):
            return ["l", *(self.write(item, depth + 1) for item in list.__iter__(value))]
        if isinstance(value, dict):
            pairs = [(_key(key), item) for key, item in dict.items(value)]
            return ["d", *([key, self.write(item, depth + 1)] for key, item in pairs)]
        if type(value) is Seeded:
            return ["s", value.seed]
        _refuse(type(value).__name__)

    def _array(self, array: np.ndarray) -> str:
        name = array.dtype.newbyteorder("<").str
        if name not in _DTYPES:
            _refuse(f"array of {array.dtype}")
        if array.ndim > MAX_DIMENSIONS:
            raise WireError(f"an array of {array.ndim} axes cannot be sent")
        if array.nbytes > MAX_BODY:
            raise WireError(f"an array of {array.nbytes} bytes is too large to send")
        self._body(array.astype(_DTYPES[name], order="C", copy=False).tobytes())
        return name

    def _body(self, raw: bytes) -> int:
        self.size += len(raw)
        if self.size > MAX_BODY:
            raise WireError(f"the value is too large to send: more than {MAX_BODY} bytes")
        self.parts.append(raw)
        return len(raw)


def _key(key: Any) -> str | int:
    if isinstance(key, str):
        return str.__str__(key)
    if isinstance(key, np.integer):
        return int(key)
    if isinstance(key, int) and not isinstance(key, bool) and int.bit_length(key) <= MAX_BITS:
        return int.__int__(key)
    _refuse(f"dict with a key of type {type(key).__name__}")


def _refuse(what: str) -> NoReturn:
    raise WireError(
        f"a value of type {what} cannot be handed over; use arrays of numbers, "
        "numbers, strings, lists, tuples and dicts"
    )


class _Reader:
    """Builds a value from the head, taking bytes from the body in order."""

    def __init__(self, body: memoryview) -> None:
        self.body = body
        self.at = 0
        self.count = 0

    def read(self, form: Any, depth: int) -> Any:
        self.count += 1
        if self.count > MAX_COUNT or depth > MAX_DEPTH:
            raise WireError("the value is too large or too deep")
        if isinstance(form, _PLAIN):
            return form
        if type(form) is not list or not form:
            raise WireError("the head holds something that is no value")
        tag, *rest = form
        if tag == "l":
            return [self.read(item, depth + 1) for item in rest]
        if tag == "t":
            return tuple(self.read(item, depth + 1) for item in rest)
        if tag == "d":
            return self._dict(rest, depth)
        if tag == "a" and len(rest) == 2:
            return self._array(rest[0], rest[1])
        if tag == "n" and len(rest) == 1:
            return self._array(rest[0], [])[()]
        if tag == "b" and len(rest) == 1:
            return bytes(self._take(_size(rest[0])))
        if tag == "c" and len(rest) == 2 and all(type(part) is float for part in rest):
            return complex(*rest)
        if tag == "s" and len(rest) == 1:
            return Seeded(_size(rest[0]))
        raise WireError("the head holds an unknown tag")

    def _dict(self, pairs: list[Any], depth: int) -> dict[str | int, Any]:
        result: dict[str | int, Any] = {}
        for pair in pairs:
            if type(pair) is not list or len(pair) != 2 or type(pair[0]) not in (str, int):
                raise WireError("a dict's key must be a string or an integer")
            result[pair[0]] = self.read(pair[1], depth + 1)
        return result

    def _array(self, name: Any, shape: Any) -> np.ndarray:
        if type(name) is not str or name not in _DTYPES:
            raise WireError("an array of an unknown type of number")
        if type(shape) is not list or len(shape) > MAX_DIMENSIONS:
            raise WireError("an array with a wrong shape")
        dtype = _DTYPES[name]
        sizes = [_size(size) for size in shape]
        if math.prod(size or 1 for size in sizes) > MAX_BODY:
            raise WireError("an array with too many entries")
        raw = self._take(math.prod(sizes) * dtype.itemsize)
        if dtype.kind == "b":  # any byte is a true bool to NumPy only if it is 0 or 1
            return (np.frombuffer(raw, np.uint8) != 0).reshape(sizes)
        return np.frombuffer(raw, dtype).reshape(sizes).copy()

    def _take(self, size: int) -> memoryview:
        if size > len(self.body) - self.at:
            raise WireError("the body ends before its values")
        self.at += size
        return self.body[self.at - size : self.at]


def _size(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise WireError("a size or a seed must be an integer from 0 on")
    return value
