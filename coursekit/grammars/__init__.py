"""Grammars that generate strings, say what may follow, and judge."""

from coursekit.grammars import embedded_reber, reber
from coursekit.grammars.lengths import LengthStatistics

__all__ = ["LengthStatistics", "embedded_reber", "reber"]
