"""Which runs there are: a run is one notebook with one flat parameter file, or with overrides.

Doing one of them is `task.py`, many at once `batch.py`. Nothing heavy is imported here: with
nothing to do, `fanzha run` should be done at once.
"""

from __future__ import annotations

import ast
import difflib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml


class ParameterError(ValueError):
    """A parameter that a notebook does not take; says file, key, value, and what is allowed."""


class Reader(yaml.SafeLoader):
    """YAML as papermill reads it: days stay text. But a key that stands twice is an error: YAML
    takes the last, silently."""

    yaml_implicit_resolvers = {  # noqa: RUF012  (as the base class has it)
        first: [(tag, pattern) for tag, pattern in known if not tag.endswith(":timestamp")]
        for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

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
        values = yaml.load(path.read_text(encoding="utf-8"), Loader=Reader)
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

    def notebook(self, name: str, origin: str) -> str:
        """The source of a notebook. Raises `ParameterError` where there is none."""
        path = self.notebooks / f"{name}.ipynb"
        if not path.is_file():
            known = sorted(p.stem for p in self.notebooks.glob("*.ipynb"))
            close = "".join(
                f"did you mean {n!r}? " for n in difflib.get_close_matches(name, known, 1)
            )
            said = f"{close}there are: {', '.join(known)}"
            raise ParameterError(f"{origin}: unknown notebook {name!r}; {said}")
        return path.read_text(encoding="utf-8")

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
        notebooks = sorted(path.stem for path in self.notebooks.glob("*.ipynb"))
        found: list[Run] = []
        for name in list(selected) or list(known):
            if name in known:
                found.append(_from_file(known[name], overrides))
            elif name in notebooks and overrides.keys() - {"lang"}:
                found.append(Run(name, _suffix(overrides), overrides))
            elif name in notebooks:
                files = [path for title, path in known.items() if title.startswith(f"{name}/")]
                found.extend(_from_file(path, overrides) for path in files)
            else:
                close = difflib.get_close_matches(name, [*known, *notebooks], n=1)
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


def assignments(source: str) -> Iterator[tuple[str, Any, str]]:
    """Each `name = value  # comment` of a cell; a value that is no literal stays as written."""
    lines = [line.encode() for line in source.splitlines()]  # Python counts columns in bytes
    for node in ast.parse(source).body:
        match node:
            case (
                ast.Assign(targets=[ast.Name(name)], value=value)
                | ast.AnnAssign(target=ast.Name(name), value=ast.expr() as value)
            ):
                comment = lines[(node.end_lineno or 1) - 1][node.end_col_offset or 0 :].decode()
                try:
                    yield name, ast.literal_eval(value), comment.lstrip(" #")
                except ValueError:
                    yield name, ast.unparse(value), comment.lstrip(" #")


def defaults_of(notebook: str) -> dict[str, Any]:
    """The parameters of a notebook's source as its tagged cell sets them."""
    cells = [
        c for c in json.loads(notebook)["cells"] if "parameters" in c["metadata"].get("tags", [])
    ]
    return {n: v for c in cells for n, v, _ in assignments("".join(c["source"]))}
