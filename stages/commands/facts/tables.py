"""What lies in metrics/<corpus>/, for those who have never seen it."""

CSV = {
    "approaches": "One row an approach: what it is, and its scores over all genres.",
    "genres": "One row an approach and genre: average precision and other scores.",
    "rank_intervals": "One row an approach: its rank by macro average precision, with interval.",
    "comparisons": "One row a paired comparison of two approaches on the same films.",
    "claims": "One row a claim of an earlier study, judged on these films.",
    "rules": "One row an approach and rule of thresholds: how good its decisions are.",
    "calibration": "One row an approach and method: calibration before and after.",
    "label_sets": "One row an approach trained on fewer labels, and genre.",
    "label_ceiling": "One row a genre: how far a second source's genres agree.",
    "layers": "One row a layer of the sound and genre: how much of trailers' time it has.",
    "missing": "One row a genre or decade: the share of its films that cannot be judged.",
    "models": "One row a backbone: what it is, its weights and their licence.",
}
FOLDS = "One row a film that was judged, and the fold that it is in."
LABELS = "One row a film that was judged, and its genres."
SCORES = "One file an approach: a row a film, a column a genre, scored out of fold."
