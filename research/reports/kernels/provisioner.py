"""The kernel provisioner `fanzha`: any Jupyter client starts kernels by fork through it.

A kernelspec asks for it in its metadata: `{"kernel_provisioner": {"provisioner_name": "fanzha"}}`.
"""

from __future__ import annotations

import asyncio
import warnings
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from research.reports.kernels.forked import Forked, NotForkedError, fork


class ForkProvisioner(LocalProvisioner):
    """Forks a kernel from the zygote; one that cannot be forked is started, with a warning."""

    process: Any  # a `Forked`, or a `Popen`

    @property
    def forked(self) -> Forked | None:
        """The process, if it was forked."""
        return self.process if isinstance(self.process, Forked) else None

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Start the kernel. Warns where it could not be forked."""
        known = {key: kwargs.get(key) for key in ("cwd", "stdout", "stderr")}
        try:
            self.process = await fork(cmd, kwargs["env"], **known)
        except NotForkedError as reason:
            warnings.warn(f"kernel started, not forked: {reason}", RuntimeWarning, stacklevel=2)
            return await super().launch_kernel(cmd, **kwargs)
        self.pid = self.pgid = self.process.pid
        self.cwd = known["cwd"]
        return self.connection_info

    async def shutdown_requested(self, restart: bool = False) -> None:
        """Wait for the end here, where it is heard at once; the manager would look every 0.1 s."""
        if self.forked:
            await asyncio.wait([asyncio.ensure_future(self.forked.ended())], timeout=1)

    async def cleanup(self, restart: bool = False) -> None:
        """Let go of the process."""
        if self.forked:
            self.forked.close()
            self.process = None
        await super().cleanup(restart)
