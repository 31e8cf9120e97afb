"""Each check of a family fails for what it is there to find, and for nothing else."""

from dataclasses import replace
from typing import ClassVar

import numpy as np
import pytest

from stages.backbones.colour import RECORD as COLOUR
from stages.commands.families.contract import CHECKS, Contract
from stages.commands.families.output import as_text
from stages.embedding.base import Backbone
from stages.embedding.records import TRAINING_SETS, Record

RECORD = replace(COLOUR, shape=(2,))


class Right(Backbone):
    RECORDS: ClassVar = {"": RECORD}

    def prepare(self, trailer, sample_rate):
        return np.stack([frame.reshape(-1, 3).mean(0)[:2] + 1 for frame in trailer])

    def embed(self, batch):
        return batch


class Random(Right):
    def embed(self, batch):
        return batch + np.random.default_rng().random(batch.shape)


class OfItsBatch(Right):
    def embed(self, batch):
        return batch - batch.mean(0)


class NotFinite(Right):
    def embed(self, batch):
        return np.where(batch == 1, np.nan, batch)  # black pictures alone


class TooWide(Right):
    def embed(self, batch):
        return batch[:, :1]


class NeedsTwo(Right):
    def prepare(self, trailer, sample_rate):
        trailer[1]
        return super().prepare(trailer, sample_rate)


class WithoutLicence(Right):
    RECORDS: ClassVar = {"": replace(RECORD, parameters=5, licence="–")}


class WithoutPaper(Right):
    RECORDS: ClassVar = {"": replace(RECORD, paper="")}


class OfNoKnownSet(Right):
    RECORDS: ClassVar = {"": replace(RECORD, training_sets=("My photographs",))}


@pytest.mark.parametrize(
    ("family", "failing"),
    [
        (Right, set()),
        (Random, {"determinism", "batch_size"}),
        (OfItsBatch, {"batch_size"}),
        (NotFinite, {"empty"}),
        (TooWide, {"shapes", "shortest", "empty", "determinism", "batch_size"}),
        (NeedsTwo, {"shortest"}),
        (WithoutLicence, {"licence"}),
        (WithoutPaper, {"record"}),
        (OfNoKnownSet, {"record"}),
    ],
)
def test_a_check_fails_for_what_it_looks_for(family, failing):
    checks = list(Contract(family()).run())
    found = {name for name, each in zip(CHECKS, checks, strict=True) if not each.passed}
    assert found == failing
    said = as_text("mine", "", checks)
    assert said.count("  FAIL  ") == len(failing) <= said.count(" do: ")
    assert said.count("  pass  ") == len(CHECKS) - len(failing)


@pytest.mark.parametrize(
    ("parameters", "sets", "found"),
    [
        (0, (), "no"),  # learnt nothing
        (5, (), "unknown"),
        (5, ("ImageNet-1k",), "no"),
        (5, ("ImageNet-1k", "AudioSet"), "unknown"),
        (5, ("ImageNet-1k", "My photographs"), "unknown"),
    ],
)
def test_our_films_are_not_among_it_only_where_all_is_known(parameters, sets, found):
    assert TRAINING_SETS["ImageNet-1k"].our_films == "no"
    record = Record("picture", "x", (1,), parameters, "x", "x", "x", training_sets=sets)
    assert record.our_films_among_it == found
