"""tanh and the logistic function in a form that the compiler turns into vector instructions.

    tanh(x) = e / (e + 2)   with   e = exp(2x) - 1 = 2^n (exp(r) - 1) + (2^n - 1)

where 2x = n ln 2 + r and |r| <= ln 2 / 2. exp(r) - 1 is its Taylor polynomial of degree 13, whose
first missing term is below 1e-17. Every value agrees with NumPy's to 5e-16 of its size, NaN stays
NaN, and there is no branch and no table, so eight values are squashed at once: the compiler does
it to loops over an array, and a kernel over lanes has eight trials in one value.
"""

import math
from typing import Any

from coursekit.kernels.compiled import HAVE_NUMBA, inlined

LOG2_E = 1 / math.log(2)
# ln 2 in two parts: n times the first is exact.
LN2_HIGH, LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
# Added to a number below 2^51, it leaves the nearest whole number in the lowest bits.
ROUNDER = 1.5 * 2.0**52
C2, C3, C4, C5, C6, C7, C8, C9, C10, C11, C12, C13 = (1 / math.factorial(n) for n in range(2, 14))

if HAVE_NUMBA:
    from coursekit.kernels.lanes import limited, power_of_two

    @inlined
    def parts_of_exp(x: Any) -> Any:
        """2^n and exp(r) - 1, so that exp(x) is 2^n (exp(r) - 1) + 2^n; x within 700 of zero."""
        shifted = x * LOG2_E + ROUNDER
        n = shifted - ROUNDER
        r = (x - n * LN2_HIGH) - n * LN2_LOW
        r2 = r * r
        r4 = r2 * r2
        low = (C2 + C3 * r) + (C4 + C5 * r) * r2
        middle = (C6 + C7 * r) + (C8 + C9 * r) * r2
        high = (C10 + C11 * r) + (C12 + C13 * r) * r2
        return power_of_two(shifted), r + r2 * ((low + r4 * middle) + (r4 * r4) * high)

    @inlined
    def exp(x: Any) -> Any:
        """exp of a number, or of each of the eight in lanes; beyond 700 the value at 700."""
        power, grown = parts_of_exp(limited(x, -700.0, 700.0))
        return power * grown + power

    @inlined
    def tanh(x: Any) -> Any:
        """tanh of a number, or of each of the eight in lanes."""
        power, grown = parts_of_exp(limited(2.0 * x, -40.0, 40.0))
        e = power * grown + (power - 1.0)
        return e / (e + 2.0)

else:
    exp, tanh = math.exp, math.tanh


@inlined
def sigmoid(x: Any) -> Any:
    """The logistic function, in the form of ``cells.sigmoid``: of one number or of lanes."""
    return 0.5 + 0.5 * tanh(0.5 * x)
