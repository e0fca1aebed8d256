"""The questions of the quiz on recurrent networks, one module for each part of its notebook."""

QUIZ = "quiz_recurrent_networks"
