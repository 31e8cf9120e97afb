"""Scalars as YAML 1.2's core schema reads them; the expected values are the specification's."""

import math

import pytest
import yaml

from stages.base.params import yaml12

# https://yaml.org/spec/1.2.2, sections 10.3.2 and 10.3.3
SCALARS = {
    "1e-05": 1e-05,
    "1e-5": 1e-05,
    "1e4": 10000.0,
    "12e03": 12000.0,
    ".5": 0.5,
    "1.": 1.0,
    "-2E+05": -200000.0,
    "-.inf": -math.inf,
    "010": 10,
    "0o14": 12,
    "0x1F": 31,
    "+3": 3,
    "true": True,
    "FALSE": False,
    "~": None,
    "": None,
    "on": "on",
    "off": "off",
    "yes": "yes",
    "No": "No",
    "y": "y",
    "12:30": "12:30",
    "1_000": "1_000",
    "2020-01-01": "2020-01-01",
    "0b11": "0b11",
    "<<": "<<",
}


@pytest.mark.parametrize(("text", "value"), SCALARS.items())
def test_a_scalar_is_what_the_core_schema_says(text, value):
    found = yaml12.read(f"a: {text}")["a"]
    assert (found, type(found)) == (value, type(value))


def test_nan_is_a_number():
    assert math.isnan(yaml12.read("a: .NaN")["a"])


# what DVC knows beyond the core schema, no parameter is
@pytest.mark.parametrize("text", sorted(SCALARS.keys() - {"1_000", "2020-01-01", "0b11", "<<"}))
def test_dvc_reads_the_same(text):
    from dvc.utils.serialize import parse_yaml

    assert parse_yaml(f"a: {text}", "params.yaml")["a"] == SCALARS[text]


def test_what_is_written_is_read_back_by_us_and_by_dvc():
    from dvc.utils.serialize import parse_yaml

    values = {"small": 1e-05, "huge": 1e300, "list": [1, "1"], "none": None, "yes": True}
    values |= {f"text {number}": text for number, text in enumerate(SCALARS)}
    for content in (yaml12.block(values), yaml12.one_line(values)):
        assert yaml12.read(content) == values == parse_yaml(content, "params.yaml")


def test_what_stands_in_two_places_is_written_out_twice():
    shared = {"a": [1]}
    assert "&" not in yaml12.block({"one": shared, "two": shared})


def test_a_key_that_stands_twice_is_an_error():
    with pytest.raises(yaml.YAMLError, match=r"'a' a second time(.|\n)*line 3"):
        yaml12.read("a: 1\nb: 2\na: 3\n")
