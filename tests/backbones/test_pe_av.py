"""PE-AV against transformers' own processors, model and tokenizer, on a tiny configuration.

Its real weights were not at hand, so parity with them is not seen.
"""

import runpy
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
import torch
import transformers
from safetensors.torch import load_file
from torch import Tensor, nn

from stages.backbones import pe_av
from stages.backbones.pe_av import HOP, HUB, RATE, Family
from stages.base.errors import BenchmarkError
from stages.base.genres import GENRES
from stages.base.packs import write_pack
from stages.commands.families.contract import CHECKS, Contract
from stages.embedding.both import side_by_side
from stages.embedding.jobs import Recipe, jobs_of
from stages.embedding.joining import write_embeddings
from stages.embedding.language import TEXTS, embed_prompts
from stages.embedding.trailers import embed
from stages.embedding.weights.convert import write_safetensors
from stages.embedding.weights.published import read_published
from stages.fitting.items import View, read_items
from stages.fitting.zero_shot import read_prompts, zero_shot_scores
from stages.trailers.media.results import AUDIO, FRAMES
from tests.backbones import tiny
from tests.embedding.made_packs import IDS, picture_rows, sound_rows

TEXT = ["a scene from an action film", "A Scene from a horror film", "the sound of comedy"]
DIM, SIDE = 32, 32
RECORD = Family.RECORDS[HUB]
READS: dict[str, Any] = {"hidden_size": DIM, "intermediate_size": 48, "num_hidden_layers": 3}
READS |= {"num_attention_heads": 2, "vocab_size": len(tiny.modernbert_tokenizer())}
READS |= {f"{name}_token_id": None for name in ("pad", "cls", "sep", "bos", "eos")}
SEES: dict[str, Any] = {"architecture": "vit_pe_core_tiny_patch16_384", "num_labels": 24}
SEES["model_args"] = {"depth": 1, "img_size": SIDE}
HEARS = {"encoder_hidden_size": 4, "codebook_dim": 8}
SEEN: dict[str, Any] = {  # the published video_preprocessor_config.json, but for size and sampling
    **dict.fromkeys(("do_resize", "do_rescale", "do_normalize", "do_convert_rgb"), True),
    "do_sample_frames": False,
    "image_mean": [0.5] * 3,
    "image_std": [0.5] * 3,
}
TINY: dict[str, Any] = {
    "side": SIDE,
    "every": {"hidden_size": 48, "num_attention_heads": 2, "head_dim": 24, "intermediate_size": 40},
    "audio": {"num_hidden_layers": 2, "dac_config": HEARS},
    "video": {"num_hidden_layers": 1, "vision_config": SEES},
    "both": {"num_hidden_layers": 2},
    "text": READS,
}
UNUSED = (  # what compares parts of it that are not asked for
    *("audio_model.audio_head.", "audio_model.text_audio_head.", "audio_model.text_audio_logit"),
    *("video_model.video_head.", "video_model.text_video_head.", "video_model.text_video_logit"),
    *("audio_plus_text_", "video_plus_text_", "audio_video_logit_", "text_audio_video_logit_"),
)


class Small(Family):
    RECORDS: ClassVar = {"tiny": replace(RECORD, shape=(DIM,))}


@pytest.fixture(autouse=True)
def declared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(pe_av.CONFIGS, "tiny", TINY)


@pytest.fixture
def whole() -> Any:
    """The whole model with numbers at random under every name, none what it begins with."""
    model = transformers.PeAudioVideoModel(Small("tiny").config())
    return tiny.redrawn(model)


def published(whole: Any, folder: Path) -> dict[str, Tensor]:
    """What its two files hold, as transformers writes them."""
    whole.save_pretrained(folder)
    tiny.modernbert_tokenizer().save_pretrained(folder)
    names = ("model.safetensors", "tokenizer.json")
    return {k: t for name in names for k, t in read_published(folder / name, name).items()}


def loaded(read: Mapping[str, Tensor], folder: Path) -> tuple[Small, Path]:
    ours, path = Small("tiny"), folder / "weights.safetensors"
    ours.is_asked = True
    write_safetensors(ours.convert(read), path)
    ours.load(path)
    return ours, path


def windows(*seconds: float) -> list[list[np.ndarray]]:
    """Windows of sound, each with its pictures before it."""
    random = np.random.default_rng(0)
    return [
        [
            *random.integers(0, 256, (Family.pictures, 48, 80, 3), dtype=np.uint8),
            random.normal(0, 0.1, round(each * RATE)).astype(np.float32),
        ]
        for each in seconds
    ]


