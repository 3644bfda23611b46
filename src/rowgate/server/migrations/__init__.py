"""The Alembic environment of the server, shipped inside the package so that an installed server can migrate itself."""
