"""Files of the Hugging Face hub, through its own library, cache and variables (HF_HOME, HF_HUB_OFFLINE, HF_TOKEN)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from wares.errors import MissingExtra, ModelUnavailable


def file(repository: str, path: str, *, offline: bool) -> Path:
    """One file of a repository, in the hub's cache; fetched if it is not there and ``offline`` is false."""
    return Path(_call("hf_hub_download", repository, path, local_files_only=offline))


def folder(repository: str, patterns: Sequence[str], *, offline: bool) -> Path:
    """A folder with the files of a repository that match, laid out as they are there."""
    return Path(_call("snapshot_download", repository, allow_patterns=list(patterns), local_files_only=offline))


def listing(repository: str) -> dict[str, int]:
    """The files of a repository with their sizes in bytes."""
    found = _call("model_info", repository, files_metadata=True)
    return {sibling.rfilename: sibling.size or 0 for sibling in found.siblings or ()}


def _call(function: str, repository: str, *arguments: Any, **options: Any) -> Any:
    try:
        import huggingface_hub
    except ModuleNotFoundError as error:
        raise MissingExtra(f"hf:{repository}", "hub") from error
    try:
        return getattr(huggingface_hub, function)(repository, *arguments, **options)
    except Exception as error:  # The library raises its own errors, httpx's, requests' and plain OSErrors.
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ModelUnavailable(f"hf:{repository} cannot be had: {reason[:300]}") from error
