"""Strangers' notebooks: run them in a process of their own, judge them from outside, record it."""
