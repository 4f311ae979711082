"""Ranking: candidates of several channels into one order (:mod:`wares.ranking.fusion`)."""
