"""The section `layers`: not there unless a corpus of trailers asks for it."""

from pathlib import Path

import pytest

from stages.base.errors import BenchmarkError
from stages.base.params import LayersParams, load

ROOT = Path(__file__).resolve().parents[3]


def loaded(tmp_path: Path, layers: str, corpus: str = "params.yaml") -> LayersParams | None:
    text = (ROOT / corpus).read_text(encoding="utf-8")
    (tmp_path / "params.yaml").write_text(f"{text}\n{layers}\n", encoding="utf-8")
    return load(tmp_path / "params.yaml").layers


def test_the_default_corpus_asks_for_none(tmp_path):
    assert loaded(tmp_path, "") is None


def test_music_is_listened_for_where_it_is_asked_for(tmp_path):
    assert loaded(tmp_path, "layers: {}") == LayersParams(voice=0.5, music=None)
    assert loaded(tmp_path, "layers: {music: 0.4}") == LayersParams(voice=0.5, music=0.4)


@pytest.mark.parametrize(
    ("layers", "parts"),
    [
        ("layers: {music: 1}", ["layers.music", "less than 1"]),
        ("layers: {voice: 0}", ["layers.voice", "greater than 0"]),
        ("layers: {musik: 0.5}", ["layers.musik", "did you mean 'music'?"]),
    ],
)
def test_what_is_wrong_is_named(tmp_path, layers, parts):
    with pytest.raises(BenchmarkError) as caught:
        loaded(tmp_path, layers)
    assert all(part in str(caught.value) for part in parts), caught.value


def test_published_features_have_no_sound(tmp_path):
    with pytest.raises(BenchmarkError, match="is of trailers, and this corpus has published"):
        loaded(tmp_path, "layers: {voice: 0.5}", "corpora/mmtf14k/params.yaml")
