"""The server's commands on what it stores. Everything slow is imported inside them: `--help` answers in under a second."""
