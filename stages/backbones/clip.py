"""CLIP with the projection that it compares pictures and texts by, through transformers.

timm's CLIP (family `timm`) is the same network ahead of that projection, without the half that
reads texts. What this one takes and gives is that of transformers' CLIPImageProcessor, CLIPModel
and CLIPTokenizer.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from PIL import Image
from torch import Tensor, nn

from stages.embedding import papers
from stages.embedding.language import Halves, LanguageNetwork, transformers
from stages.embedding.pictures import normalised
from stages.embedding.records import Record, Source

HUB, REVISION = "openai/clip-vit-base-patch16", "57c216476eefef5ab752ec549e440a49ae4ae5f3"
MEAN = (0.48145466, 0.4578275, 0.40821073)  # OpenAI's clip.py, of red, green and blue
STD = (0.26862954, 0.26130258, 0.27577711)
STATED_IN = (
    "repository and revision: mteb, models of openai; files: scripts that download each by name at "
    "that revision"
)
CONFIGS: dict[str, dict[str, dict[str, Any]]] = {  # where it differs from transformers' defaults
    HUB: {"picture": {"patch_size": 16, "projection_dim": 512}, "text": {"projection_dim": 512}}
}


class Family(LanguageNetwork):
    RECORDS: ClassVar = {
        HUB: Record(
            name="CLIP ViT-B/16 (projected)",
            modality="picture",
            input="the middle of each frame, 224 × 224",
            shape=(512,),
            parameters=86_192_640,
            published_parameters=149_620_737,
            trained_on="400 million images from the web with captions, never published",
            licence="MIT at OpenAI; its repository states none",
            paper="Radford et al. 2021, arXiv 2103.00020",
            training_sets=("WIT",),
            released="2021-02",
            bibtex=papers.CLIP,
            source=Source("pytorch_model.bin", hub=HUB, revision=REVISION, stated_in=STATED_IN),
            more=(Source("tokenizer.json", hub=HUB, revision=REVISION, stated_in=STATED_IN),),
            note="The projected embedding of unit length that CLIP compares with text. Images from "
            "the web include film stills and posters with titles and genres, so it may have read "
            "the genres of these films.",
        )
    }
    LIBRARIES = ("transformers", "pillow")
    longest_text = 77

    def build(self) -> nn.Module:
        library = transformers("clip")
        config = library.CLIPVisionConfig(**CONFIGS[self.model]["picture"])
        network: nn.Module = library.CLIPVisionModelWithProjection(config)
        return network

    def build_text(self) -> nn.Module:
        library = transformers("clip")
        config = library.CLIPTextConfig(**CONFIGS[self.model]["text"])
        network: nn.Module = library.CLIPTextModelWithProjection(config)
        return network

    def halves(self, published: Mapping[str, Tensor]) -> Halves:
        return (
            {n: t for n, t in published.items() if n.startswith(("vision_", "visual_"))},
            {n: t for n, t in published.items() if n.startswith("text_")},
        )

    def prepare(self, trailer: Sequence[np.ndarray] | np.ndarray, sample_rate: int) -> np.ndarray:
        """Frames resized to the network's side and cropped, (n, side, side, 3) uint8."""
        side = CONFIGS[self.model]["picture"].get("image_size", 224)
        return np.stack([middle(frame, side) for frame in trailer])

    def forward(self, items: Tensor) -> Tensor:
        output = self.network(pixel_values=normalised(items, MEAN, STD))
        return nn.functional.normalize(output.image_embeds, dim=-1)

    def forward_text(self, network: nn.Module, tokens: Tensor) -> Tensor:
        embedded: Tensor = network(input_ids=tokens).text_embeds
        return embedded


def middle(frame: np.ndarray, side: int) -> np.ndarray:
    """The middle of a frame whose shorter side became `side` pixels, by PIL's bicubic filter."""
    height, width = frame.shape[:2]
    short = min(height, width)
    size = (side * width // short, side * height // short)
    left, top = (size[0] - side) // 2, (size[1] - side) // 2
    picture = Image.fromarray(frame).resize(size, Image.Resampling.BICUBIC)
    return np.asarray(picture.crop((left, top, left + side, top + side)))
