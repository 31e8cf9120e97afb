from pathlib import Path

import pytest

from stages.base.errors import BenchmarkError
from stages.embedding.records import Source
from stages.embedding.weights.weights_dir import find_file

PLAIN = Source("mn04.pt", url="https://example.org/mn04.pt")
COMMON = Source("model.safetensors", hub="timm/vgg16.tv_in1k")


def make(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")
    return folder


def found(folder: Path, source: Source, file: str | None = None, first: bool = True) -> str | None:
    path = find_file(folder, "slug", source, file, first)
    return path.relative_to(folder).as_posix() if path else None


def test_nothing_is_looked_for_without_a_folder():
    assert find_file(None, "slug", PLAIN, None, True) is None


@pytest.mark.parametrize(
    "name", ["slug.safetensors", "slug.pt", "slug.pth", "slug.bin", "slug.h5", "slug.h5.gz"]
)
def test_a_file_called_as_the_backbone(tmp_path, name):
    assert found(make(tmp_path, name), COMMON) == name


def test_the_stated_file_comes_before_the_slug_and_the_slug_before_the_published_name(tmp_path):
    make(tmp_path, "mn04.pt")
    assert found(tmp_path, PLAIN) == "mn04.pt"
    make(tmp_path, "slug.safetensors", "slug.pt")
    assert found(tmp_path, PLAIN) == "slug.pt"  # of the published kind
    assert found(make(tmp_path, "mine/it.pt"), PLAIN, file="mine/it.pt") == "mine/it.pt"


def test_a_name_of_many_models_says_nothing(tmp_path):
    make(tmp_path, "model.safetensors", "pytorch_model.bin", "open_clip_model.safetensors")
    make(tmp_path, "vocab.txt", "tokenizer.json", "slug.txt")
    assert found(tmp_path, COMMON) is None
    for name in ("pytorch_model.bin", "vocab.txt", "tokenizer.json"):
        assert found(tmp_path, Source(name, hub="laion/clap"), first=name[0] == "p") is None
    assert found(tmp_path, Source("open_clip_model.safetensors", hub="laion/clap")) is None
    place = "timm/vgg16.tv_in1k/model.safetensors"
    assert found(make(tmp_path, place), COMMON) == place


def test_a_telling_name_from_the_hub_is_enough(tmp_path):
    make(tmp_path, "630k.pt")
    assert found(tmp_path, Source("630k.pt", hub="some/one")) == "630k.pt"
    assert found(tmp_path, Source("deep/630k.pt", hub="some/one")) == "630k.pt"


def test_the_slug_stands_for_the_first_file_alone(tmp_path):
    make(tmp_path, "slug.npz")
    further = Source("pca.npz", url="https://example.org/pca.npz")
    assert found(tmp_path, further, first=False) is None
    assert found(make(tmp_path, "pca.npz"), further, first=False) == "pca.npz"


def test_a_stated_file_that_is_not_there_is_never_replaced_by_another(tmp_path):
    make(tmp_path, "slug.pt", "mn04.pt")
    with pytest.raises(BenchmarkError, match=r"mine\.pt: there is no file of this name"):
        found(tmp_path, PLAIN, file="mine.pt")
    (tmp_path / "folder.pt").mkdir()
    with pytest.raises(BenchmarkError, match="there is no file"):
        found(tmp_path, PLAIN, file="folder.pt")
    with pytest.raises(BenchmarkError, match=r"WEIGHTS_DIR: slug uses a file of yours"):
        find_file(None, "slug", PLAIN, "mine.pt", True)


@pytest.mark.parametrize(
    "file", ["../outside.pt", "/etc/hostname", "a/../../outside.pt", "link.pt"]
)
def test_nothing_outside_the_folder_is_read(tmp_path, file):
    make(tmp_path, "outside.pt")
    folder = tmp_path / "weights"
    (folder / "a").mkdir(parents=True)
    (folder / "link.pt").symlink_to(tmp_path / "outside.pt")
    with pytest.raises(BenchmarkError, match="leads out of WEIGHTS_DIR"):
        found(folder, PLAIN, file=file)


def test_a_link_within_the_folder_is_fine_and_a_dangling_one_is_no_file(tmp_path):
    make(tmp_path, "deep/it.pt")
    (tmp_path / "slug.pt").symlink_to("deep/it.pt")
    (tmp_path / "slug.h5").symlink_to("gone.h5")
    assert found(tmp_path, COMMON) == "slug.pt"


@pytest.mark.parametrize("name", ["gone", "a-file"])
def test_a_folder_that_is_none_is_said(tmp_path, name):
    make(tmp_path, "a-file")
    with pytest.raises(BenchmarkError, match=f"WEIGHTS_DIR: is not a folder(.|\n)*{name}"):
        find_file(tmp_path / name, "slug", PLAIN, None, True)


def test_a_file_that_may_not_be_read_is_said(tmp_path, monkeypatch):
    make(tmp_path, "slug.pt")
    monkeypatch.setattr("stages.embedding.weights.weights_dir.os.access", lambda path, mode: False)
    with pytest.raises(BenchmarkError, match=r"slug\.pt: this file may not be read"):
        found(tmp_path, PLAIN)
