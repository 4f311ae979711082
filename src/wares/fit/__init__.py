"""Learning from a shop's own catalogue."""
