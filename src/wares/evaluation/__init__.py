"""Evaluation: is it better than before, better than plain words, and where does it fail?

``records``         questions, judgments, runs, and the report, as plain values that become JSON
``queries``         sets of questions; ``judgments`` graded labels (TREC qrels, TSV): read and written. ``cells`` is
                    one question as files have it, ``files`` what all of these files have in common
``pooling``         what is to be judged by hand; ``ledger`` a file that keeps each label as it is given
``made``            sets of questions made out of a catalogue, without anybody's help
``runs``            questions asked of a system, and what it answered (TREC runs, read and written)
``measures``        nDCG@10, RR@10, R@100, P@1, AP, Success@10 as values; ``lists`` diversity, novelty, coverage of
                    lists; ``classification`` accuracy, precision, recall, F1
``statistics``      paired randomisation test, bootstrap interval, rank-biased overlap
``segments``        groups of questions that may fare differently; ``comparing`` systems against a baseline
``reporting``       all of it as one report, with ``remarks`` on what was left out; ``page`` that report as one HTML
                    file; ``gate`` floors it must keep
``tuning``          weights and methods searched on one part of the questions, told on the other

Nothing here knows a shop: a system is any function from a :class:`~wares.records.Query` to
:class:`~wares.records.Results`.
"""
