"""The same equations compiled: what trains at the papers' scale, equal to the readable cells.

What a student reads is ``cells``; nothing here teaches an equation. Each kernel is tested to give
the numbers of its readable cell, update for update.
"""
