"""The tools that walk through the portal: they must not overlook what they are there to find."""

from tests.walk import addresses, forms

PAGE = """
<form method="post" action="/a/"><input type="hidden" name="t" value="1"><input name="n" value="É&amp;"><textarea
name="m">Deux
lignes</textarea><select name="c"><option value=""></option><option value="2" selected>B</option></select>
<input type="checkbox" name="b" value="x" checked><input type="checkbox" name="b" value="y"><input type="file" name="f">
<button name="step" value="save">V</button></form><form><input name="q"></form>"""


def test_a_form_is_read_as_a_browser_would_send_it():
    first, second = forms(PAGE)
    assert (first.method, first.action, second.method, second.fields) == ("post", "/a/", "get", {"q": [""]})
    assert first.fields == {
        "t": ["1"], "n": ["É&"], "m": ["Deux\nlignes"], "c": ["2"], "b": ["x"], "step": ["save"]
    }  # fmt: skip
    assert first.files == {"f"}
    assert first.choices == {"c": ["", "2"], "b": ["x", "y"]}


def test_addresses_are_found_in_every_room_with_their_parameters():
    found = {address.name: address for address in addresses()}
    assert found["front:month"].params == ("child_id", "first")
    assert found["front:month"].raw({"child_id": "abc", "first": "2026-13"}) == "/planning/abc/2026-13/"
    assert found["core:stylesheet"].raw({"digest": "x"}) == "/style-x.css"
