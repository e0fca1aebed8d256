"""Eight independent trials in one: a number of each, side by side in a vector register.

``Lanes`` is a value of compiled code that holds eight float64, one a trial. What a kernel does to
it, it does to each of the eight alone, in the same order, whatever the other seven hold: so a
trial's result does not depend on its neighbours, and eight trials cost little more than one. On a
processor with narrower registers the compiler uses several of them.

In memory, entry n of an array of lanes is the eight numbers at 8 n of a flat float64 array.
"""

import operator
from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic, models, overload, register_model

WIDTH = 8
NUMBER, WHOLE, SLOT = ir.DoubleType(), ir.IntType(64), ir.IntType(32)
VECTOR, WHOLES = ir.VectorType(NUMBER, WIDTH), ir.VectorType(WHOLE, WIDTH)
FLAGS = ("contract", "nsz")


class LanesType(types.Type):
    """The compiler's type of eight numbers."""

    def __init__(self) -> None:
        super().__init__(name="Lanes")


lanes = LanesType()


class LanesModel(models.PrimitiveModel):
    """Eight float64 in one vector."""

    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, VECTOR)


register_model(LanesType)(LanesModel)


def as_intrinsic(define: Callable[..., Any]) -> Any:
    """An instruction of its own: ``define`` gives its signature and what writes it."""
    return intrinsic(define)


def address(context: Any, builder: Any, kind: Any, array: Any, index: Any) -> Any:
    """Where entry ``index`` of a flat array of lanes stands."""
    data = context.make_array(kind)(context, builder, array).data
    return builder.bitcast(
        builder.gep(data, [builder.mul(index, WHOLE(WIDTH))]), VECTOR.as_pointer()
    )


def spread(builder: Any, kind: Any, value: Any) -> Any:
    """A vector as it is; a number in all eight places."""
    if kind == lanes:
        return value
    first = builder.insert_element(ir.Constant(VECTOR, ir.Undefined), value, SLOT(0))
    zeros = ir.Constant(ir.VectorType(SLOT, WIDTH), [0] * WIDTH)
    return builder.shuffle_vector(first, ir.Constant(VECTOR, ir.Undefined), zeros)


def kinds_of(*given: Any) -> tuple[Any, list[Any]]:
    """The result's type and each argument's: lanes as soon as one argument is."""
    wanted = [lanes if kind == lanes else types.float64 for kind in given]
    return (lanes if lanes in wanted else types.float64), wanted


def widened(builder: Any, signature: Any, arguments: Any) -> list[Any]:
    """The arguments, as vectors where the result is one."""
    if signature.return_type != lanes:
        return list(arguments)
    return [
        spread(builder, kind, value) for kind, value in zip(signature.args, arguments, strict=True)
    ]


@as_intrinsic
def load(typing_context: Any, array: Any, index: Any) -> Any:
    """Entry ``index`` of a flat array of lanes."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.load(address(context, builder, signature.args[0], *arguments), align=8)

    return lanes(array, types.intp), generate


@as_intrinsic
def store(typing_context: Any, array: Any, index: Any, value: Any) -> Any:
    """Put ``value`` at entry ``index`` of a flat array of lanes."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place = address(context, builder, signature.args[0], *arguments[:2])
        builder.store(arguments[2], place, align=8)
        return context.get_dummy_value()

    return types.none(array, types.intp, lanes), generate


@as_intrinsic
def everywhere(typing_context: Any, number: Any) -> Any:
    """One number for all trials."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return spread(builder, types.float64, arguments[0])

    return lanes(types.float64), generate


def places(context: Any, builder: Any, signature: Any, arguments: Any) -> list[Any]:
    """Where, for each lane, its own entry ``base + symbols[lane]`` of an array of lanes stands."""
    data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
    symbols = context.make_array(signature.args[2])(context, builder, arguments[2]).data
    found = []
    for lane in range(WIDTH):
        symbol = builder.load(builder.gep(symbols, [WHOLE(lane)]))
        entry = builder.mul(builder.add(symbol, arguments[1]), WHOLE(WIDTH))
        found.append(builder.gep(data, [builder.add(entry, WHOLE(lane))]))
    return found


@as_intrinsic
def look_up(typing_context: Any, array: Any, base: Any, symbols: Any) -> Any:
    """For lane l, its number at entry ``base + symbols[l]``: a product with a one-hot vector."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        result = ir.Constant(VECTOR, ir.Undefined)
        for lane, place in enumerate(places(context, builder, signature, arguments)):
            result = builder.insert_element(result, builder.load(place), SLOT(lane))
        return result

    return lanes(array, types.intp, symbols), generate


