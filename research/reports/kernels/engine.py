"""The papermill engine `fanzha`: `papermill --engine fanzha in.ipynb out.ipynb`.

It differs from papermill's own in how a kernel starts and ends, and in that it never waits by the
clock; executing cells and collecting their outputs stays nbclient's. `metadata.papermill.forked`
of the result says whether the kernel was forked.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from typing import Any

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, NotebookExecutionManager
from papermill.log import logger
from traitlets import default

from research.reports.kernels.zygote import LAUNCHER

NO_HISTORY = "--HistoryManager.enabled=False"
GRACE = 0.2  # seconds in which the last words of a dead kernel may still arrive


class ForkClient(AsyncKernelClient):
    """Ready when the output channel has welcomed us and the kernel has answered."""

    def start_channels(
        self,
        shell: bool = True,
        iopub: bool = True,
        stdin: bool = True,
        hb: bool = False,
        control: bool = True,
    ) -> None:
        """All but the heartbeat: how a process of this machine fares is known without it."""
        super().start_channels(shell, iopub, stdin, hb, control)

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Raises `RuntimeError` if the kernel does not answer in `timeout` seconds, or dies."""
        assert isinstance(self.parent, ForkManager)
        forked = self.parent.forked
        if not forked:
            await super().wait_for_ready(timeout)
            return
        ready = asyncio.ensure_future(self._welcomed())
        ended = asyncio.ensure_future(forked.ended())
        done, waiting = await asyncio.wait(
            [ready, ended], timeout=timeout, return_when=asyncio.FIRST_COMPLETED
        )
        for task in waiting:
            task.cancel()
        if ready not in done:
            raise RuntimeError("Kernel died before it was ready" if done else "Kernel not ready")
        ready.result()

    async def _welcomed(self) -> None:
        while (await self.iopub_channel.get_msg())["msg_type"] != "iopub_welcome":
            pass
        self._handle_kernel_info_reply(await self.kernel_info(reply=True))


class ForkManager(AsyncKernelManager):
    """A manager whose kernels are forked, unless their spec names a provisioner of its own."""

    @default("client_factory")
    def _client_factory_default(self) -> type[AsyncKernelClient]:
        return ForkClient

    @property
    def kernel_spec(self) -> KernelSpec | None:
        """The spec by this name, with our provisioner in it, and without a history of one's own.

        Batches would crowd what a person typed, and wait for each other to write it.
        """
        spec = super().kernel_spec
        if spec:
            spec.metadata.setdefault("kernel_provisioner", {"provisioner_name": "fanzha"})
            if tuple(spec.argv[1:3]) == LAUNCHER and NO_HISTORY not in spec.argv:
                spec.argv = [*spec.argv, NO_HISTORY]
        return spec

    @property
    def forked(self) -> Any:
        """The kernel's process, if it was forked."""
        return getattr(self.provisioner, "forked", None)


class Client(PapermillNotebookClient):  # type: ignore[misc]
    """nbclient with a forked kernel."""

    def __init__(self, *args: Any, folder: str, **kwargs: Any) -> None:
        super().__init__(*args, kernel_manager_class=ForkManager, **kwargs)
        self._folder = folder

    def create_kernel_manager(self) -> Any:
        """A manager that talks through sockets in a private folder: no port is opened."""
        km = super().create_kernel_manager()
        km.connection_file = f"{self._folder}/kernel.json"
        if os.name != "nt":
            km.transport, km.ip = "ipc", f"{self._folder}/kernel"
        return km

    def execute(self, **kwargs: Any) -> Any:
        """Execute all cells, until one raises."""
        self.reset_execution_trackers()
        with self.setup_kernel(**kwargs):
            self.nb.metadata.papermill["forked"] = bool(self.km.forked)
            self.log.info(f"Executing notebook with kernel: {self.kernel_name}")
            # Asked first: a shutdown begins with an interrupt, which must meet an idle kernel and
            # not one at the tail of this answer. That a cell is done is known when it is idle.
            info = self.wait_for_reply(self.kc.kernel_info())
            try:
                self.papermill_execute_cells()
            except BaseException:  # out of time, or Ctrl-C: a kernel that is busy is not asked
                self.shutdown_kernel = "immediate"
                raise
            self.nb.metadata["language_info"] = info["content"]["language_info"]
            self.set_widgets_metadata()
        return self.nb

    async def _async_poll_kernel_alive(self) -> None:
        """The end of a forked kernel is heard, not polled for."""
        if not self.km.forked:
            await super()._async_poll_kernel_alive()
            return
        await self.km.forked.ended()
        await asyncio.sleep(GRACE)
        self.task_poll_for_reply.cancel()


class ForkEngine(NBClientEngine):  # type: ignore[misc]
    """papermill's engine with forked kernels, and papermill's options."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: NotebookExecutionManager,
        kernel_name: str,
        start_timeout: int = 60,
        execution_timeout: int | None = None,
        **kwargs: Any,
    ) -> Any:
        """Execute the notebook of `nb_man` in place; times in seconds."""
        timeout = kwargs.pop("timeout", None)
        kwargs.pop("input_path", None)
        with tempfile.TemporaryDirectory(prefix="fanzha-") as folder:
            client = Client(
                nb_man,
                folder=folder,
                kernel_name=kernel_name,
                timeout=execution_timeout or timeout,
                startup_timeout=start_timeout,
                log=logger,
                **kwargs,
            )
            return client.execute()
