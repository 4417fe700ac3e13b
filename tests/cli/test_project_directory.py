"""A directory of project files, in which each project stays in its file."""

import json
import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given

from paramcore import Assumptions, Project
from paramcore.cli import project_directory
from paramcore.cli.project_directory import ProjectDirectory
from paramcore.cli.projects import ProjectFiles
from paramcore.errors import DocumentError, ParamcoreError
from paramcore.files import writer
from paramcore.wire import write_project
from tests.cli.test_file_names import NAME_SETS

DOCKS = Project("docks", type="imageannotation", params={"padding": 3})
CRANES = Project("cranes", type="comparison", params={"padding": 1})
NEW_DOCKS = DOCKS.patch_params({"padding": 4})


def store(file, *projects, many=False):
    """Write projects to a file as a user may have edited it: with an unknown key and another layout."""
    objects = [{"note": "kept", **write_project(project)} for project in projects]
    file.write_text(json.dumps(objects if many else objects[0], indent=4) + "\n\n")
    return file


def write(directory, *projects, sources=()):
    return ProjectDirectory(str(directory), Assumptions(), sources=map(str, sources)).write(projects)


def read(directory):
    """Return the projects of a directory as commands read them."""
    return {project.name: project for project in ProjectFiles([str(directory)], Assumptions())}


def list_bytes(directory):
    return {path.name: path.read_bytes() for path in directory.iterdir()}


def refuse(directory, *projects, sources=()):
    """Check that a write is rejected and changes no file. Return the error."""
    before = list_bytes(directory)
    with pytest.raises(DocumentError) as caught:
        write(directory, *projects, sources=sources)
    assert list_bytes(directory) == before
    return caught.value


@pytest.mark.parametrize("name", ["docks.json", "My Docks (old).json", "cranes.json", "DOCKS.json"])
def test_a_project_stays_in_its_file(tmp_path, name):
    """A project is written to the file that contains it, whatever the name of the file."""
    store(tmp_path / name, DOCKS)
    assert write(tmp_path, NEW_DOCKS) == [f"{tmp_path}/{name}"]
    assert os.listdir(tmp_path) == [name]
    assert read(tmp_path)["docks"].versions == NEW_DOCKS.versions


def test_a_project_stays_in_its_array(tmp_path):
    """A write replaces a project inside its array. The other projects and the order do not change."""
    file = store(tmp_path / "all.json", CRANES, DOCKS, many=True)
    assert write(tmp_path, NEW_DOCKS) == [str(file)]
    cranes, docks = json.loads(file.read_text())
    assert (cranes, docks) == ({"note": "kept", **write_project(CRANES)}, write_project(NEW_DOCKS))
    assert os.listdir(tmp_path) == ["all.json"]


def test_an_array_of_one_project_stays_an_array(tmp_path):
    """A file with an array of one project is written as an array."""
    file = store(tmp_path / "all.json", DOCKS, many=True)
    write(tmp_path, NEW_DOCKS)
    assert json.loads(file.read_text()) == [write_project(NEW_DOCKS)]


def test_an_unchanged_file_is_left_alone(tmp_path):
    """A file with unchanged projects is not rewritten. So a diff in git shows only files with real changes."""
    file = tmp_path / "docks.json"
    file.write_text(json.dumps(write_project(DOCKS), indent=7, sort_keys=True))
    before = file.stat()
    assert write(tmp_path, DOCKS) == [str(file)]
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_link_stays_a_link(tmp_path):
    """A project behind a symbolic link is written to the target of the link."""
    (tmp_path / "projects").mkdir()
    file = store(tmp_path / "real.json", DOCKS)
    (tmp_path / "projects" / "docks.json").symlink_to(file)
    (tmp_path / "projects" / "again.json").symlink_to(file)
    write(tmp_path / "projects", NEW_DOCKS)
    assert read(tmp_path / "projects")["docks"].versions == NEW_DOCKS.versions
    assert {path.is_symlink() for path in (tmp_path / "projects").iterdir()} == {True}
    assert json.loads(file.read_text()) == write_project(NEW_DOCKS)


YAML = "# Mind the cranes.\nname: docks\ntype: imageannotation\nparam_history:\n  - {version: 0, padding: 3}\n"