def test_every_published_number_arrives(whole: Any, tmp_path: Path) -> None:
    """A family of transformers once loaded biases as zeros: huggingface/transformers#48675."""
    read = published(whole, tmp_path / "hub")
    ours, path = loaded(read, tmp_path)
    texts = ours.build_text()
    state = {n.removeprefix(TEXTS): t for n, t in load_file(path).items() if n.startswith(TEXTS)}
    texts.load_state_dict(state, strict=True)
    original = {**whole.state_dict(), **dict(whole.named_buffers(remove_duplicate=False))}
    seen = set()
    for half in (ours.network, texts):
        every = {**half.state_dict(), **dict(half.named_buffers())}
        assert every
        for name, tensor in every.items():
            assert torch.equal(tensor.cpu(), original[name]), name
            seen.add(name)
    left = {name for name in read if name not in seen and name != "tokenizer.json"}
    shared = {name for name in left if any(name.startswith(a) for a in also())}
    assert shared and all(name.startswith(UNUSED) for name in left - shared), left - shared
    for name in shared:  # under one name in the file, under another here
        assert any(own + name.removeprefix(a) in seen for own, a in pairs() if name.startswith(a))


def pairs() -> list[tuple[str, str]]:
    return [(own, other) for own, others in pe_av.ALIASES.items() for other in others]


def also() -> set[str]:
    return {other for _, other in pairs()}


def test_shared_numbers_arrive_under_either_name(whole: Any, tmp_path: Path) -> None:
    read = published(whole, tmp_path)
    renamed = {}
    for name, tensor in read.items():
        own = [o + name.removeprefix(a) for o, a in pairs() if name.startswith(a)]
        renamed[own[0] if own else name] = tensor
    assert renamed.keys() != read.keys()
    ours = Small("tiny")
    for found, expected in zip(ours.halves(renamed), ours.halves(read), strict=True):
        assert found.keys() == expected.keys()
        assert all(torch.equal(found[name], expected[name]) for name in found)


def test_the_same_as_transformers_own_way(whole: Any, tmp_path: Path) -> None:
    ours, _ = loaded(published(whole, tmp_path), tmp_path)
    hear = transformers.PeAudioFeatureExtractor(hop_length=HOP)
    see = transformers.PeVideoVideoProcessor(**SEEN, size={"height": SIDE, "width": SIDE})
    for window in windows(1.0, 0.33):
        *pictures, sound = window
        heard = hear(sound, sampling_rate=RATE, return_tensors="pt")
        video = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2)
        seen = see([video], return_tensors="pt")
        with torch.inference_mode():
            found = whole.get_audio_video_embeds(**heard, **seen).audio_video_embeds
        expected = nn.functional.normalize(found, dim=-1).numpy()
        levels = ((seen["pixel_values_videos"][0] + 1) * 127.5).round().to(torch.uint8).numpy()
        item = side_by_side(levels, heard["input_values"][0, 0].numpy())
        np.testing.assert_allclose(ours.embed(item), expected, atol=1e-5)
        own = ours.prepare_items(window, RATE)
        # theirs rounds in the processor's own way, which not all processors have
        pixels, apart = levels.size, np.abs(own.astype(int) - item)[0]
        assert apart[:pixels].max() <= 1 and apart[pixels:].max() == 0
        np.testing.assert_allclose(ours.embed(own), expected, atol=1e-3)


def test_both_matter(whole: Any, tmp_path: Path) -> None:
    ours, _ = loaded(published(whole, tmp_path), tmp_path)
    one, other = windows(0.5, 0.5)
    usual = ours(one, RATE)
    for changed in ([*other[:-1], one[-1]], [*one[:-1], other[-1]]):
        assert np.abs(ours(changed, RATE) - usual).max() > 1e-3


def test_texts_become_what_the_original_makes_of_them(whole: Any, tmp_path: Path) -> None:
    ours, path = loaded(published(whole, tmp_path), tmp_path)
    asked = tiny.modernbert_tokenizer()(TEXT, padding=True, return_tensors="pt")
    with torch.inference_mode():
        found = whole.get_text_audio_video_embeds(asked["input_ids"], asked["attention_mask"])
    expected = nn.functional.normalize(found, dim=-1).numpy()
    np.testing.assert_allclose(ours.embed_texts(path, TEXT), expected, atol=1e-4)
    assert np.abs(expected[0] - expected[2]).max() > 1e-2  # many times what is allowed


