"""Ways to the real service: each has `send(Request) -> Response`."""
