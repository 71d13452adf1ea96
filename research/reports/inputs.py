"""What a run depends on, by content, and in words what has changed since it was last done.

A run is a function of its notebook, its parameters, the rows of the record that it can reach, the
code of this package and the versions of the libraries. Digests alone say whether it must be done
again; when files were written does not count.
"""

from __future__ import annotations

import hashlib
import platform
import sysconfig
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from research.record.record import Record

PACKAGE = Path(__file__).parents[1]
TABLES = PACKAGE / "record" / "tables"
_CODE = {".py", ".csv", ".css", ".js", ".j2", ".json"}
REACH = dict.fromkeys(["trend", "comparators"], ("indicator",))
"""Parameters that name all the indicators which a notebook reads; others may read any row."""
FREE = {"check"}
"""Notebooks that look beyond their vintage: a source is held against what was known before it."""
FILES = {
    "check": ("bulletin",),
}
"""Parameters that name a file, whose content then is an input too."""


def digest(data: bytes) -> str:
    """The name of a content: its SHA-256."""
    return hashlib.sha256(data).hexdigest()


def code() -> dict[str, str]:
    """Every file of this package that a run can reach, with its digest.

    The command line is left out, and the record's own tables, of which a run reaches only rows.
    """
    files = (path for path in PACKAGE.rglob("*") if path.suffix in _CODE)
    names = {path.relative_to(PACKAGE).as_posix(): path for path in sorted(files)}
    apart = ("cli/", "record/tables/")
    return {n: digest(p.read_bytes()) for n, p in names.items() if not n.startswith(apart)}


def reachable(files: Mapping[str, str], notebook: str) -> dict[str, str]:
    """The part of the code that runs of a notebook can reach: only a check reads bulletins.

    >>> reachable({"lang.py": "1", "loaders/bulletin/lexicon.csv": "2"}, "trend")
    {'lang.py': '1'}
    """
    apart = ["reports/batch.py", "reports/manifest.py", "reports/shelf.py"]
    apart += [] if notebook in FREE else ["loaders/"]
    return {name: known for name, known in files.items() if not name.startswith(tuple(apart))}


def libraries() -> dict[str, str]:
    """Installed distributions and Python itself, with their versions.

    Read from the names of their folders: asking each for its metadata takes longer than a run.
    """
    found = {"python": platform.python_version()}
    for path in Path(sysconfig.get_path("purelib")).glob("*.dist-info"):
        name, _, version = path.name.removesuffix(".dist-info").partition("-")
        found[name] = version
    return dict(sorted(found.items()))


def tables(folders: Iterable[Path]) -> dict[str, str]:
    """The files of the record and of what is laid over it: whether a glance will do."""
    files = (path for folder in folders for path in sorted(folder.glob("*.*")))
    return {f"{path.parent.name}/{path.name}": digest(path.read_bytes()) for path in files}


def reached(record: Record, notebook: str, values: Mapping[str, Any]) -> dict[str, str]:
    """Digests of the rows of each table that a run can reach: its vintage, its indicators.

    >>> from research.record.record import load
    >>> about = {"indicator": "cases_solved", "as_of": "2022-05-11"}
    >>> reached(load(), "trend", about) == reached(load().as_of("2022-05-11"), "trend", about)
    True
    """
    from research.record.schema import SCHEMAS

    seen = narrowed(record, notebook, values)
    return {name: digest(getattr(seen, name).write_csv().encode()) for name in SCHEMAS}


def narrowed(record: Record, notebook: str, values: Mapping[str, Any]) -> Record:
    """The record as far as a run can reach into it."""
    if notebook in FREE:
        return record
    seen = record.as_of(values.get("as_of"))
    keys = REACH.get(notebook, ())
    named = [values[key] for key in keys if values.get(key)]
    names = [n for value in named for n in ([value] if isinstance(value, str) else value)]
    return seen.about(names) if names and len(named) == len(keys) else seen


@dataclass(frozen=True)
class Inputs:
    """All that a run depends on. `tables` only says whether to look at `record` at all."""

    notebook: str
    parameters: Mapping[str, Any]
    code: Mapping[str, str]
    libraries: Mapping[str, str]
    files: Mapping[str, str] = field(default_factory=dict)
    tables: Mapping[str, str] = field(default_factory=dict)
    record: Mapping[str, str] = field(default_factory=dict)

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        return iter(asdict(self).items())

    def differs(self, earlier: Mapping[str, Any]) -> list[str]:
        """Which kinds of input are not what they were."""
        return [kind for kind, now in self if now != earlier.get(kind)]

    def changes(self, earlier: Mapping[str, Any]) -> list[str]:
        """In words, a line for each input that is not what it was.

        >>> now = Inputs("a", {"indicator": "cases_solved"}, {}, {"polars": "2.1.0"})
        >>> now.changes(dict(Inputs("a", {"indicator": "cases_filed"}, {}, {"polars": "2.0.0"})))
        ['parameter indicator: cases_filed → cases_solved', 'library polars: 2.0.0 → 2.1.0']
        """
        lines, differs = [], self.differs(earlier)
        # Other parameters reach other rows; the record itself need not have changed.
        unsaid = {"tables", "record"} if "parameters" in differs else {"tables"}
        for kind in [kind for kind in differs if kind not in unsaid]:
            now, then = getattr(self, kind), earlier.get(kind)
            if not isinstance(now, Mapping) or not isinstance(then, Mapping):
                lines.append(f"{kind} changed")
            else:
                lines += [f"{_KINDS[kind]} {line}" for line in _apart(now, then)]
        return lines


_KINDS = {
    "parameters": "parameter",
    "code": "code",
    "libraries": "library",
    "files": "file",
    "record": "rows of the record:",
}


def _apart(now: Mapping[str, Any], then: Mapping[str, Any]) -> Iterator[str]:
    """Each entry in which two mappings differ; digests are no reading for a person."""
    for name in sorted({*now, *then}):
        if name not in then:
            yield f"{name}: new"
        elif name not in now:
            yield f"{name}: gone"
        elif now[name] != then[name]:
            said = f"{then[name]} → {now[name]}"
            yield f"{name} changed" if len(str(now[name])) == 64 else f"{name}: {said}"
