# ruff: noqa: E501
"""The papers behind the models, as BibTeX."""

VGG = """@inproceedings{simonyan2015very,
  author = {Simonyan, Karen and Zisserman, Andrew},
  title = {Very Deep Convolutional Networks for Large-Scale Image Recognition},
  booktitle = {International Conference on Learning Representations},
  year = {2015},
  eprint = {1409.1556},
  archiveprefix = {arXiv}
}"""
MOBILENET_V2 = """@inproceedings{sandler2018mobilenetv2,
  author = {Sandler, Mark and Howard, Andrew and Zhu, Menglong and Zhmoginov, Andrey and Chen, Liang-Chieh},
  title = {{MobileNetV2}: Inverted Residuals and Linear Bottlenecks},
  booktitle = {IEEE/CVF Conference on Computer Vision and Pattern Recognition},
  year = {2018},
  eprint = {1801.04381},
  archiveprefix = {arXiv}
}"""
RESNET_STRIKES_BACK = """@misc{wightman2021resnet,
  author = {Wightman, Ross and Touvron, Hugo and J{\\'e}gou, Herv{\\'e}},
  title = {{ResNet} Strikes Back: An Improved Training Procedure in timm},
  year = {2021},
  eprint = {2110.00476},
  archiveprefix = {arXiv}
}"""
CONVNEXT = """@inproceedings{liu2022convnet,
  author = {Liu, Zhuang and Mao, Hanzi and Wu, Chao-Yuan and Feichtenhofer, Christoph and Darrell, Trevor and Xie, Saining},
  title = {A {ConvNet} for the 2020s},
  booktitle = {IEEE/CVF Conference on Computer Vision and Pattern Recognition},
  year = {2022},
  eprint = {2201.03545},
  archiveprefix = {arXiv}
}"""
CLIP = """@inproceedings{radford2021learning,
  author = {Radford, Alec and Kim, Jong Wook and Hallacy, Chris and Ramesh, Aditya and Goh, Gabriel and Agarwal, Sandhini and Sastry, Girish and Askell, Amanda and Mishkin, Pamela and Clark, Jack and Krueger, Gretchen and Sutskever, Ilya},
  title = {Learning Transferable Visual Models From Natural Language Supervision},
  booktitle = {International Conference on Machine Learning},
  year = {2021},
  eprint = {2103.00020},
  archiveprefix = {arXiv}
}"""
SIGLIP_2 = """@misc{tschannen2025siglip,
  author = {Tschannen, Michael and others},
  title = {{SigLIP} 2: Multilingual Vision-Language Encoders with Improved Semantic Understanding, Localization, and Dense Features},
  year = {2025},
  eprint = {2502.14786},
  archiveprefix = {arXiv}
}"""
DINO_V2 = """@misc{oquab2023dinov2,
  author = {Oquab, Maxime and others},
  title = {{DINOv2}: Learning Robust Visual Features without Supervision},
  year = {2023},
  eprint = {2304.07193},
  archiveprefix = {arXiv}
}"""
DINO_V3 = """@misc{simeoni2025dinov3,
  author = {Sim{\\'e}oni, Oriane and others},
  title = {{DINOv3}},
  year = {2025},
  eprint = {2508.10104},
  archiveprefix = {arXiv}
}"""
AUDIO_MAE = """@inproceedings{huang2022masked,
  author = {Huang, Po-Yao and others},
  title = {Masked Autoencoders that Listen},
  booktitle = {Advances in Neural Information Processing Systems},
  year = {2022},
  eprint = {2207.06405},
  archiveprefix = {arXiv}
}"""
CLAP = """@inproceedings{wu2023largescale,
  author = {Wu, Yusong and Chen, Ke and Zhang, Tianyu and Hui, Yuchen and Berg-Kirkpatrick, Taylor and Dubnov, Shlomo},
  title = {Large-Scale Contrastive Language-Audio Pretraining with Feature Fusion and Keyword-to-Caption Augmentation},
  booktitle = {IEEE International Conference on Acoustics, Speech and Signal Processing},
  year = {2023},
  eprint = {2211.06687},
  archiveprefix = {arXiv}
}"""
EFFICIENT_AT = """@inproceedings{schmid2023efficient,
  author = {Schmid, Florian and Koutini, Khaled and Widmer, Gerhard},
  title = {Efficient Large-Scale Audio Tagging via Transformer-to-{CNN} Knowledge Distillation},
  booktitle = {IEEE International Conference on Acoustics, Speech and Signal Processing},
  year = {2023},
  eprint = {2211.04772},
  archiveprefix = {arXiv}
}"""
OPENL3 = """@inproceedings{cramer2019look,
  author = {Cramer, Jason and Wu, Ho-Hsiang and Salamon, Justin and Bello, Juan Pablo},
  title = {Look, Listen, and Learn More: Design Choices for Deep Audio Embeddings},
  booktitle = {IEEE International Conference on Acoustics, Speech and Signal Processing},
  year = {2019}
}"""
VGGISH = """@inproceedings{hershey2017cnn,
  author = {Hershey, Shawn and others},
  title = {{CNN} Architectures for Large-Scale Audio Classification},
  booktitle = {IEEE International Conference on Acoustics, Speech and Signal Processing},
  year = {2017}
}"""
MOBILENETS = """@misc{howard2017mobilenets,
  author = {Howard, Andrew G. and others},
  title = {{MobileNets}: Efficient Convolutional Neural Networks for Mobile Vision Applications},
  year = {2017},
  eprint = {1704.04861},
  archiveprefix = {arXiv}
}"""
AUDIOSET = """@inproceedings{gemmeke2017audio,
  author = {Gemmeke, Jort F. and others},
  title = {Audio Set: An Ontology and Human-Labeled Dataset for Audio Events},
  booktitle = {IEEE International Conference on Acoustics, Speech and Signal Processing},
  year = {2017}
}"""
FARNEBACK = """@inproceedings{farneback2003two,
  author = {Farneb{\\"a}ck, Gunnar},
  title = {Two-Frame Motion Estimation Based on Polynomial Expansion},
  booktitle = {Scandinavian Conference on Image Analysis},
  year = {2003}
}"""
RASHEED = """@article{rasheed2005use,
  author = {Rasheed, Zeeshan and Sheikh, Yaser and Shah, Mubarak},
  title = {On the Use of Computable Features for Film Classification},
  journal = {IEEE Transactions on Circuits and Systems for Video Technology},
  year = {2005}
}"""
MFCC = """@article{davis1980comparison,
  author = {Davis, Steven B. and Mermelstein, Paul},
  title = {Comparison of Parametric Representations for Monosyllabic Word Recognition in Continuously Spoken Sentences},
  journal = {IEEE Transactions on Acoustics, Speech, and Signal Processing},
  year = {1980}
}"""
HASHING = """@inproceedings{weinberger2009feature,
  author = {Weinberger, Kilian and Dasgupta, Anirban and Langford, John and Smola, Alex and Attenberg, Josh},
  title = {Feature Hashing for Large Scale Multitask Learning},
  booktitle = {International Conference on Machine Learning},
  year = {2009},
  eprint = {0902.2206},
  archiveprefix = {arXiv}
}"""
SENTENCE_BERT = """@inproceedings{reimers2019sentence,
  author = {Reimers, Nils and Gurevych, Iryna},
  title = {{Sentence-BERT}: Sentence Embeddings using Siamese {BERT}-Networks},
  booktitle = {Conference on Empirical Methods in Natural Language Processing},
  year = {2019},
  eprint = {1908.10084},
  archiveprefix = {arXiv}
}"""
MINILM = """@inproceedings{wang2020minilm,
  author = {Wang, Wenhui and Wei, Furu and Dong, Li and Bao, Hangbo and Yang, Nan and Zhou, Ming},
  title = {{MiniLM}: Deep Self-Attention Distillation for Task-Agnostic Compression of Pre-Trained Transformers},
  booktitle = {Advances in Neural Information Processing Systems},
  year = {2020},
  eprint = {2002.10957},
  archiveprefix = {arXiv}
}"""
BGE = """@misc{xiao2023cpack,
  author = {Xiao, Shitao and Liu, Zheng and Zhang, Peitian and Muennighoff, Niklas},
  title = {{C-Pack}: Packaged Resources To Advance General {Chinese} Embedding},
  year = {2023},
  eprint = {2309.07597},
  archiveprefix = {arXiv}
}"""
MVIT_V2 = """@inproceedings{li2022mvitv2,
  author = {Li, Yanghao and Wu, Chao-Yuan and Fan, Haoqi and Mangalam, Karttikeya and Xiong, Bo and Malik, Jitendra and Feichtenhofer, Christoph},
  title = {{MViTv2}: Improved Multiscale Vision Transformers for Classification and Detection},
  booktitle = {IEEE/CVF Conference on Computer Vision and Pattern Recognition},
  year = {2022},
  eprint = {2112.01526},
  archiveprefix = {arXiv}
}"""
VIDEO_SWIN = """@inproceedings{liu2022video,
  author = {Liu, Ze and Ning, Jia and Cao, Yue and Wei, Yixuan and Zhang, Zheng and Lin, Stephen and Hu, Han},
  title = {Video Swin Transformer},
  booktitle = {IEEE/CVF Conference on Computer Vision and Pattern Recognition},
  year = {2022},
  eprint = {2106.13230},
  archiveprefix = {arXiv}
}"""
R2PLUS1D = """@inproceedings{tran2018closer,
  author = {Tran, Du and Wang, Heng and Torresani, Lorenzo and Ray, Jamie and LeCun, Yann and Paluri, Manohar},
  title = {A Closer Look at Spatiotemporal Convolutions for Action Recognition},
  booktitle = {IEEE/CVF Conference on Computer Vision and Pattern Recognition},
  year = {2018},
  eprint = {1711.11248},
  archiveprefix = {arXiv}
}"""
VJEPA_2 = """@misc{assran2025vjepa,
  author = {Assran, Mido and others},
  title = {{V-JEPA} 2: Self-Supervised Video Models Enable Understanding, Prediction and Planning},
  year = {2025},
  eprint = {2506.09985},
  archiveprefix = {arXiv}
}"""
PE_AV = """@misc{vyas2025pushing,
  author = {Vyas, Apoorv and Chang, Heng-Jui and Yang, Cheng-Fu and Huang, Po-Yao and Gao, Luya and Richter, Julius and Chen, Sanyuan and Le, Matt and Doll{\\'a}r, Piotr and Feichtenhofer, Christoph and Lee, Ann and Hsu, Wei-Ning},
  title = {Pushing the Frontier of Audiovisual Perception with Large-Scale Multimodal Correspondence Learning},
  year = {2025},
  eprint = {2512.19687},
  archiveprefix = {arXiv}
}"""
