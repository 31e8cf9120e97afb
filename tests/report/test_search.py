import json

from stages.rendering import search

PAGE = """<html><main id="content"><h1>A page</h1><p>Before &amp; first.</p>
<h2>The ideal observer</h2><p>One <b>bold</b> word.</p><script>var hidden = 1;</script>
<h2 id="own">Second</h2><p>Two.</p></main><footer>Foot</footer></html>"""


def test_headings_become_addresses_and_sections_plain_text() -> None:
    page = search.with_anchors(PAGE)
    assert '<h2 id="the-ideal-observer">' in page and '<h2 id="own">' in page
    found = list(search.sections("one", "A page", page))
    assert [(section.heading, section.address) for section in found] == [
        ("A page", "one.html"),
        ("The ideal observer", "one.html#the-ideal-observer"),
        ("Second", "one.html#own"),
    ]
    assert found[0].text == "A page Before & first."
    assert found[1].text == "One bold word." and found[2].text == "Two."


def test_script_is_an_assignment_of_json() -> None:
    found = [search.Section("p", "h", "p.html", "</script><b>")]
    text = search.script(found)
    value = json.loads(text.removeprefix("window.reportContents = ").removesuffix(";\n"))
    assert value[0]["text"] == "</script><b>" and text.isascii()
