"""Notebooks that strangers might hand in, as data: what is in them, and what they have earned.

`hostile` are those that attack the grader, `isolated` those that only full isolation can hold,
`clumsy` those that are honest and odd. Nothing in here is a notebook yet: each is built anew from
the released exercise.
"""
