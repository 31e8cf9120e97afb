"""PE-AV: a transformer that looks and listens at once, trained with texts about both.

The checkpoint of 16 pictures, through transformers' PeAudioVideoModel. What it takes is what that
model's feature extractor and video processor make: pictures squeezed into a square, and sound at 48
kHz that is reflected at its end up to a whole token.
"""

from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from typing import Any, ClassVar

import numpy as np
from torch import Tensor, nn

from stages.base.params import CLIP_PICTURES
from stages.embedding import papers
from stages.embedding.both import parted, side_by_side
from stages.embedding.clips import resample
from stages.embedding.language import Halves, LanguageNetwork, transformers
from stages.embedding.records import Record, Source
from stages.embedding.video_clips import cropped

HUB, REVISION = "facebook/pe-av-small-16-frame", "9f888eea95c83622212bb742e91bf01d3b46fe96"
STATED_IN = (
    "repository and revision: mteb, its models of PE-AV; file: the one that transformers writes, "
    "as of other sizes of the model on the hub's pages"
)
RATE = 48_000
HOP = 1920  # samples of a token: 40 ms
SIDE = 336
CONFIGS: dict[str, dict[str, Any]] = {  # where it differs from transformers' defaults
    HUB: {
        "side": SIDE,
        "audio": {"num_hidden_layers": 12},
        "video": {"num_hidden_layers": 4},
        "both": {},
        "every": {"hidden_size": 768, "num_attention_heads": 6, "intermediate_size": 2048},
        "text": {},
    }
}
ENCODER, HEAD = "audio_video_encoder", "audio_video_head"
TEXT_ENCODER, TEXT_HEAD = "text_model", "text_audio_video_head"
ALIASES = {  # parts that the whole model has under several names, of which a file has one
    f"{ENCODER}.embedder.audio_encoder.": ("audio_model.audio_encoder.",),
    f"{ENCODER}.embedder.video_encoder.": ("video_model.video_encoder.",),
    f"{TEXT_ENCODER}.": ("audio_model.text_model.", "video_model.text_model."),
}


class Family(LanguageNetwork):
    RECORDS: ClassVar = {
        HUB: Record(
            name="PE-AV small",
            modality="both",
            input="windows of sound, 48 kHz, each with 16 pictures made 336 × 336",
            shape=(1024,),
            parameters=515_515_842,
            published_parameters=845_158_862,
            trained_on="100 million videos with sound, with texts that were made by networks",
            licence="Apache-2.0",
            paper="Vyas et al. 2025, arXiv 2512.19687",
            training_sets=("PE-AV's videos",),
            released="2025-12",
            memory_mb=2635,
            bibtex=papers.PE_AV,
            source=Source("model.safetensors", hub=HUB, revision=REVISION, stated_in=STATED_IN),
            more=(Source("tokenizer.json", hub=HUB, revision=REVISION, stated_in=STATED_IN),),
            note="The embedding of unit length that PE-AV compares with texts about picture and "
            "sound. The pictures of a window are the frames nearest to 16 moments of it, so that "
            "of a long trailer some are the same. Small, base and large look with the same "
            "network; they differ in what hears and in what joins.",
        )
    }
    LIBRARIES = ("timm", "torchvision", "transformers")
    batch_size = 1  # on a CPU core
    sample_rate = RATE
    pictures = CLIP_PICTURES
    longest_text = 8192  # ModernBERT's positions

    def build(self) -> nn.Module:
        parts, config = self._parts(), self.config()
        width = config.audio_video_config.hidden_size
        return nn.ModuleDict(
            {
                ENCODER: parts.PeAudioVideoEncoder(config.audio_video_config),
                HEAD: parts.PeAudioVideoContrastiveHead(width, self.shape[0]),
            }
        )

    def build_text(self) -> nn.Module:
        parts, config = self._parts(), self.config().text_config
        width = config.hidden_size
        return nn.ModuleDict(
            {
                TEXT_ENCODER: transformers("pe_av").AutoModel.from_config(config),
                TEXT_HEAD: parts.PeAudioVideoContrastiveHead(width, self.shape[0]),
            }
        )

    def config(self) -> Any:
        """transformers' configuration."""
        own = CONFIGS[self.model]
        audio, video = ({**own["every"], **own[name]} for name in ("audio", "video"))
        both = {**own["every"], **own["both"], "audio_config": audio, "video_config": video}
        library = transformers("pe_av")
        return library.PeAudioVideoConfig(text_config=own["text"], audio_video_config=both)

    def halves(self, published: Mapping[str, Tensor]) -> Halves:
        return (
            _named(published, (f"{ENCODER}.", f"{HEAD}.")),
            _named(published, (f"{TEXT_ENCODER}.", f"{TEXT_HEAD}.")),
        )

    def prepare(self, trailer: Sequence[np.ndarray] | np.ndarray, sample_rate: int) -> np.ndarray:
        """The pictures made squares and the sound with its end reflected, (1, bytes) uint8."""
        *pictures, sound = trailer
        side = CONFIGS[self.model]["side"]
        squares = cropped(np.stack(pictures), [side, side], [side, side], True)
        clip = resample(sound, sample_rate, RATE).numpy()
        return side_by_side(squares, np.pad(clip, (0, -len(clip) % HOP), "reflect"))

    def forward(self, items: Tensor) -> Tensor:
        side = CONFIGS[self.model]["side"]
        pictures, sound = parted(items, (self.pictures, 3, side, side))
        pixels = pictures.float() / 127.5 - 1  # from -1 to 1
        encode, project = (self.network.get_submodule(name) for name in (ENCODER, HEAD))
        joined = encode(input_values=sound[:, None], pixel_values_videos=pixels).pooler_output
        return nn.functional.normalize(project(joined), dim=-1)

    def forward_text(self, network: nn.Module, tokens: Tensor) -> Tensor:
        read, project = (network.get_submodule(name) for name in (TEXT_ENCODER, TEXT_HEAD))
        embedded: Tensor = project(read(input_ids=tokens).last_hidden_state[:, 0])
        return embedded

    @staticmethod
    def _parts() -> Any:
        transformers("pe_av")  # which says how to get it
        return import_module("transformers.models.pe_audio_video.modeling_pe_audio_video")


def _named(published: Mapping[str, Tensor], parts: Iterable[str]) -> dict[str, Tensor]:
    """The tensors of these parts, those of another name under the one that the part has here."""
    found = {name: tensor for name, tensor in published.items() if name.startswith(tuple(parts))}
    for own, others in ALIASES.items():
        for other in others if own.startswith(tuple(parts)) else ():
            for name, tensor in published.items():
                if name.startswith(other):
                    found.setdefault(own + name.removeprefix(other), tensor)
    return found
