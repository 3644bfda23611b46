"""Schemathesis (https://schemathesis.readthedocs.io) over the whole OpenAPI, as each role, against the real server.

The server runs in a process of its own behind a real socket: what a client can put on the wire, HTTP parser included,
is part of what is tested. Nothing here lists the operations: a new one is tested as soon as it is described.
"""
