"""Extract a project from full requests, which contain all params of their tasks.

The module `extraction` contains the class of the result.  `extractor` counts and shortens
the requests, which are read three times.  `counts` counts the values that requests share,
and `search` chooses the params of the project.  `reasons` describes why a param moves or
stays, and why a task opts out or is set aside.
"""

from paramcore.analysis.extraction.extraction import Extraction, build_extraction
from paramcore.analysis.extraction.extractor import NEVER_MOVED, Extractor, FlatTask

__all__ = ["NEVER_MOVED", "Extraction", "Extractor", "FlatTask", "build_extraction"]