@pytest.mark.parametrize("name", ["docks.yaml", "other.yml", "DOCKS.YAML", "Other.Yml"])
def test_yaml_is_never_rewritten(tmp_path, name):
    """If a YAML file would have to change, nothing is written, because a rewrite would lose its comments."""
    (tmp_path / name).write_text(YAML)
    error = refuse(tmp_path, CRANES, NEW_DOCKS)
    assert (error.code, error.source) == ("unwritable", f"{tmp_path}/{name}")
    assert "convert the file to JSON" in error.remedy


def test_yaml_that_is_up_to_date_is_left_alone(tmp_path):
    """A YAML file with an unchanged project is accepted, and the project gets no second file."""
    (tmp_path / "docks.yaml").write_text(YAML)
    assert write(tmp_path, CRANES, DOCKS) == [f"{tmp_path}/cranes.json", f"{tmp_path}/docks.yaml"]
    assert (tmp_path / "docks.yaml").read_text() == YAML
    assert set(read(tmp_path)) == {"cranes", "docks"}


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("other.json", json.dumps(write_project(DOCKS)), "wrong_project"),
        ("other.yaml", YAML, "wrong_project"),
        ("broken.json", '{"name": "x", "type": "y"}', "history_type"),
        ("broken.json", '{"name": ', "json_syntax"),
        ("broken.yaml", "param_history: [", "yaml_syntax"),
    ],
)
def test_an_invalid_directory_is_not_written(tmp_path, name, text, code):
    """If two files contain the same project, or a file is invalid, nothing is written."""
    store(tmp_path / "docks.json", DOCKS)
    (tmp_path / name).write_text(text)
    error = refuse(tmp_path, NEW_DOCKS, CRANES)
    assert (error.code, Path(error.source).name) == (code, name)


@pytest.mark.parametrize("name", ["docks.json", "DOCKS.json", "docks.JSON"])
def test_other_files_are_left_alone(tmp_path, name):
    """A file without a project is not overwritten, even if its name is the first choice for a new project."""
    (tmp_path / name).write_text('{"instruction": "Box."}')
    (tmp_path / ".docks.json").write_text("hidden")
    before = list_bytes(tmp_path)
    write(tmp_path, DOCKS)
    write(tmp_path, NEW_DOCKS)
    after = list_bytes(tmp_path)
    assert before.items() < after.items()
    assert len(after) == 3
    assert read(tmp_path) == {"docks": NEW_DOCKS}


def test_a_file_with_the_digest_name_is_not_overwritten(tmp_path):
    """If both possible files of a new project exist, `docks.json` and the one with a digest, nothing is written."""
    (tmp_path / "docks.json").write_text("{}")
    (written,) = write(tmp_path, DOCKS)
    Path(written).write_text("{}")
    error = refuse(tmp_path, CRANES, DOCKS)
    assert (error.code, error.source) == ("unwritable", written)


def test_a_name_with_another_project_is_taken(tmp_path):
    """If `docks.json` contains another project, the new project `docks` gets another file. Both can then be read."""
    store(tmp_path / "docks.json", CRANES)
    write(tmp_path, DOCKS)
    assert {name: project.type for name, project in read(tmp_path).items()} == {
        "cranes": "comparison",
        "docks": "imageannotation",
    }


def test_sources_in_the_directory_are_project_files(tmp_path):
    """If `sources` names a file in the directory, that file is a project file, even if it is hidden or a .txt file."""
    (tmp_path / "elsewhere").mkdir()
    sources = [store(tmp_path / ".hidden.json", DOCKS), store(tmp_path / "cranes.txt", CRANES)]
    outside = store(tmp_path / "elsewhere" / "docks.json", DOCKS)
    new_cranes = CRANES.patch_params({"padding": 2})
    assert write(tmp_path, NEW_DOCKS, new_cranes, sources=[*sources, outside, "-"]) == list(map(str, sources))
    assert read(sources[0]) == {"docks": NEW_DOCKS}
    assert read(sources[1]) == {"cranes": new_cranes}
    assert sorted(os.listdir(tmp_path)) == [".hidden.json", "cranes.txt", "elsewhere"]


