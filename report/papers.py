"""Where papers and data that are named in words can be read: the outbound links of the tables."""

import re
from collections.abc import Mapping
from html import escape

DOI, ARXIV, ZENODO = "https://doi.org/", "https://arxiv.org/abs/", "https://zenodo.org/records/"
PAPERS: Mapping[str, str] = {
    "Davis and Mermelstein 1980": f"{DOI}10.1109/TASSP.1980.1163420",
    "Rasheed, Sheikh and Shah 2005": f"{DOI}10.1109/TCSVT.2004.839993",
    "Hershey et al. 2017": f"{ARXIV}1609.09430",
    "Howard et al. 2017 (MobileNet)": f"{ARXIV}1704.04861",
    "Gemmeke et al. 2017 (AudioSet)": f"{DOI}10.1109/ICASSP.2017.7952261",
    "Cramer et al. 2019": f"{DOI}10.1109/ICASSP.2019.8682475",
    "Deldjoo et al. 2018": f"{DOI}10.1145/3240323.3240407",
    "features of Haas et al. 2015": f"{DOI}10.7717/peerj.1390",
}
NAMED = re.compile(
    "|".join(
        (
            r"arXiv[: ](?P<arxiv>\d{4}\.\d{4,5})",
            r"Zenodo (?P<zenodo>\d+)",
            r"(?:https?://)?(?:doi\.org/)?(?P<doi>10\.\d{4,9}/[\w.();/-]*\w)",
            rf"(?P<paper>{'|'.join(map(re.escape, PAPERS))})",
        )
    )
)


def linked(text: str) -> str:
    """The text escaped, with a link on each paper or record in it that is known."""
    made, at = [], 0
    for found in NAMED.finditer(text):
        made += [escape(text[at : found.start()]), _link(found)]
        at = found.end()
    return "".join([*made, escape(text[at:])])


def _link(found: re.Match[str]) -> str:
    to = (
        (found["arxiv"] and ARXIV + found["arxiv"])
        or (found["zenodo"] and ZENODO + found["zenodo"])
        or (found["doi"] and DOI + found["doi"])
        or PAPERS[found[0]]
    )
    return f'<a href="{escape(to)}" rel="noopener">{escape(found[0])}</a>'
