"""Read JSON, YAML and JSONL files strictly, locate values, and write files.

`reader`, `line_stream`, `chunks` and `writer` do I/O.  `document`, `positions` and `yaml`
are pure: they decode text and locate values in it.
"""
