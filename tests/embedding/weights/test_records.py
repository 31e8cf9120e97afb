"""The sources of every record are ones that the weights stage can use."""

import re

import pytest

from stages.base.plugins import plugin_names
from stages.embedding.base import family
from stages.embedding.records import Source
from stages.embedding.weights.published import suffix_of

SOURCES: list[Source] = sorted(
    {
        source
        for name in plugin_names("backbones")
        for record in family(name).RECORDS.values()
        if record.source is not None
        for source in (record.source, *record.more)
    },
    key=lambda source: source.name,
)


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_a_source_says_where_its_file_lies_and_who_says_so(source):
    assert suffix_of(source.file), "of a kind that cannot be read"
    assert bool(source.hub) != bool(source.url) and source.stated_in
    assert source.url.startswith("https://") or re.fullmatch(r"[\w.-]+/[\w.-]+", source.hub)
    assert not source.url or source.url.endswith("/" + source.file)
    assert re.fullmatch("([0-9a-f]{64})?", source.sha256)
    assert bool(source.sha256) == bool(source.stated_by), "a hash, and who states it"
    assert source.stated_by != "hub" or source.hub
    assert re.fullmatch("([0-9a-f]{40})?", source.revision) and (source.hub or not source.revision)
