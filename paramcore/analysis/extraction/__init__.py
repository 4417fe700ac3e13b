"""Extract a project from full requests, which contain all params of their tasks.

The package has these modules:

- `extraction` contains the class of the result.
- `extractor` reads the requests three times, and shortens them.
- `counts` counts the values that requests share.
- `search` chooses the params of the project.
- `reasons` describes why a param moves or stays, and why a request opts out or is set aside.
"""

from paramcore.analysis.extraction.extraction import Extraction, build_extraction
from paramcore.analysis.extraction.extractor import NEVER_MOVED, Extractor, FlatTask

__all__ = ["NEVER_MOVED", "Extraction", "Extractor", "FlatTask", "build_extraction"]
