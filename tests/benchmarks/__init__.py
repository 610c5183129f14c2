"""How fast gradnb is, beside NumPy by hand and beside other frameworks: ``python -m tests.benchmarks``."""
