"""What a kernel and the notebooks import, imported once in the parent of all kernels.

Only modules whose import runs no Polars operation and starts no thread belong here; one that does
makes every kernel an ordinary one, with a warning.
"""
# ruff: noqa: F401

import sqlite3

import altair
import great_tables
import ipykernel.debugger
import ipykernel.kernelapp
import IPython.core.completerlib
import IPython.core.debugger
import IPython.core.logger
import IPython.core.oinspect
import IPython.extensions.storemagic
import narwhals._polars.namespace
import narwhals.stable.v1._namespace
import psutil  # type: ignore[import-untyped]
import pymannkendall
import scipy.optimize
import tornado.platform.asyncio

import research

for name in dir(research):
    getattr(research, name)  # its public names are loaded when they are first asked for
