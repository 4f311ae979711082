"""A shop's own model: what is learnt from its catalogue."""
