"""The steps of the workflow in `review-in-pull-request.md`, run as GitHub Actions runs them."""

import json
import re
import shutil
import stat
import subprocess

import pytest
from ruamel.yaml import YAML
from running import EXAMPLES, ROOT, command, environment

GUIDE = (ROOT / "docs" / "guides" / "review-in-pull-request.md").read_text("utf-8")
WORKFLOW = YAML(typ="safe").load(re.search(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)[1])
STEPS = {step["name"]: step["run"] for step in WORKFLOW["jobs"]["plan"]["steps"] if "name" in step}

#: A replacement for `gh` that keeps comments in a file, and fails for an unexpected path, query or field.
GH = r"""#!/usr/bin/env python3
import json, os, pathlib, sys
arguments = sys.argv[1:]
store = pathlib.Path("comments.json")
comments = json.loads(store.read_text()) if store.exists() else {}
[path] = [argument for argument in arguments if argument.startswith("repos/")]
if "--jq" in arguments:
    assert path == "repos/team/params/issues/7/comments", path
    query = arguments[arguments.index("--jq") + 1]
    assert query == '.[] | select(.user.login == "github-actions[bot]" and (.body | startswith(env.FIRST_LINE))) | .id'
    start = os.environ["FIRST_LINE"]
    print(*(number for number, body in comments.items() if body.startswith(start)), sep="\n")
else:
    field = arguments[arguments.index("--field") + 1]
    assert field == "body=@comment.md", field
    number = path.rpartition("/")[2] if "PATCH" in arguments else str(len(comments) + 1)
    assert path == ("repos/team/params/issues/comments/" + number if "PATCH" in arguments else "repos/team/params/issues/7/comments")
    store.write_text(json.dumps({**comments, number: pathlib.Path("comment.md").read_text()}))
"""


@pytest.fixture
def checkout(tmp_path):
    """Return a checkout with projects, an update, and the commands `gh` and `paramcore`."""
    shutil.copytree(EXAMPLES / "projects", tmp_path / "projects")
    shutil.copy(EXAMPLES / "reword.json", tmp_path / "update.json")
    commands = tmp_path / "bin"
    commands.mkdir()
    for name, text in {"gh": GH, "paramcore": f'#!/bin/sh\nexec {" ".join(command())} "$@"\n'}.items():
        (commands / name).write_text(text)
        (commands / name).chmod(stat.S_IRWXU)
    return tmp_path


def run_step(name, checkout):
    settings = environment(
        GITHUB_REPOSITORY="team/params", NUMBER="7", GITHUB_STEP_SUMMARY=str(checkout / "summary.md")
    )
    settings["PATH"] = f"{checkout / 'bin'}:{settings['PATH']}"
    # On Linux, GitHub Actions runs a step without `shell` as `bash -e FILE`.
    arguments = ["bash", "-e", "-c", STEPS[name]]
    return subprocess.run(
        arguments, cwd=checkout, env=settings, capture_output=True, text=True, check=False, timeout=60
    )


def read_comments(checkout):
    return json.loads((checkout / "comments.json").read_text())


def test_an_update_that_drops_params_is_commented_once(checkout):
    """The first run posts a comment, and the second run edits it. The last step prints an annotation and fails."""
    (checkout / "comments.json").write_text(json.dumps({"1": '<!-- paramcore plan "signs" -->\n### Another workflow'}))
    for instruction in ("first", "second"):
        (checkout / "update.json").write_text(json.dumps({"instruction": instruction}))
        for name in ("Write the comment", "Post the comment, or update it"):
            done = run_step(name, checkout)
            assert (done.returncode, done.stderr) == (0, ""), name
        comments = read_comments(checkout)
        assert list(comments) == ["1", "2"]
        assert comments["1"].endswith("Another workflow")
        assert comments["2"].startswith('<!-- paramcore plan "projects" -->\n### 1 of 2 projects would lose params\n')
        assert f'"{instruction}"' in comments["2"]
    done = run_step("Annotate the update", checkout)
    assert done.returncode == 1
    assert done.stdout.startswith("::error file=update.json,line=1,col=1,title=param_dropped::the update drops")
    assert (checkout / "summary.md").read_text() == read_comments(checkout)["2"] + "\n"


def test_a_harmless_update_passes(checkout):
    """For an update that drops nothing, the job succeeds and posts a comment, too."""
    (checkout / "update.json").write_text('{"patch": true, "instruction": "Box it."}')
    assert [run_step(name, checkout).returncode for name in STEPS] == [0, 0, 0]
    assert "none would lose params" in read_comments(checkout)["1"]


def test_an_unreadable_update_ends_the_job(checkout):
    """If the update is invalid JSON, the first step fails, which ends the job."""
    (checkout / "update.json").write_text("{")
    done = run_step("Write the comment", checkout)
    assert done.returncode == 1
    assert "update.json:1:2" in done.stderr
