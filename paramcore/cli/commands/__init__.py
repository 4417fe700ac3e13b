"""The commands: each yields the pieces of its answer and returns its exit code."""
