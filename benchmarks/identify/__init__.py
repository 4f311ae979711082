"""How well ``wares identify`` tells what a picture shows; see :mod:`benchmarks.identify.__main__`."""
