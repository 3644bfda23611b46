"""Log-ins, their tokens, passwords, API keys, and how often somebody may try."""
