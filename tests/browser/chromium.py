"""Open pages in a real Chromium, and report their problems.

`npm install` in this folder installs Chromium.  Without Chromium, pytest skips the tests that need it.
"""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
MODULES = ("@sparticuz/chromium", "playwright-core", "axe-core")

NEEDS_BROWSER = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("node") is None, reason="the tests in a browser need `node`"),
    pytest.mark.skipif(
        not all((FOLDER / "node_modules" / module).exists() for module in MODULES),
        reason="the tests in a browser need `npm install` in tests/browser",
    ),
]


def check_pages(pages):
    """Return the report of `check.mjs` on each page, by name; `pages` maps names to files or URLs."""
    command = ["node", "check.mjs", *pages.values()]
    done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    return {name: found[page] for name, page in pages.items()}
