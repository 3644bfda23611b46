"""The document service: users, roles, documents, configurations and grants behind FastAPI.

It stands on the library's public names only, and starts with one command on an embedded, real PostgreSQL.
"""
