"""Read JSON, YAML and JSONL files strictly, locate values, and write files.

`reader`, `line_stream`, `chunks`, `waiting` and `writer` do I/O.  The other modules do
none: they decode text, locate values in it and describe mistakes.
"""
