"""Pictures by any network of timm, named by its timm id, seen as timm's own evaluation sees them.

Options of an entry in params.yaml:
- arguments: handed to timm.create_model, such as {pad_type: same};
- config: in place of what timm's pretrained config says, such as {input_size: [3, 224, 224]};
- output: `pooled` (default), what timm hands to a classifier, or `map`, the last feature map.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from stages.embedding.network import Network
from stages.embedding.records import Record, Source
from stages.embedding.timm_recipe import MAP, Recipe, measured, recipe_of

HUB_PAGES = "repository, file, revision and sha256: the hub's pages of that file"
IN_TIMM = "repository: timm's pretrained config; file: the first that timm's loader asks for"
SAFE = {  # what timm's loader asks for first, in place of these
    "pytorch_model.bin": "model.safetensors",
    "open_clip_pytorch_model.bin": "open_clip_model.safetensors",
}


def _seen(height: int, width: int) -> str:
    return f"the middle of each frame, {height} × {width}"


def _record(
    hub: str, revision: str, sha256: str, stated_in: str = HUB_PAGES, **known: Any
) -> Record:
    file, size = known.pop("file", "model.safetensors"), known.pop("size", 224)
    source = Source(file, hub=hub, revision=revision, sha256=sha256, stated_in=stated_in)
    return Record(modality="picture", input=_seen(size, size), source=source, **known)


class Family(Network):
    RECORDS: ClassVar = {
        "vgg16.tv_in1k": _record(
            "timm/vgg16.tv_in1k",
            "3394518cba29aee1ea82a49d971be90d2dd1dab7",
            "57b026918159a6bf9faf8405c3a551903768e7138989d9c6224a14227203fad8",
            shape=(4096,),
            parameters=134_260_544,
            trained_on="ImageNet-1k: photographs of things, by their names",
            licence="BSD-3-Clause",
            paper="Simonyan and Zisserman 2015, arXiv 1409.1556",
            note="The seed study's network. The 4096 numbers ahead of the classifier, or its last "
            "map, 512 × 7 × 7. Photographs of single things are not frames of films.",
        ),
        "mobilenetv2_100.ra_in1k": _record(
            "timm/mobilenetv2_100.ra_in1k",
            "f3ff81ba89de0bc46b546568ebeab2edef6b9d49",
            "55ea4fb3a96010b933710ebf44fc965b070d5cd054d3f35e44f2d1320b4a714e",
            shape=(1280,),
            parameters=2_223_872,
            trained_on="ImageNet-1k: photographs of things, by their names",
            licence="Apache-2.0",
            paper="Sandler et al. 2018, arXiv 1801.04381; Wightman et al. 2021, arXiv 2110.00476",
            note="The lightest. Photographs of single things are not frames of films.",
        ),
        "convnext_small.fb_in22k_ft_in1k": _record(
            "timm/convnext_small.fb_in22k_ft_in1k",
            "adb89ecb994bcffaef1537c955094103b3ef6cc1",
            "2457488bec2ffcb2061b9e3fdd63360114549615e3e35ef6dc5c5efe549cbbc9",
            shape=(768,),
            parameters=49_454_688,
            trained_on="ImageNet-22k, then ImageNet-1k: photographs of things, by their names",
            licence="Apache-2.0",
            paper="Liu et al. 2022, arXiv 2201.03545",
            note="As far as names of things take a convolutional network today. Photographs of "
            "single things are not frames of films.",
        ),
        "vit_base_patch16_clip_quickgelu_224.openai": _record(
            "timm/vit_base_patch16_clip_224.openai",
            "",
            "4b8699299b1e8997753c64b052ba32031449d5d853f55a039148560ee02b820f",
            "repository: timm's pretrained config; file and sha256: LeiWang1027/FedProRef, "
            "scripts/download_checkpoints.py",
            file="open_clip_model.safetensors",
            shape=(768,),
            parameters=85_799_424,
            trained_on="400 million pictures of the web beside their captions, never published",
            licence="Apache-2.0 in its repository, MIT at OpenAI",
            paper="Radford et al. 2021, arXiv 2103.00020",
            note="CLIP ViT-B/16, features ahead of the projection, with the activation it was "
            "trained with (timm's id without `quickgelu` is not). The file holds the half that "
            "reads too. The web's pictures hold film stills and posters with titles and genres.",
        ),
        "vit_base_patch16_siglip_224.v2_webli": _record(
            "timm/vit_base_patch16_siglip_224.v2_webli",
            "4c3661e5ac879a276ddc5ddc6d3f0ecc78fd5d82",
            "9106b0d8d9d02ea90fc3571fffd1557cf444736f695ee40b1e57c856bc3d9494",
            "repository and file: timm's pretrained config and loader; revision and sha256: "
            "jakiesluchawki/chmurnik, which had them from the hub",
            shape=(768,),
            parameters=92_884_224,
            trained_on="WebLI: pictures of the web beside their texts, in a hundred languages",
            licence="Apache-2.0",
            paper="Tschannen et al. 2025, arXiv 2502.14786",
            note="SigLIP 2, pooled by its own attention. The web's pictures hold film stills and "
            "posters with titles and genres.",
        ),
        "vit_small_patch14_dinov2.lvd142m": _record(
            "timm/vit_small_patch14_dinov2.lvd142m",
            "cace07adb9220de26eb51226ecbef6d04d35defe",
            "04d27f3400d059fc0cfd7d17dd1909a75bf3ea8fb3eeb48b97cb99e57ee20081",
            "repository, file and revision: the hub's page of its files; sha256: "
            "ortusaitech/rightwayup, RECIPE.md",
            shape=(384,),
            parameters=21_628_800,
            trained_on="LVD-142M: 142 million pictures, without a word about them",
            licence="Apache-2.0",
            paper="Oquab et al. 2023, arXiv 2304.07193",
            note="Used at 224, as it was trained but for the end, where timm asks for 518. "
            "Never told what a picture shows.",
        ),
        "vit_small_patch16_dinov3.lvd1689m": _record(
            "timm/vit_small_patch16_dinov3.lvd1689m",
            "3bf4720a82ec2066db88137180ff1f83a675cef0",
            "2a1ec16ae28ffa07bc0ead0241ee7df9fc26451fe6f9f839b7b3afa0a906b040",
            "repository and file: the hub's page of its files; revision and sha256: "
            "wom-sama/DACS_CNPM, trkh/recipes/pretrained_classf_b0.py",
            size=256,
            shape=(384,),
            parameters=21_586_944,
            trained_on="LVD-1689M: 1.7 thousand million pictures, without a word about them",
            licence="DINOv3 License",
            paper="Siméoni et al. 2025, arXiv 2508.10104",
            note="Never told what a picture shows. Its licence has terms of its own.",
        ),
    }
    LIBRARIES = ("timm", "torchvision", "pillow")

    def __init__(self, model: str = "", **options: Any) -> None:
        self.model = model
        self.record = self.describe(model, **options)
        self.modality = self.record.modality
        self.shape = self.record.shape
        self.recipe = recipe_of(model, options)
        if self.recipe.output == MAP:
            self.dtype = np.float16  # 25,088 numbers a frame for VGG16
        data = self.recipe.data()
        self.mean, self.std = data["mean"], data["std"]
        self.steps = self.recipe.steps()
        # the weights stage converts through the object: what `build` takes hangs on the options
        self.convert = partial(type(self).convert, **options)  # type: ignore[method-assign]

    @classmethod
    def describe(cls, model: str = "", **options: Any) -> Record:
        """The record of a timm id: kept here, or what timm's pretrained config says of it.

        Raises ValueError for an id without weights, naming those like it, and for options that
        are unknown or that timm cannot build.
        """
        if not options and model in cls.RECORDS:
            return cls.RECORDS[model]
        recipe = recipe_of(model, options)
        known = cls.RECORDS.get(recipe.model)
        if known is None or not recipe.config.keys().isdisjoint(("hf_hub_id", "hf_hub_filename")):
            known = _derived(recipe)
        shape, parameters = measured(model, options)
        _, height, width = recipe.data()["input_size"]
        return replace(known, input=_seen(height, width), shape=shape, parameters=parameters)

    def build(self) -> nn.Module:
        return self.recipe.build()

    @classmethod
    def convert(
        cls, published: Mapping[str, Tensor], model: str, **options: Any
    ) -> dict[str, Tensor]:
        """What timm makes of the published tensors when it loads them, less the classifier.

        options: the entry's. Raises ValueError where the tensors are not those of `model`.
        """
        return recipe_of(model, options).restore(published)

    def prepare(self, trailer: Sequence[np.ndarray] | np.ndarray, sample_rate: int) -> np.ndarray:
        """Frames resized and cropped, (n, height, width, 3) uint8: timm's transform to the bit."""
        return np.stack([self._prepared(frame) for frame in trailer])

    def _prepared(self, frame: np.ndarray) -> np.ndarray:
        picture = Image.fromarray(frame)
        for step in self.steps:
            picture = step(picture)
        return np.asarray(picture)

    def forward(self, items: Tensor) -> Tensor:
        columns = items.shape[2]  # whole rows at a time: thrice as fast as three numbers at a time
        mean, std = (
            items.new_tensor(values, dtype=torch.float32).repeat(columns)
            for values in (self.mean, self.std)
        )
        rows = items.flatten(2).float().div_(255).sub_(mean).div_(std)
        pixels = rows.view(items.shape).permute(0, 3, 1, 2)  # channels last, as the network is
        return self.recipe.embed(self.network, pixels)


def _derived(recipe: Recipe) -> Record:
    """What timm's pretrained config says of a model, its measures apart."""
    found = replace(recipe.published, **recipe.config)
    papers = found.paper_ids or found.paper_name or found.origin_url or "not stated by timm"
    return Record(
        modality="picture",
        input="",
        shape=(),
        parameters=0,
        trained_on=found.description or f"as its tag says: {found.tag or 'none'}",
        licence=found.license or "not stated by timm",
        paper=papers if isinstance(papers, str) else ", ".join(papers),
        source=_source(found),
        note="From timm's pretrained config; its model card says more.",
    )


def _source(published: Any) -> Source:
    """Where timm would fetch a model's weights."""
    if not published.hf_hub_id:
        file = published.url.rpartition("/")[2]
        return Source(file, url=published.url, stated_in="address: timm's pretrained config")
    hub, _, revision = published.hf_hub_id.partition("@")
    file = published.hf_hub_filename or "pytorch_model.bin"
    return Source(SAFE.get(file, file), hub=hub, revision=revision, stated_in=IN_TIMM)