@as_intrinsic
def add_at(typing_context: Any, array: Any, base: Any, symbols: Any, value: Any) -> Any:
    """For lane l, add to its number at entry ``base + symbols[l]``."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        for lane, place in enumerate(places(context, builder, signature, arguments)):
            part = builder.extract_element(arguments[3], SLOT(lane))
            builder.store(builder.fadd(builder.load(place), part), place)
        return context.get_dummy_value()

    return types.none(array, types.intp, symbols, lanes), generate


@as_intrinsic
def kept(typing_context: Any, value: Any, keep: Any) -> Any:
    """``value`` where ``keep`` is not zero, and zero elsewhere, whatever stood there."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        zeros = ir.Constant(VECTOR, [0.0] * WIDTH)
        wanted = builder.fcmp_unordered("!=", arguments[1], zeros)
        return builder.select(wanted, arguments[0], zeros)

    return lanes(lanes, lanes), generate


def arithmetic(instruction: str) -> Any:
    """One of the four operations, on lanes, or on lanes and a number."""

    def define(typing_context: Any, left: Any, right: Any) -> Any:
        result, wanted = kinds_of(left, right)

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            pair = widened(builder, signature, arguments)
            return getattr(builder, instruction)(*pair, flags=FLAGS)

        return result(*wanted), generate

    operation = as_intrinsic(define)

    def typed(left, right):  # type: ignore[no-untyped-def]  # numba compares the two signatures
        if lanes in (left, right):
            return lambda left, right: operation(left, right)
        return None

    return typed


overload(operator.add)(arithmetic("fadd"))
overload(operator.sub)(arithmetic("fsub"))
overload(operator.mul)(arithmetic("fmul"))
overload(operator.truediv)(arithmetic("fdiv"))


@as_intrinsic
def fma(typing_context: Any, a: Any, b: Any, c: Any) -> Any:
    """a b + c, in one instruction where the processor has it; of numbers or lanes."""
    result, wanted = kinds_of(a, b, c)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        a, b, c = widened(builder, signature, arguments)
        return builder.fadd(builder.fmul(a, b, flags=FLAGS), c, flags=FLAGS)

    return result(*wanted), generate


@as_intrinsic
def limited(typing_context: Any, value: Any, least: Any, most: Any) -> Any:
    """``value`` within [least, most]; NaN stays NaN. Of a number or of lanes."""
    result, wanted = kinds_of(value, least, most)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        value, least, most = widened(builder, signature, arguments)
        raised = builder.select(builder.fcmp_ordered("<", value, least), least, value)
        return builder.select(builder.fcmp_ordered(">", raised, most), most, raised)

    return result(*wanted), generate


@as_intrinsic
def larger(typing_context: Any, a: Any, b: Any) -> Any:
    """The larger of two; NaN where one is. Of numbers or lanes."""
    result, wanted = kinds_of(a, b)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        a, b = widened(builder, signature, arguments)
        either = builder.select(builder.fcmp_unordered(">", a, b), a, b)
        return builder.select(builder.fcmp_unordered("uno", b, b), b, either)

    return result(*wanted), generate


@as_intrinsic
def power_of_two(typing_context: Any, shifted: Any) -> Any:
    """2^n from n + 1.5 2^52, whose lowest bits are n: by moving them into the exponent."""
    result, wanted = kinds_of(shifted)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        many = signature.return_type == lanes
        whole, number = (WHOLES, VECTOR) if many else (WHOLE, NUMBER)

        def constant(n: int) -> Any:
            return ir.Constant(whole, [n] * WIDTH if many else n)

        moved = builder.shl(builder.bitcast(arguments[0], whole), constant(52))
        return builder.bitcast(builder.add(moved, constant(1023 << 52)), number)

    return result(*wanted), generate
