"""Whatever is handed on has a licence: texts and programs the project's own, every other file one that is named."""

from __future__ import annotations

import importlib.metadata
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LICENCES = PROJECT["tool"]["gradnb"]["licences"]

#: Written by the gradnb authors, in words or as a program.
WRITTEN = {".css", ".dot", ".html", ".ipynb", ".js", ".md", ".py", ".tex", ".toml", ".txt", ".typed", ""}
CACHES = {"__pycache__", ".ipynb_checkpoints", ".hypothesis", ".pytest_cache"}


def handed_on() -> set[str]:
    """Return the files of a wheel or an archive of the sources, from the checkout's root."""
    included = PROJECT["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
    entries = [ROOT / name.lstrip("/") for name in included]
    files = [file for entry in entries for file in ([entry] if entry.is_file() else entry.rglob("*"))]
    return {file.relative_to(ROOT).as_posix() for file in files if file.is_file() and CACHES.isdisjoint(file.parts)}


def test_the_wheel_takes_nothing_that_the_archive_of_the_sources_lacks() -> None:
    taken = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert all(any(file.startswith(f"{folder}/") for file in handed_on()) for folder in taken)


def test_every_file_of_data_has_a_licence() -> None:
    data = {file for file in handed_on() if Path(file).suffix not in WRITTEN}
    assert "notebooks/data/penguins.csv" in data
    missing = data - LICENCES.keys()
    assert not missing, f"name the licence of {sorted(missing)} in pyproject.toml, under [tool.gradnb.licences]"


def test_every_licence_belongs_to_a_file() -> None:
    assert LICENCES.keys() - handed_on() == set()


def test_the_package_names_every_licence() -> None:
    named = set(PROJECT["project"]["license"].split(" AND "))
    assert named == {entry["licence"] for entry in LICENCES.values()} | {"MIT"}
    assert all(entry["by"] for entry in LICENCES.values())


def test_what_is_not_ours_says_so_where_it_lies() -> None:
    for file, entry in LICENCES.items():
        if entry["licence"] != "MIT":
            notice = (ROOT / file).with_name("README.md")
            assert entry["licence"].replace("-", " ") in notice.read_text(encoding="utf-8")
            assert notice.relative_to(ROOT).as_posix() in PROJECT["project"]["license-files"]


def test_the_installed_package_names_its_licence() -> None:
    metadata = importlib.metadata.metadata("gradnb")
    assert "MIT" in (metadata["License-Expression"] or metadata["License"])
