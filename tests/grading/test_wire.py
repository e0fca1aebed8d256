"""The wire carries plain values, and whatever else comes in ends in one exception class."""

import contextlib
import json
import math
import os
import resource
import socket
import struct
import sys
import threading
import time
from collections import namedtuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from coursekit.grading import wire
from coursekit.grading.wire import Seeded, WireError, decode, encode

DTYPES = ["?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16"]
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**200), 2**200)
    | st.floats()
    | st.complex_numbers()
    | st.text(st.characters(), max_size=20)
    | st.binary(max_size=20)
    | st.builds(Seeded, st.integers(0, 2**64))
)
arrays = st.sampled_from(DTYPES).flatmap(
    lambda name: hnp.arrays(name, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
)
values = st.recursive(
    scalars | arrays,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text(max_size=5) | st.integers(-9, 9), inner, max_size=4)
    ),
    max_leaves=12,
)


def same(a, b):
    """Equal in type and value, nan included."""
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and a.shape == b.shape and np.array_equal(a, b, equal_nan=True)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    if isinstance(a, float):
        return a == b or (math.isnan(a) and math.isnan(b))
    if isinstance(a, complex):
        return same(a.real, b.real) and same(a.imag, b.imag)
    return a == b


def frame(head, body=b""):
    """A frame around any head."""
    text = head if isinstance(head, bytes) else json.dumps(head).encode()
    return struct.pack(">II", len(text), len(body)) + text + body


@given(values)
@settings(max_examples=300, deadline=None)
def test_what_goes_in_comes_out(value):
    assert same(decode(encode(value)), value)


def test_numpy_scalars_stay_scalars():
    back = decode(encode([np.float32(0.5), np.int64(3), np.bool_(True), np.complex128(1j)]))
    assert [type(one) for one in back] == [np.float32, np.int64, np.bool_, np.complex128]
    assert back == [0.5, 3, True, 1j]


def test_arrays_arrive_fresh_writable_and_in_native_order():
    big_endian = np.arange(6, dtype=">f8").reshape(2, 3).T
    back = decode(encode(big_endian))
    assert np.array_equal(back, big_endian)
    assert back.dtype == np.dtype("<f8")
    back[0, 0] = 7
    assert big_endian[0, 0] == 0


def test_subclasses_arrive_as_the_plain_type_under_them():
    class Equal(float):
        def __eq__(self, other):
            return True

        __hash__ = None

    class Matrix(np.ndarray):
        pass

    state = namedtuple("State", "h c")(np.zeros(2).view(Matrix), Equal(2.0))
    back = decode(encode([state, np.str_("BTX"), {np.int64(1): "one"}, np.array(["a", "b"])]))
    assert type(back[0]) is tuple
    assert type(back[0][0]) is np.ndarray
    assert type(back[0][1]) is float
    assert back[1:] == ["BTX", {1: "one"}, ["a", "b"]]
    assert type(back[1]) is str


