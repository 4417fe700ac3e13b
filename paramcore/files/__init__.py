"""Read JSON, YAML and JSONL files, locate values by line and column, and write files.

Only `reader`, `line_stream`, `chunks`, `waiting` and `writer` do I/O.
"""
