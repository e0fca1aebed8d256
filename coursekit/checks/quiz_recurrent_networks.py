"""The quiz on recurrent networks: its questions in the order of the notebook."""

from coursekit.checks.quiz.questions import before_gates, grammar, gru, in_words, lstm_cell

#: the notebook draws plots; no figure holds an answer

CHECKS = (*before_gates.CHECKS, *lstm_cell.CHECKS, *grammar.CHECKS, *gru.CHECKS)
OPEN = in_words.OPEN