@pytest.mark.parametrize(
    "value",
    [
        object(),
        {1, 2},
        (x for x in "ab"),
        lambda: 1,
        np.array([object()]),
        np.array(["2020"], "M8[Y]"),
        np.zeros(1, [("a", "f8")]),
        {True: 1},
        {(1, 2): 1},
        {1.5: 1},
        range(3),
        1 << 5000,
        [0] * (wire.MAX_COUNT + 1),
        np.zeros(wire.MAX_BODY + 1, "u1"),
        "x" * (wire.MAX_HEAD + 1),
        bytes(wire.MAX_BODY + 1),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_not_on_the_list_or_too_large_is_refused(value):
    with pytest.raises(WireError):
        encode(value)


def test_many_small_arrays_are_too_many_on_both_sides_alike():
    most = wire.MAX_COUNT // wire.ARRAY_COUNTS - 1
    assert len(decode(encode([np.float64(1)] * most))) == most
    with pytest.raises(WireError, match="too large"):
        encode([np.float64(1)] * (most + 10))
    one = b'["n","|b1"]'
    head = b'["l",' + b",".join([one] * (most + 10)) + b"]"
    with pytest.raises(WireError, match="too large"):
        decode(frame(head, bytes(most + 10)))


def test_a_list_that_holds_itself_is_refused():
    loop = []
    loop.append(loop)
    with pytest.raises(WireError, match="levels"):
        encode(loop)


HOSTILE = {
    "nothing": b"",
    "half a prefix": b"\0\0\0",
    "claims 4 GB": struct.pack(">II", 2**32 - 1, 2**32 - 1),
    "longer than it says": frame(1) + b"x",
    "no JSON": frame(b"{"),
    "not ASCII": frame(b'"\xff"'),
    "deep": frame(b"[" * 100_000 + b"]" * 100_000),
    "deep in tags": frame(b'["l",' * 60 + b"1" + b"]" * 60),
    "an object": frame({"a": 1}),
    "an empty tag": frame([]),
    "an unknown tag": frame(["z", 1]),
    "a huge integer": frame(b"1" * 100_000),
    "pickle for a dtype": frame(["a", "O", [1]], b"x" * 8),
    "an expression for a dtype": frame(["a", "(2,)f8,(", [1]], b"x" * 8),
    "a list for a dtype": frame(["a", ["<f8"], [1]], b"x" * 8),
    "a negative axis": frame(["a", "<f8", [-1]], b"x" * 8),
    "a bool for an axis": frame(["a", "<f8", [True]], b"x" * 8),
    "a float for an axis": frame(["a", "<f8", [1.0]], b"x" * 8),
    "a body too short": frame(["a", "<f8", [2]], b"x" * 8),
    "a body too long": frame(["a", "<f8", [1]], b"x" * 16),
    "axes that overflow": frame(["a", "<f8", [2**40, 2**40, 0]]),
    "many axes": frame(["a", "<f8", [1] * 40], b"x" * 8),
    "a list for a key": frame(["d", [[1], 2]]),
    "a float for a key": frame(["d", [1.5, 2]]),
    "a pair too long": frame(["d", ["a", 1, 2]]),
    "text for a complex": frame(["c", "1", "2"]),
    "a negative seed": frame(["s", -1]),
    "a scalar with a shape": frame(["n", "<f8", [1]], b"x" * 8),
}


@pytest.mark.parametrize("bytes_in", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_frames_end_in_the_one_exception(bytes_in):
    with pytest.raises(WireError):
        decode(bytes_in)


def test_any_byte_is_a_sound_bool():
    assert decode(frame(["a", "|b1", [3]], b"\x00\x01\x7f")).tolist() == [False, True, True]


def test_fuzzed_frames_give_a_value_or_the_one_exception():
    """Noise, and good frames with bytes changed, cut or repeated; COURSEKIT_FUZZ_FRAMES of them."""
    frames = int(os.environ.get("COURSEKIT_FUZZ_FRAMES", "30000"))
    before = peak_memory()
    rng = np.random.default_rng(5)
    good = [
        encode({"number": 3, "value": [np.arange(6.0).reshape(2, 3), (1, 2.5, None), "text"]}),
        encode([1j, b"raw", np.float32(2), {"a": {1: np.array([True])}}, Seeded(4)]),
        frame(["a", "<f8", [2, 3]], bytes(48)),
    ]
    refused = 0
    for trial in range(frames):
        if trial % 10 == 0:
            mutated = bytearray(rng.bytes(int(rng.integers(0, 60))))
        else:
            mutated = bytearray(good[trial % len(good)])
            for _ in range(int(rng.integers(1, 5))):
                mutated[int(rng.integers(8, len(mutated)))] = int(rng.integers(0, 256))
            if trial % 3 == 0:
                start = int(rng.integers(8, len(mutated)))
                mutated[start:start] = b'[]"a0,-.e'[trial % 9 : trial % 9 + 1]
                mutated[:8] = struct.pack(">II", *_lengths_that_fit(mutated))
        try:
            decode(bytes(mutated))
        except WireError:
            refused += 1
    assert refused > frames // 3
    assert peak_memory() - before < 100 * 1024 * 1024


def peak_memory():
    """The most memory that this process has had, in bytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


@pytest.mark.parametrize(
    "head",
    [
        b"[" + b"[]," * 1_300_000 + b"[]]",
        b"[" + b"{}," * 1_300_000 + b"{}]",
        b'["l",' + b"0," * 2_000_000 + b"0]",
        b'["l",' + b"1e9," * 1_000_000 + b"0]",
        b'"' + b"[" * 4_000_000 + b'"',
    ],
    ids=["lists", "dicts", "integers", "floats", "text"],
)
def test_a_frame_at_the_size_limit_takes_bounded_memory(head):
    before = peak_memory()
    with pytest.raises(WireError):
        decode(frame(head))
    assert peak_memory() - before < 100 * 1024 * 1024


def test_a_frame_that_claims_much_and_sends_nothing_takes_no_memory():
    before = peak_memory()
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(struct.pack(">II", wire.MAX_HEAD, wire.MAX_BODY))
        with pytest.raises(TimeoutError):
            wire.receive(ours, time.monotonic() + 0.05)
    assert peak_memory() - before < 16 * 1024 * 1024


def test_a_frame_that_trickles_ends_at_the_deadline():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        feeding = threading.Thread(target=trickle, args=(theirs,))
        feeding.start()
        with pytest.raises(TimeoutError):
            wire.receive(ours, time.monotonic() + 0.3)
        ours.close()
        feeding.join()


def trickle(channel):
    """Send one long frame byte after byte, until nobody listens."""
    with contextlib.suppress(OSError):
        channel.sendall(struct.pack(">II", 0, wire.MAX_BODY))
        while True:
            channel.sendall(b"x")


def test_what_lies_unread_in_a_channel_is_seen_and_not_taken():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        assert not wire.pending(ours)
        wire.send(theirs, 7)
        assert wire.pending(ours)
        assert wire.receive(ours) == 7
        assert not wire.pending(ours)


def _lengths_that_fit(mutated):
    head, body = struct.unpack(">II", mutated[:8])
    return len(mutated) - 8 - body, body


def test_a_value_crosses_a_socket_pair():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        wire.send(ours, {"value": np.arange(3)})
        assert decode(encode(wire.receive(theirs)))["value"].tolist() == [0, 1, 2]


def test_a_closed_channel_and_a_passed_deadline_are_told_apart():
    ours, theirs = socket.socketpair()
    with ours:
        theirs.sendall(encode(1)[:-1])
        with pytest.raises(TimeoutError):
            wire.receive(ours, time.monotonic() - 1)
        theirs.close()
        with pytest.raises(EOFError):
            wire.receive(ours)
