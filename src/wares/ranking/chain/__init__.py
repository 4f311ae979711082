"""What happens to candidates between their fused scores and the page: a chain of stages, declared in settings."""
