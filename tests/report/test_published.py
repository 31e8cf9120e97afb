"""The pages of a corpus of published features: what it has, and nothing of what it has not."""

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from made_up_published import write

from report import corpora, opening, sections, tables
from report.corpora import Corpus
from report.loading import Metrics, load
from report.published import behind
from stages.corpus.reader import Trailer
from stages.corpus.table import save_trailers
from stages.rendering.films import with_labels

pytestmark = pytest.mark.xdist_group("report")


def texts(site: Path) -> dict[str, str]:
    found = {}
    for page in site.glob("*.html"):
        text = re.sub(
            r"<script.*?</script>|<footer.*?</footer>", "", page.read_text("utf-8"), flags=re.S
        )
        found[page.stem] = re.sub(r"<[^>]*>", " ", text)
    return found


def test_nothing_is_said_of_what_it_does_not_have(published_preview: Path) -> None:
    for name, text in texts(published_preview).items():
        for word in (
            "Contact sheet",
            "trailers downloaded",
            "extracted by fixed",
            "dBFS",
            "ideal observer",
        ):
            if (name, word) != ("reproduce", "extracted by fixed"):
                assert word not in text, (name, word)
        assert "These are not films" not in text, name
        assert not re.search(r"\bnan\b|NaN", text), name


def test_the_data_page_tells_of_the_tables(published_preview: Path) -> None:
    text = texts(published_preview)["data"]
    assert "tables of features that others computed" in text
    assert "i-vectors over MFCCs" in text and "Not finite cells" in text and "16" in text
    assert "the same numbers as another film" in text


def test_a_genre_that_is_lacking_is_named_and_shown_nowhere(published_preview: Path) -> None:
    pages = texts(published_preview)
    assert "nine of the ten genres (no Mystery)" in pages["index"]
    for name in ("genres", "thresholds", "films", "approaches"):
        assert "Mystery" not in pages[name], name


def test_no_file_of_the_pages_says_which_genres_a_film_has(published_preview: Path) -> None:
    films = json.loads((published_preview / "metrics" / "films.json").read_text("utf-8"))
    assert {key for film in films["films"] for key in film} == {"id", "title", "year", "scores"}
    (script,) = (published_preview / "metrics" / "films").glob("titles-*.js")
    rows = json.loads(script.read_text("utf-8").partition(" = ")[2].rstrip(";\n"))
    assert len(rows) == len(films["films"]) and all(genres is None for *_, genres in rows)
    pages = texts(published_preview)
    assert "Its genres are not shown" in pages["films"] and "Highest scores" not in pages["films"]
    assert "scored as Drama more often than others: 25% of those" in pages["genres"]  # counted


def test_labels_come_from_the_catalogue_where_it_is(tmp_path: Path) -> None:
    folder = write(tmp_path / "metrics" / "x")
    films = json.loads((folder / "films.json").read_text("utf-8"))["films"]
    before = (folder / "films.json").read_bytes()
    with_labels(folder, tmp_path / "none.parquet")
    assert (folder / "films.json").read_bytes() == before
    trailers = [
        Trailer(f"{film['id']}-0", film["id"], "T", 1999, ("Drama",), "", "") for film in films
    ]
    path = tmp_path / "catalogue.parquet"
    save_trailers(trailers[1:], path)  # of another run: a film is unknown
    (tmp_path / "lost_films.csv").write_text("approach,film_id\n", encoding="utf-8")
    with_labels(folder, path)
    assert (folder / "films.json").read_bytes() == before
    assert not (folder / "lost_films.csv").exists()
    save_trailers(trailers, path)
    with_labels(folder, path)
    assert (folder / "lost_films.csv").exists()
    found = json.loads((folder / "films.json").read_text("utf-8"))
    assert all(
        [found["genres"][at] for at in film["genres"]] == ["Drama"] for film in found["films"]
    )
    from report.films import labels_from

    assert "do not publish these pages" in labels_from(load(folder)).text


def test_the_claims_of_the_sample_are_a_dry_run(preview: Path, published_preview: Path) -> None:
    text = texts(preview)["claims"]
    assert "Earlier claims: a dry run on rendered trailers" in text
    assert "What we planted" in text and "dry run" in text
    assert 'class="pale">contradicted' in (preview / "claims.html").read_text("utf-8")
    other = texts(published_preview)["claims"]
    assert "dry run" not in other and "What we planted" not in other
    assert "pale" not in (published_preview / "claims.html").read_text("utf-8")


def test_what_was_planted_stands_beside_each_claim(metrics: Metrics) -> None:
    recipe = {"picture": dict.fromkeys(metrics.genre_names, 0.1), "sound": {}}
    recipe["sound"] = dict.fromkeys(metrics.genre_names, 0.2) | {"Science Fiction": 0.0}
    known = replace(metrics, parameters=metrics.parameters | {"sample": recipe})
    planted = tables.claims.planted
    assert planted(known, "Science Fiction cannot be heard") == (
        "its cue in 10% of shots and 0% of sounds"
    )
    assert "18% of sounds, on average" in planted(known, "Sound beats picture")
    assert planted(known, "Fewer labels help") == "–"
    assert planted(metrics, "Science Fiction cannot be heard") == "–"  # no recipe recorded


