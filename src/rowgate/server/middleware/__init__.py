"""What every request and every answer goes through, whatever its endpoint. Plain ASGI: nothing is buffered or copied."""
