"""What is fitted to a shop's own catalogue and questions, beside the index and without changing it."""