def test_the_home_opens_with_films_and_names_the_instrument(whole: Path) -> None:
    text = texts(whole)["index"]
    assert "On 240 real trailers, picture and sound" in text and "These are not films" not in text
    assert "Features of 2018" in text and "computed and published by others" in text
    assert 'href="sample/instrument.html"' in (whole / "index.html").read_text("utf-8")


def both(metrics: Metrics, published: Metrics) -> list[Corpus]:
    return [Corpus("mmtf14k", "Films", published), Corpus("sample", "Sample", metrics)]


def test_the_front_is_films_where_they_have_been_run(metrics: Metrics, published: Metrics) -> None:
    corpora_ = both(metrics, published)[::-1]
    assert corpora.front(corpora_).name == "mmtf14k"
    assert corpora.front(corpora_[:1]).name == "sample"
    assert "rendered trailers of films that do not exist" in opening.sentence(metrics).text


def test_findings_agree_differ_or_stay_open(metrics: Metrics, published: Metrics) -> None:
    columns = published.comparisons["name"] == published.headline["picture_minus_sound"]

    def told(word: str) -> str:
        rows = published.comparisons.copy()
        rows.loc[columns, "verdict"] = word
        other = replace(published, comparisons=rows)
        found = corpora.findings(both(metrics, other)).set_index("Finding")
        return str(found.loc["Picture − sound", "Together"])

    here = metrics.comparison(metrics.headline["picture_minus_sound"])["verdict"]
    assert here == "undecided"
    assert told("better") == told("worse") == "clear on 1 of 2"
    assert told("undecided") == "open"
    found = corpora.findings(both(metrics, published)).set_index("Finding")
    assert found.loc["Better for Action", "Together"] == "holds on all"
    assert found.loc["Better for Mystery", "Films"] == "not asked"
    assert corpora._together(["picture is better", "sound is better", "undecided"]) == "differs"


def test_what_words_add_stands_beside_the_rest(metrics: Metrics, published: Metrics) -> None:
    named = {"picture_minus_words": "pw", "sound_minus_words": "sw", "words_gain": "gain"}
    verdicts = {"pw": "worse", "sw": "undecided", "gain": "better"}
    row = metrics.comparisons.iloc[0].to_dict() | {"difference": 0.07, "lo": 0.04, "hi": 0.1}
    more = pd.DataFrame([row | {"name": n, "verdict": v} for n, v in verdicts.items()])
    told = replace(
        metrics,
        headline=metrics.headline | named,
        comparisons=pd.concat([metrics.comparisons, more], ignore_index=True),
    )
    shown = corpora.differences(both(told, published))
    assert shown["key"].value_counts().to_dict() == {
        **dict.fromkeys(("picture_minus_sound", "fusion_gain"), 2),
        **dict.fromkeys(named, 1),
    }
    gain = shown[shown["key"] == "words_gain"].iloc[0]
    assert (gain["a"], gain["b"]) == ("Sample: all three", "what was named without them all")
    assert gain["difference"] == 0.07
    found = corpora.findings(both(told, published)).set_index("Finding")
    sample = {str(finding): str(said) for finding, said in found["Sample"].items()}
    assert sample["Picture − words"].startswith("words are better (+0.070, ")
    assert sample["Sound − words"].startswith("undecided (")
    assert sample[corpora.NAMED["words_gain"]].startswith("all three are better (")
    assert found.loc["Picture − words", "Films"] == "not asked"
    assert found.loc["Picture − words", "Together"] == "on one corpus"


def test_orders_of_genres_are_compared_on_shared_genres(
    metrics: Metrics, published: Metrics
) -> None:
    same = both(metrics, metrics)
    assert set(corpora.orders(same)["Rank correlation"]) == {"1.00"}
    assert set(corpora.orders(both(metrics, published))["Genres"]) == {"9 genres"}
    few = replace(metrics, genres=metrics.genres[metrics.genres["genre"].isin(["Drama", "Crime"])])
    assert corpora.orders(both(metrics, few)).empty


def test_label_ceilings_of_any_corpus_are_listed(tmp_path: Path) -> None:
    for name, row in (("a", ""), ("tmdb", "macro_f1,,0.8,0.78,0.82,678\n")):
        (tmp_path / name).mkdir()
        head = "metric,genre,value,lo,hi,films\n"
        (tmp_path / name / "label_ceiling.csv").write_text(head + row, encoding="utf-8")
    found = corpora.label_ceilings(tmp_path)
    assert list(found) == ["tmdb"] and found["tmdb"]["value"].tolist() == [0.8]
    shutil.rmtree(tmp_path / "tmdb")
    assert corpora.label_ceilings(tmp_path) == {}


def test_a_corpus_of_one_table_file_says_so(metrics: Metrics) -> None:
    assert "No table of features" in sections.features(metrics).text


def test_a_corpus_without_dramas_is_not_held_against_their_share(metrics: Metrics) -> None:
    genres = metrics.genres[metrics.genres["genre"] != "Drama"]
    at = metrics.threshold_genres[metrics.threshold_genres["genre"] != "Drama"]
    prevalence = metrics.catalogue["prevalence"] | {"Drama": 0.0}
    catalogue = metrics.catalogue | {"prevalence": prevalence}
    without = replace(metrics, genres=genres, threshold_genres=at, catalogue=catalogue)
    rows = tables.claims.published(without)
    drama = rows[rows["quantity"] == "drama"]
    assert set(drama["what"]) == {"published", "perfect"}
    assert "0.00" not in " ".join(behind(without))
