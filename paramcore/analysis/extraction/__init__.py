"""Extractions: a project for full requests, and what is left of each request.

`extraction` has the result, `extractor` reads the requests three times.  `counts`
counts what they share, `search` chooses the params of the project, and `reasons`
describes what moves, what stays and who opts out.
"""

from paramcore.analysis.extraction.extraction import Extraction, build_extraction
from paramcore.analysis.extraction.extractor import NEVER_MOVED, Extractor, FlatTask

__all__ = ["NEVER_MOVED", "Extraction", "Extractor", "FlatTask", "build_extraction"]
