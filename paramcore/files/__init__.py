"""Files of JSON, YAML and JSONL: decoded strictly, located by line and column, written whole or not at all."""
