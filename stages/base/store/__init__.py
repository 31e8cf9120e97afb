"""The item store: a verified file per trailer and step, so that no finished work is done twice."""

from stages.base.store.entries import ROOT, Store, open_remote, pull, push, sha256

__all__ = ["ROOT", "Store", "open_remote", "pull", "push", "sha256"]
