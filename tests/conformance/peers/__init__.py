"""The conformance suite on others: what is commonly written, a library from PyPI, PostgreSQL's row security alone.

Each adapter says the world's policies as well as its documentation knows how to. `python -m tests.conformance.peers --help`.
"""
