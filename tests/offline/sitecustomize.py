"""Python runs this file by itself in every process that a test starts, kernels among them.

The tests put its folder on PYTHONPATH.
"""

import network_guard

network_guard.install()
