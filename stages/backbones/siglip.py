"""SigLIP 2: a vision transformer trained to tell which text belongs to a picture.

The checkpoints of one resolution, through transformers' SiglipModel. Its embedding of a picture is
that of its attention pooling, with no projection after it: timm's SigLIP 2 (family `timm`) is the
same network, of which this one has the half that reads texts as well.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from stages.embedding import papers
from stages.embedding.language import Halves, LanguageNetwork, named_as, transformers
from stages.embedding.pictures import normalised
from stages.embedding.records import Record, Source

HUB, REVISION = "google/siglip2-base-patch16-224", "75de2d55ec2d0b4efc50b3e9ad70dba96a7b2fa2"
STATED_IN = (
    "repository, revision and files: several projects that pin it, such as one whose offline "
    "bundle lists each file at that revision"
)
HALF = (0.5, 0.5, 0.5)
PAD, END = 0, 1  # Gemma's; padded to the length that it was trained with, without a mask
CONFIGS: dict[str, dict[str, dict[str, Any]]] = {  # where it differs from transformers' defaults
    HUB: {"picture": {}, "text": {"vocab_size": 256_000}}
}


class Family(LanguageNetwork):
    RECORDS: ClassVar = {
        HUB: Record(
            name="SigLIP 2 ViT-B/16 (with text)",
            modality="picture",
            input="the whole of each frame, made 224 × 224",
            shape=(768,),
            parameters=92_884_224,
            published_parameters=375_187_970,
            trained_on="WebLI: images from the web with texts in 100 languages",
            licence="Apache-2.0",
            paper="Tschannen et al. 2025, arXiv 2502.14786",
            training_sets=("WebLI",),
            released="2025-02",
            bibtex=papers.SIGLIP_2,
            source=Source("model.safetensors", hub=HUB, revision=REVISION, stated_in=STATED_IN),
            more=(Source("tokenizer.json", hub=HUB, revision=REVISION, stated_in=STATED_IN),),
            note="The embedding of unit length that SigLIP 2 compares with text. A frame is "
            "squeezed into a square, as in training, not cropped. Images from the web include film "
            "stills and posters with titles and genres, so it may have read the genres of these "
            "films.",
        )
    }
    LIBRARIES = ("transformers", "pillow")
    longest_text = 64

    def build(self) -> nn.Module:
        library = transformers("siglip")
        config = library.SiglipVisionConfig(**CONFIGS[self.model]["picture"])
        network: nn.Module = library.SiglipVisionModel(config)
        return network

    def build_text(self) -> nn.Module:
        library = transformers("siglip")
        config = library.SiglipTextConfig(**CONFIGS[self.model]["text"])
        network: nn.Module = library.SiglipTextModel(config)
        return network

    def halves(self, published: Mapping[str, Tensor]) -> Halves:
        own = self.expected_state()
        if own.keys() <= published.keys():  # our own file
            return self.own(published), {}
        with torch.device("meta"):
            texts = self.build_text().state_dict()
        return named_as(own, published, "vision_model."), named_as(texts, published, "text_model.")

    def prepare(self, trailer: Sequence[np.ndarray] | np.ndarray, sample_rate: int) -> np.ndarray:
        """Frames made squares, (n, side, side, 3) uint8, by PIL's bilinear filter."""
        side = CONFIGS[self.model]["picture"].get("image_size", 224)
        size, filtered = (side, side), Image.Resampling.BILINEAR
        return np.stack(
            [np.asarray(Image.fromarray(frame).resize(size, filtered)) for frame in trailer]
        )

    def forward(self, items: Tensor) -> Tensor:
        output = self.network(pixel_values=normalised(items, HALF, HALF))
        return nn.functional.normalize(output.pooler_output, dim=-1)

    def tokens(self, tokenizer: Any, text: str) -> list[int]:
        """As it was trained with: of small letters; no token begins a text, one ends it."""
        found = [*tokenizer.encode(text.lower(), add_special_tokens=False).ids, END]
        return found + [PAD] * (self.longest_text - len(found))

    def forward_text(self, network: nn.Module, tokens: Tensor) -> Tensor:
        embedded: Tensor = network(input_ids=tokens).pooler_output
        return embedded
