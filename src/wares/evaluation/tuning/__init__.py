"""Tuning: fusion settings searched on one part of the questions, and told on the other.

``splits``   questions in two parts, alike ones together; ``plan`` which questions are used, and on which side
``trials``   what can be tried and in which order; ``studies`` the file that remembers what was tried
``choice``   the best of many trials, told from the luckiest
``tune``     all of it, and the report
"""