def test_a_source_must_not_repeat_a_project(tmp_path):
    """If `sources` names a file in the directory, no other file there may contain the same project."""
    source = store(tmp_path / "docks.txt", DOCKS)
    store(tmp_path / "docks.json", DOCKS)
    assert refuse(tmp_path, NEW_DOCKS, sources=[source]).code == "wrong_project"


def test_a_new_directory_is_created(tmp_path):
    """A directory that does not exist is created, with its parents."""
    assert write(tmp_path / "a" / "b", DOCKS) == [f"{tmp_path}/a/b/docks.json"]
    assert read(tmp_path / "a" / "b") == {"docks": DOCKS}


def test_a_directory_that_cannot_be_created_is_an_error(tmp_path):
    """A file in place of the directory is an error."""
    (tmp_path / "file").write_text("")
    with pytest.raises(DocumentError) as caught:
        write(tmp_path / "file", DOCKS)
    assert caught.value.code == "unwritable"


def test_a_second_write_uses_the_file_of_the_first(tmp_path):
    """The second write of a new project goes to the same file as the first write."""
    directory = ProjectDirectory(str(tmp_path), Assumptions())
    assert directory.write([DOCKS]) == directory.write([NEW_DOCKS]) == [f"{tmp_path}/docks.json"]
    assert directory.projects.keys() == {"docks"}
    assert read(tmp_path) == {"docks": NEW_DOCKS}


def test_an_interrupted_write_adds_no_second_file(tmp_path, monkeypatch):
    """If Ctrl-C interrupts the command just after a write, the next write of the project goes to the same file."""

    def interrupt(path, pieces, **options):
        writer.write_atomically(path, pieces, **options)
        raise KeyboardInterrupt

    directory = ProjectDirectory(str(tmp_path), Assumptions())
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(project_directory, "write_atomically", interrupt)
        directory.write([DOCKS])
    directory.write([NEW_DOCKS])
    assert os.listdir(tmp_path) == ["docks.json"]
    assert read(tmp_path) == {"docks": NEW_DOCKS}


@given(names=NAME_SETS.filter(bool))
def test_what_is_written_is_found(names):
    """Projects with any names can be read after a write. Another write of the same projects adds no file."""
    projects = [Project(name, type="t", params={"n": index}) for index, name in enumerate(sorted(names))]
    with TemporaryDirectory() as directory:
        # Write some projects first, so that their files exist when the others are written.
        write(directory, *projects[::2])
        write(directory, *projects[::-1])
        files = sorted(os.listdir(directory))
        assert len({file.casefold() for file in files}) == len(files) == len(names)
        assert read(directory) == {project.name: project for project in projects}
        changed = [project.patch_params({"n": -1}) for project in projects]
        write(directory, *changed)
        assert sorted(os.listdir(directory)) == files
        assert read(directory) == {project.name: project for project in changed}


def test_errors_of_the_system_are_errors(tmp_path, monkeypatch):
    """If a directory cannot be listed, a `ParamcoreError` is raised, not an `OSError`."""

    def fail(_path):
        raise PermissionError(13, "Permission denied")

    directory = ProjectDirectory(str(tmp_path), Assumptions())
    monkeypatch.setattr(os, "listdir", fail)
    with pytest.raises(ParamcoreError) as caught:
        directory.write([DOCKS])
    assert (caught.value.code, caught.value.problem) == ("unreadable", "cannot read the directory: permission denied")


NEW_PROJECTS = [Project(name, type="comparison") for name in ("docks", "Docks", "DOCKS", "a/b")]


@pytest.mark.parametrize("written", range(len(NEW_PROJECTS) + 1))
def test_two_processes_write_the_same_files(tmp_path, written):
    """If another process has written some of the new projects, their files do not change. No project gets two files."""
    first, second = (ProjectDirectory(str(tmp_path), Assumptions()) for _ in range(2))
    names = first.write(NEW_PROJECTS)
    for name in names[written:]:
        os.unlink(name)
    times = {name: os.stat(name).st_mtime_ns for name in names[:written]}
    assert second.write(NEW_PROJECTS) == names
    assert sorted(os.listdir(tmp_path)) == sorted(map(os.path.basename, names))
    assert {name: os.stat(name).st_mtime_ns for name in names[:written]} == times


