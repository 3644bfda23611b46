"""The HTTP endpoints, a module for each path."""
