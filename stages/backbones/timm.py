"""Pictures by any network of timm, named by its timm id, prepared as in timm's evaluation.

Options of an entry in params.yaml:
- arguments: handed to timm.create_model, such as {pad_type: same};
- config: used in place of what timm's pretrained config says, such as {input_size: [3, 224, 224]};
- output: `pooled` (default), the features before the classifier, or `map`, the last feature map.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
from PIL import Image
from torch import Tensor, nn

from stages.embedding import papers
from stages.embedding.network import Network
from stages.embedding.pictures import normalised
from stages.embedding.records import Record, Source, StatedBy
from stages.embedding.timm_model import MAP, TimmModel, measure, timm_model

HUB_PAGES = "repository, file, revision and sha256: the hub's pages of that file"
IN_TIMM = "repository: timm's pretrained config; file: the first that timm's loader asks for"
SAFETENSORS = {  # the file that timm's loader tries first, before these
    "pytorch_model.bin": "model.safetensors",
    "open_clip_pytorch_model.bin": "open_clip_model.safetensors",
}


def _input(height: int, width: int) -> str:
    return f"the middle of each frame, {height} × {width}"


def _record(
    hub: str,
    revision: str,
    sha256: str,
    stated_by: StatedBy = "hub",
    stated_in: str = HUB_PAGES,
    **known: Any,
) -> Record:
    file, size = known.pop("file", "model.safetensors"), known.pop("size", 224)
    source = Source(file, hub, "", revision, sha256, stated_by, stated_in)
    return Record(modality="picture", input=_input(size, size), source=source, **known)


class Family(Network):
    RECORDS: ClassVar = {
        "vgg16.tv_in1k": _record(
            "timm/vgg16.tv_in1k",
            "3394518cba29aee1ea82a49d971be90d2dd1dab7",
            "57b026918159a6bf9faf8405c3a551903768e7138989d9c6224a14227203fad8",
            name="VGG16",
            shape=(4096,),
            parameters=134_260_544,
            trained_on="ImageNet-1k: labelled photographs",
            licence="BSD-3-Clause",
            paper="Simonyan and Zisserman 2015, arXiv 1409.1556",
            training_sets=("ImageNet-1k",),
            released="2014-09",
            memory_mb=983,
            bibtex=papers.VGG,
            note="The seed study's network. The 4096 features before the classifier, or the last "
            "feature map, 512 × 7 × 7. ImageNet shows single objects, unlike frames of films.",
        ),
        "mobilenetv2_100.ra_in1k": _record(
            "timm/mobilenetv2_100.ra_in1k",
            "f3ff81ba89de0bc46b546568ebeab2edef6b9d49",
            "55ea4fb3a96010b933710ebf44fc965b070d5cd054d3f35e44f2d1320b4a714e",
            name="MobileNetV2",
            shape=(1280,),
            parameters=2_223_872,
            trained_on="ImageNet-1k: labelled photographs",
            licence="Apache-2.0",
            paper="Sandler et al. 2018, arXiv 1801.04381; Wightman et al. 2021, arXiv 2110.00476",
            training_sets=("ImageNet-1k",),
            released="2018-01",
            memory_mb=38,
            bibtex=f"{papers.MOBILENET_V2}\n{papers.RESNET_STRIKES_BACK}",
            note="The lightest. ImageNet shows single objects, unlike frames of films.",
        ),
        "convnext_small.fb_in22k_ft_in1k": _record(
            "timm/convnext_small.fb_in22k_ft_in1k",
            "adb89ecb994bcffaef1537c955094103b3ef6cc1",
            "2457488bec2ffcb2061b9e3fdd63360114549615e3e35ef6dc5c5efe549cbbc9",
            shape=(768,),
            name="ConvNeXt-S",
            parameters=49_454_688,
            trained_on="ImageNet-22k, then ImageNet-1k: labelled photographs",
            licence="Apache-2.0",
            paper="Liu et al. 2022, arXiv 2201.03545",
            training_sets=("ImageNet-22k", "ImageNet-1k"),
            released="2022-01",
            memory_mb=239,
            bibtex=papers.CONVNEXT,
            note="A modern convolutional network, trained on labels. ImageNet shows single "
            "objects, unlike frames of films.",
        ),
        "vit_base_patch16_clip_quickgelu_224.openai": _record(
            "timm/vit_base_patch16_clip_224.openai",
            "",
            "4b8699299b1e8997753c64b052ba32031449d5d853f55a039148560ee02b820f",
            "read elsewhere",
            "repository: timm's pretrained config; file and sha256: LeiWang1027/FedProRef, "
            "scripts/download_checkpoints.py",
            file="open_clip_model.safetensors",
            shape=(768,),
            name="CLIP ViT-B/16",
            parameters=85_799_424,
            published_parameters=149_620_737,  # with the half that reads texts
            trained_on="400 million images from the web with captions, never published",
            licence="Apache-2.0 in its repository, MIT at OpenAI",
            paper="Radford et al. 2021, arXiv 2103.00020",
            training_sets=("WIT",),
            released="2021-02",
            bibtex=papers.CLIP,
            note="CLIP ViT-B/16, features before the projection, with the activation it was "
            "trained with (timm's id without `quickgelu` has another). The file includes the text "
            "encoder. Images from the web include film stills and posters with titles and genres.",
        ),
        "vit_base_patch16_siglip_224.v2_webli": _record(
            "timm/vit_base_patch16_siglip_224.v2_webli",
            "4c3661e5ac879a276ddc5ddc6d3f0ecc78fd5d82",
            "9106b0d8d9d02ea90fc3571fffd1557cf444736f695ee40b1e57c856bc3d9494",
            "read elsewhere",
            "repository and file: timm's pretrained config and loader; revision and sha256: "
            "jakiesluchawki/chmurnik, which copied them from the hub",
            shape=(768,),
            name="SigLIP 2 ViT-B/16",
            parameters=92_884_224,
            trained_on="WebLI: images from the web with texts in 100 languages",
            licence="Apache-2.0",
            paper="Tschannen et al. 2025, arXiv 2502.14786",
            training_sets=("WebLI",),
            released="2025-02",
            bibtex=papers.SIGLIP_2,
            note="SigLIP 2, with its attention pooling. Images from the web include film stills "
            "and posters with titles and genres.",
        ),
        "vit_small_patch14_dinov2.lvd142m": _record(
            "timm/vit_small_patch14_dinov2.lvd142m",
            "cace07adb9220de26eb51226ecbef6d04d35defe",
            "04d27f3400d059fc0cfd7d17dd1909a75bf3ea8fb3eeb48b97cb99e57ee20081",
            "read elsewhere",
            "repository, file and revision: the hub's page of its files; sha256: "
            "ortusaitech/rightwayup, RECIPE.md",
            shape=(384,),
            name="DINOv2 ViT-S/14",
            parameters=21_628_800,
            trained_on="LVD-142M: 142 million images without labels",
            licence="Apache-2.0",
            paper="Oquab et al. 2023, arXiv 2304.07193",
            training_sets=("LVD-142M",),
            released="2023-04",
            bibtex=papers.DINO_V2,
            note="Used at 224, the resolution of most of its training; timm asks for 518. "
            "Trained without labels or text.",
        ),
        "vit_small_patch16_dinov3.lvd1689m": _record(
            "timm/vit_small_patch16_dinov3.lvd1689m",
            "3bf4720a82ec2066db88137180ff1f83a675cef0",
            "2a1ec16ae28ffa07bc0ead0241ee7df9fc26451fe6f9f839b7b3afa0a906b040",
            "read elsewhere",
            "repository and file: the hub's page of its files; revision and sha256: "
            "wom-sama/DACS_CNPM, trkh/recipes/pretrained_classf_b0.py",
            size=256,
            shape=(384,),
            name="DINOv3 ViT-S/16",
            parameters=21_586_944,
            trained_on="LVD-1689M: 1.7 billion images without labels",
            licence="DINOv3 License",
            paper="Siméoni et al. 2025, arXiv 2508.10104",
            training_sets=("LVD-1689M",),
            released="2025-08",
            bibtex=papers.DINO_V3,
            note="Trained without labels or text. Its licence has terms of its own.",
        ),
    }
    LIBRARIES = ("timm", "torchvision", "pillow")

    def __init__(self, model: str = "", **options: Any) -> None:
        self.model = model
        self.record = self.describe(model, **options)
        self.modality = self.record.modality
        self.shape = self.record.shape
        self.timm_model = timm_model(model, options)
        if self.timm_model.output == MAP:
            self.dtype = np.float16  # 25,088 values per frame for VGG16
        data = self.timm_model.data_config()
        self.mean, self.std = data["mean"], data["std"]
        self.transforms = self.timm_model.transforms()

    @classmethod
    def describe(cls, model: str = "", **options: Any) -> Record:
        """The record of a timm id: kept here, or what timm's pretrained config says of it.

        Raises ValueError for an id without weights, naming those like it, and for options that
        are unknown or that timm cannot build.
        """
        if not options and model in cls.RECORDS:
            return cls.RECORDS[model]
        asked = timm_model(model, options)
        known = cls.RECORDS.get(asked.name)
        if known is None or not asked.config.keys().isdisjoint(("hf_hub_id", "hf_hub_filename")):
            known = _derived(asked)
        shape, parameters = measure(model, options)
        _, height, width = asked.data_config()["input_size"]
        return replace(known, input=_input(height, width), shape=shape, parameters=parameters)

    def build(self) -> nn.Module:
        return self.timm_model.build()

    def convert(self, published: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """As timm converts the published tensors when it loads them, less the classifier."""
        return self.timm_model.convert(published)

    def prepare(self, trailer: Sequence[np.ndarray] | np.ndarray, sample_rate: int) -> np.ndarray:
        """Frames resized and cropped, (n, height, width, 3) uint8: timm's transform to the bit."""
        return np.stack([self._prepared(frame) for frame in trailer])

    def _prepared(self, frame: np.ndarray) -> np.ndarray:
        picture = Image.fromarray(frame)
        for transform in self.transforms:
            picture = transform(picture)
        return np.asarray(picture)

    def forward(self, items: Tensor) -> Tensor:
        pixels = normalised(items, self.mean, self.std)  # channels last, as the network is
        return self.timm_model.embed(self.network, pixels)


def _derived(model: TimmModel) -> Record:
    """A record from timm's pretrained config, without input size, shape and parameters."""
    found = replace(model.pretrained_cfg, **model.config)
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


def _source(pretrained_cfg: Any) -> Source:
    """Where timm would download a model's weights."""
    if not pretrained_cfg.hf_hub_id:
        file = pretrained_cfg.url.rpartition("/")[2]
        return Source(file, url=pretrained_cfg.url, stated_in="address: timm's pretrained config")
    hub, _, revision = pretrained_cfg.hf_hub_id.partition("@")
    file = pretrained_cfg.hf_hub_filename or "pytorch_model.bin"
    return Source(SAFETENSORS.get(file, file), hub=hub, revision=revision, stated_in=IN_TIMM)
