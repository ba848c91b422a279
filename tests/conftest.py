"""What all tests share: no network, fixed threads, small laws and models."""

from __future__ import annotations

import os

# Before anything imports a hub client: tests never touch the network.
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_OFFLINE"] = "1"
os.environ.pop("MDM_OPT_STORAGE", None)
# Threads that wait for each other on a busy machine cost more than they save.
os.environ["OMP_NUM_THREADS"] = "1"

pytest_plugins = ["postgres"]
