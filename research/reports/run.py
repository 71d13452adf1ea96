"""Parameter files → executed notebooks → HTML: which runs there are, and doing one of them.

A run is one notebook executed with one parameter file. Doing many at once is `batch.py`, the page
itself is `html.py`.
"""

from __future__ import annotations

import difflib
import os
import tempfile
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import papermill
import yaml
from papermill.exceptions import PapermillExecutionError
from papermill.iorw import NoDatesSafeLoader
from traitlets.config import Config

from research.record.tables import replace_with
from research.reports.html import render
from research.reports.parameters import MODELS, ParameterError


class _Loader(NoDatesSafeLoader):  # type: ignore[misc]
    """Papermill's, where a key that stands twice is an error: YAML takes the last, silently."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        if twice := [key for n, key in enumerate(keys) if key in keys[:n]]:
            problem = f"{twice[0]} stands twice: keep one of the two"
            raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)
        found: dict[Any, Any] = super().construct_mapping(node, deep)
        return found


def read_file(path: Path) -> dict[str, Any]:
    """A parameter file as papermill reads it: days stay text. Raises `ParameterError`."""
    try:
        values = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)
    except (yaml.YAMLError, UnicodeDecodeError) as problem:
        what = " ".join(str(problem).split())
        raise ParameterError(f"{path}: not readable as UTF-8 YAML: {what}") from problem
    if not isinstance(values, dict) or not all(isinstance(key, str) for key in values):
        raise ParameterError(f"{path}: must be one flat mapping, a `key: value` a line")
    nested = [key for key, value in values.items() if isinstance(value, dict)]
    if nested:
        raise ParameterError(f"{path}: {nested[0]}: must be flat, a text, number or list")
    return values


@dataclass(frozen=True)
class Run:
    """One notebook with one set of parameters; `file` is where they were read, if anywhere."""

    notebook: str
    name: str
    parameters: Mapping[str, Any]
    file: Path | None = None

    @property
    def title(self) -> str:
        """How a person names it on the command line."""
        return f"{self.notebook}/{self.name}"

    @property
    def origin(self) -> str:
        """What an error about its parameters calls the place to mend."""
        return self.file.as_posix() if self.file else f"{self.notebook} -p"


@dataclass(frozen=True)
class Result:
    """What came of a run: `error` is one line, or blank where the report was written."""

    run: Run
    seconds: float
    error: str = ""
    report: Path | None = None


@dataclass(frozen=True)
class Project:
    """The folders of a checkout."""

    root: Path = field(default_factory=Path)

    @property
    def notebooks(self) -> Path:
        """Parameterized notebooks."""
        return self.root / "notebooks"

    @property
    def params(self) -> Path:
        """One folder a notebook, one flat YAML file a run."""
        return self.root / "params"

    def _files(self) -> dict[str, Path]:
        """Every parameter file by the name of its run, `.yaml` or `.yml`."""
        found: dict[str, Path] = {}
        for path in sorted(self.params.glob("*/*.y*ml")):
            title = f"{path.parent.name}/{path.stem}"
            if title in found:
                raise ParameterError(f"{path}: {found[title].name} is that run too: rename one")
            found[title] = path
        return found

    def runs(
        self, selected: Iterable[str] = (), overrides: Mapping[str, Any] | None = None
    ) -> list[Run]:
        """Runs by `notebook` or `notebook/name`; all of them where nothing is selected.

        Overrides make runs of their own name, so that no other report is overwritten. A bare
        notebook with overrides other than `lang` is one run of its defaults. Raises
        `ParameterError` for a name that does not exist.
        """
        overrides = dict(overrides or {})
        known = self._files()
        found: list[Run] = []
        for name in list(selected) or list(known):
            if name in known:
                found.append(_from_file(known[name], overrides))
            elif name in MODELS and overrides.keys() - {"lang"}:
                found.append(Run(name, _suffix(overrides), overrides))
            elif name in MODELS:
                files = [path for title, path in known.items() if title.startswith(f"{name}/")]
                found.extend(_from_file(path, overrides) for path in files)
            else:
                close = difflib.get_close_matches(name, [*known, *MODELS], n=1)
                hint = f"did you mean {close[0]!r}? " if close else ""
                raise ParameterError(f"{name}: no such run; {hint}`fanzha list` shows all")
        return list({run.title: run for run in found}.values())


def _suffix(overrides: Mapping[str, Any]) -> str:
    text = "~".join(f"{key}={value}" for key, value in overrides.items())
    return "".join(c if c.isalnum() or c in "=~._-," else "-" for c in text)


def _from_file(path: Path, overrides: Mapping[str, Any]) -> Run:
    """The run of a parameter file. A file that cannot be read is a run that fails, not a crash."""
    name = "~".join(filter(None, [path.stem, _suffix(overrides)]))
    return Run(path.parent.name, name, overrides, path)


def parameters_of(run: Run) -> dict[str, Any]:
    """The values of the file, with the overrides laid over. Raises `ParameterError`."""
    return {**(read_file(run.file) if run.file else {}), **run.parameters}


def _stripped(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Without clocks, machine paths and random ids, so that the same run gives the same bytes."""
    parameters = notebook.metadata.get("papermill", {}).get("parameters", {})
    notebook.metadata["papermill"] = {"parameters": parameters}
    for number, cell in enumerate(notebook.cells):
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell["id"] = f"injected-{number}"
    return notebook


def _cause(error: PapermillExecutionError) -> str:
    """A failed cell in one line: which cell, and what it said."""
    said = " ".join(str(error.evalue).split())
    return f"cell {error.cell_index + 1}: {error.ename}: {said}"


def _kernel(scratch: str) -> Config:
    """Kernels talk through sockets in the run's own folder: no open port, none to collide."""
    if os.name == "nt":
        return Config()
    return Config(KernelManager={"transport": "ipc", "ip": f"{scratch}/kernel"})


def execute(run: Run, values: Mapping[str, Any], project: Project, reports: Path) -> Result:
    """Execute one run with papermill and write its notebook and its page, each whole or not at all.

    A failing notebook is kept as `<name>.failed.ipynb` with the outputs that it got to; an earlier
    report of that name is left as it was.
    """
    began = time.monotonic()
    folder = reports / run.notebook
    failed = folder / f"{run.name}.failed.ipynb"
    with tempfile.TemporaryDirectory() as scratch:
        executed = Path(scratch) / f"{run.name}.ipynb"
        try:
            papermill.execute_notebook(
                str(project.notebooks / f"{run.notebook}.ipynb"),
                str(executed),
                parameters=dict(values),
                kernel_name="python3",
                progress_bar=False,
                config=_kernel(scratch),
                cwd=str(project.root),
            )
        except PapermillExecutionError as error:
            _write(_stripped(nbformat.read(executed, as_version=4)), failed)
            return Result(run, time.monotonic() - began, _cause(error))
        notebook = _stripped(nbformat.read(executed, as_version=4))
    done, page = folder / f"{run.name}.ipynb", folder / f"{run.name}.html"
    text = render(notebook, lang=str(values.get("lang", "zh")), files={"ipynb": done.name})
    _write(notebook, done)
    replace_with(page, lambda path: path.write_text(text, encoding="utf-8"))
    failed.unlink(missing_ok=True)
    return Result(run, time.monotonic() - began, report=page)


def _write(notebook: nbformat.NotebookNode, path: Path) -> None:
    text = nbformat.writes(notebook) + "\n"
    replace_with(path, lambda temporary: temporary.write_text(text, encoding="utf-8"))
