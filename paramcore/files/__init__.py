"""Read JSON, YAML and JSONL files strictly, locate values by line and column, and write files atomically."""