def test_another_process_writes_an_array(tmp_path):
    """A new project that another process adds to an array stays in the array."""
    directory = ProjectDirectory(str(tmp_path), Assumptions())
    array = tmp_path / "all.json"
    array.write_text(json.dumps([write_project(DOCKS), write_project(CRANES)]))
    assert directory.write([DOCKS]) == [str(array)]
    assert directory.write([NEW_DOCKS]) == [str(array)]
    assert read(tmp_path) == {"docks": NEW_DOCKS, "cranes": CRANES}
    assert os.listdir(tmp_path) == ["all.json"]


def test_a_later_project_stays_in_an_array_of_another_process(tmp_path):
    """If another process adds an array, the second project stays in the array, even if it is written after the first."""
    directory = ProjectDirectory(str(tmp_path), Assumptions())
    array = tmp_path / "all.json"
    array.write_text(json.dumps([write_project(DOCKS), write_project(CRANES)]))
    directory.write([DOCKS])
    directory.write([NEW_DOCKS])
    with pytest.raises(DocumentError, match="different content"):
        directory.write([CRANES.patch_params({"padding": 2})])
    assert directory.write([CRANES]) == [str(array)]
    assert directory.get_path("cranes") == str(array)
    directory.write([CRANES.patch_params({"padding": 2})])
    assert os.listdir(tmp_path) == ["all.json"]
    assert read(tmp_path)["cranes"].params == {"padding": 2}


def test_another_process_writes_a_file_beside_an_equal_name(tmp_path):
    """A project that another process writes to `Docks.json` stays in this file, even if `docks.json` exists, too."""
    directory = ProjectDirectory(str(tmp_path), Assumptions())
    (tmp_path / "Docks.json").write_text(json.dumps(write_project(DOCKS)))
    if (tmp_path / "docks.json").exists():
        pytest.skip("the file system ignores case")
    (tmp_path / "docks.json").write_text('{"instruction": "Box."}')
    assert directory.write([DOCKS]) == [f"{tmp_path}/Docks.json"]
    assert sorted(os.listdir(tmp_path)) == ["Docks.json", "docks.json"]


def test_another_process_uses_the_name_of_a_new_file(tmp_path):
    """If another process writes the project `docks` to `cranes.json`, a write of `docks` and `cranes` is rejected."""
    directory = ProjectDirectory(str(tmp_path), Assumptions())
    (tmp_path / "cranes.json").write_text(json.dumps(write_project(DOCKS)))
    before = list_bytes(tmp_path)
    with pytest.raises(DocumentError, match="the file does not contain the project") as caught:
        directory.write([DOCKS, CRANES])
    assert caught.value.source == f"{tmp_path}/cranes.json"
    assert list_bytes(tmp_path) == before


def test_another_process_adds_entries_that_are_no_files(tmp_path):
    """If another process adds a subdirectory or a pipe with the suffix .json, a write ignores this entry."""
    directory = ProjectDirectory(str(tmp_path), Assumptions())
    (tmp_path / "new.json").mkdir()
    for name in ("a", "b"):
        store(tmp_path / "new.json" / f"{name}.json", DOCKS if name == "a" else CRANES)
    os.mkfifo(tmp_path / "pipe.json")
    assert directory.write([DOCKS]) == [str(tmp_path / "docks.json")]
    assert sorted(os.listdir(tmp_path)) == ["docks.json", "new.json", "pipe.json"]
    assert directory.write([DOCKS]) == [str(tmp_path / "docks.json")]


@pytest.mark.parametrize("name", ["docks.json", "mine.json"])
def test_another_process_writes_another_version(tmp_path, name):
    """A project that another process has written with other versions is not overwritten."""
    directory = ProjectDirectory(str(tmp_path), Assumptions())
    store(tmp_path / name, NEW_DOCKS)
    before = list_bytes(tmp_path)
    with pytest.raises(DocumentError) as rejected:
        directory.write([CRANES, DOCKS])
    assert rejected.value.problem == 'another program has written the project "docks" with different content'
    assert (rejected.value.source, rejected.value.remedy) == (f"{tmp_path}/{name}", "run the command again")
    assert list_bytes(tmp_path) == before
