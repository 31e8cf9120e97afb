"""The item store: a verified file per trailer and step, so that no finished work is done twice."""

from stages.base.store.content import Check, identity, is_sha256, sha256
from stages.base.store.entries import ROOT, Store, open_remote, pull, push
from stages.base.store.listing import File, files_in, remove
from stages.base.store.modes import make_folder, restrict
from stages.base.store.using import alone

__all__ = [
    "ROOT",
    "Check",
    "File",
    "Store",
    "alone",
    "files_in",
    "identity",
    "is_sha256",
    "make_folder",
    "open_remote",
    "pull",
    "push",
    "remove",
    "restrict",
    "sha256",
]