def test_a_window_alone_as_among_others(whole: Any, tmp_path: Path) -> None:
    ours, _ = loaded(published(whole, tmp_path), tmp_path)
    items = np.concatenate([ours.prepare_items(each, RATE) for each in windows(0.5, 0.5, 0.5)])
    ours.batch_size = 3
    together = ours.embed_items(items)
    ours.batch_size = 1
    np.testing.assert_allclose(ours.embed_items(items), together, atol=1e-5)


def test_from_packs_to_the_scores_of_asking(
    whole: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two trailers of three windows each, none of which is left out."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(Family.RECORDS, "tiny", Small.RECORDS["tiny"])
    ours, weights = loaded(published(whole, tmp_path), tmp_path)
    write_pack(tmp_path / "frames", IDS[:2], picture_rows, FRAMES)
    write_pack(tmp_path / "audio", IDS[:2], sound_rows, AUDIO)
    recipe = Recipe("pe_av", "tiny", weights=weights)
    found = [result for _, result in embed(jobs_of(tmp_path, "frames_audio", recipe))]
    entries = dict(each for each in found if isinstance(each, tuple))
    asked = {genre: (f"a film of {genre.lower()}",) for genre in GENRES}
    prompts = embed_prompts(recipe.create_unloaded(), weights, asked, "params.yaml")
    write_embeddings(entries, tmp_path / "pe_av.npz", {"prompts": prompts})
    rows = {name: number for number, name in enumerate(sorted(IDS[:2]))}
    view = View("mean", 10, "start")
    items = read_items(tmp_path / "pe_av.npz", rows, view, "both", 31)
    items = replace(items, prompts=read_prompts(tmp_path / "pe_av.npz"))
    scores = zero_shot_scores(items, np.array(["one", "two"]), np.array([0, 1]))
    with np.load(tmp_path / "pe_av.npz") as file:
        windows = file["embedding"].reshape(2, 3, DIM)
    np.testing.assert_allclose(np.linalg.norm(windows, axis=2), 1, rtol=1e-5)
    mean = windows.mean(axis=1)
    texts = ours.embed_texts(weights, [text for (text,) in asked.values()])
    cosine = mean / np.linalg.norm(mean, axis=1, keepdims=True) @ texts.T
    expected = cosine - cosine.mean(axis=1, keepdims=True)
    np.testing.assert_allclose(scores.score[0], expected, atol=1e-5)
    assert np.abs(expected[0] - expected[1]).max() > 1e-4  # of two trailers that differ


def test_other_weights_are_refused(whole: Any, tmp_path: Path) -> None:
    read = published(whole, tmp_path)
    for lost in ("audio_video_head.proj.weight", "audio_model.audio_encoder.output.weight"):
        lacking = {name: tensor for name, tensor in read.items() if name != lost}
        with pytest.raises(ValueError, match=r"not the weights of tiny: \S+ and 0 more"):
            Small("tiny").convert(lacking)


@pytest.fixture
def contract() -> Contract:
    torch.manual_seed(0)
    made = Small("tiny")
    made.load_random()
    learnt = sum(each.numel() for each in made.network.parameters())
    made.record = replace(made.record, parameters=learnt)
    return Contract(made)


@pytest.mark.parametrize("name", CHECKS)
def test_a_small_one_keeps_the_contract(contract: Contract, name: str) -> None:
    found = contract.check(name)
    assert found.passed, f"{found.name}: {found.found}; {found.do}"


def test_the_record_is_of_the_published_size() -> None:
    ours = Family(HUB)
    with torch.device("meta"):
        network = ours.build()
        whole = transformers.PeAudioVideoModel(ours.config())
        texts = ours.build_text()
    assert sum(each.numel() for each in network.parameters()) == RECORD.parameters
    assert sum(each.numel() for each in whole.parameters()) == RECORD.published_parameters
    embedding, reading = ours.halves(whole.state_dict())
    assert embedding.keys() == network.state_dict().keys()
    assert reading.keys() == texts.state_dict().keys()
    assert RECORD.shape == (ours.config().text_config.hidden_size,)


def test_without_transformers_one_sentence_says_what_to_run(monkeypatch: Any) -> None:
    monkeypatch.setitem(sys.modules, "transformers", None)
    family = runpy.run_path(str(pe_av.__file__))["Family"]  # it can be imported all the same
    assert family.describe(HUB).shape == (1024,)
    with pytest.raises(BenchmarkError, match=r"run `python requirements/install.py core clap`$"):
        family(HUB).build()
