"""The stage on a few films: a row a trailer, shares by genre; the networks are stand-ins."""

import sys
from pathlib import Path

import pyarrow as pa
import pytest
import yaml

from stages import layers
from stages.base.packs import read_table, write_table
from stages.base.parallel import local
from stages.base.store import sha256
from stages.base.tables import read_csv
from stages.corpus.reader import Trailer
from stages.corpus.table import save_trailers
from stages.hearing import music, voice
from stages.trailers.media import results
from stages.words import sounds
from tests.commands.predict.small_run import write_clip

ROOT = Path(__file__).resolve().parents[2]
DATA = Path("data/sample")
FILMS = {"a1": ("Drama",), "b2": ("Drama", "Horror"), "c3": ("Horror",), "d4": ("Horror",)}


@pytest.fixture
def corpus(ears, tmp_path, monkeypatch):
    """Four films of 4, 5, 6 and 7 s, the third of them silent."""
    declared = yaml.safe_load((ROOT / "params.yaml").read_text())
    declared["layers"] = {"music": 0.5}
    declared["judging"] |= {"min_films": 2, "min_genre_films": 1, "resamples": 100}
    Path("params.yaml").write_text(yaml.safe_dump(declared))
    trailers, ledger = [], []
    for number, (name, genres) in enumerate(FILMS.items()):
        quiet = 99.0 if name == "c3" else 0.0
        clip = write_clip(tmp_path / f"{name}.mkv", number, 4.0 + number, silent_seconds=quiet)
        with results.video_store().put() as kept:
            kept.write_bytes(clip.read_bytes())
        trailers.append(Trailer(name, f"film {name}", name, 2000, genres, "file:x"))
        row = {"trailer_id": name, "film_id": f"film {name}", "reason": "ok"}
        ledger.append(row | {"sha256": sha256(clip), "audio_codec": "pcm_s16le"})
    save_trailers(trailers, DATA / "catalogue.parquet")
    write_table(pa.Table.from_pylist(ledger), DATA / "downloads.parquet")
    splits = [
        {"film_id": f"film {name}", "fold": n % 3, "fold_ungrouped": n % 3}
        | {"picture": True, "sound": True}
        for n, name in enumerate(FILMS)
    ]
    write_table(pa.Table.from_pylist(splits), DATA / "splits.parquet")
    monkeypatch.setattr(voice, "check", lambda: None)
    monkeypatch.setattr(music, "fetch", lambda config, target: target.write_bytes(b"weights"))
    monkeypatch.setattr(sys, "argv", ["layers"])

    def here(function, items, **settings):  # the stand-ins are in this process alone
        return local.run(function, items, serial_up_to=len(items))

    monkeypatch.setattr(sounds, "run", here)
    return declared


def test_each_trailer_is_a_row_and_each_genre_too(corpus, ears, capsys):
    layers.main()
    rows = {
        row["trailer_id"]: row for row in read_table(DATA / "layers/trailers.parquet").to_pylist()
    }
    assert [rows[name]["reason"] for name in FILMS] == ["ok", "ok", "silent", "ok"]
    assert [rows[name]["seconds"] for name in FILMS] == [4, 5, None, 7]
    assert all(rows[name]["speech"] == 1 for name in ("a1", "b2", "d4"))
    found = {
        (row["layer"], row["genre"]): row for row in read_csv(Path("metrics/sample/layers.csv"))
    }
    speech = found["speech", None]
    assert speech["films"] == 3 and speech["mean"] == pytest.approx(
        (1 / 4 + 1 / 5 + 1 / 7) / 3, abs=1e-6
    )
    drama = found["speech", "Drama"]
    assert drama["mean"] == pytest.approx((1 / 4 + 1 / 5) / 2, abs=1e-6)
    assert drama["others"] == pytest.approx(1 / 7, abs=1e-6)
    assert {layer for layer, _ in found} == {"speech", "music", "neither"}
    assert "3 of 4 trailers heard" in capsys.readouterr().err
    heard = len(ears.heard)
    layers.main()
    assert len(ears.heard) == heard == 3, "what was heard before is not heard again"


def test_without_a_score_of_music_no_weights_are_fetched(corpus, ears, monkeypatch):
    corpus["layers"] = {"voice": 0.4}
    Path("params.yaml").write_text(yaml.safe_dump(corpus))
    monkeypatch.setattr(music, "fetch", lambda config, target: pytest.fail("fetched"))
    layers.main()
    assert ears.voices == [0.4] * 3 and not ears.heard
    assert {row["layer"] for row in read_csv(Path("metrics/sample/layers.csv"))} == {"speech"}
    assert not list((DATA / "layers").glob("*.safetensors"))
