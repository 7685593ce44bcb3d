"""Every address of the portal, and the forms that its pages offer: for the tests that walk through all of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse


@dataclass(frozen=True)
class Address:
    """A named address: "front:month", its `params`, and its path with "%(child_id)s" where each of them goes."""

    name: str
    params: tuple[str, ...]
    template: str

    def path(self, values: dict[str, Any]) -> str:
        return reverse(self.name, kwargs={param: values[param] for param in self.params})

    def raw(self, values: dict[str, str]) -> str:
        """The path with any text at all in the place of its parameters."""
        return "/" + self.template % values


def addresses() -> list[Address]:
    return sorted(_walk(get_resolver(), ""), key=lambda address: address.name)


def _walk(resolver: URLResolver, prefix: str) -> Iterator[Address]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern, f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix)
        else:
            yield _address(pattern, prefix)


def _address(pattern: URLPattern, prefix: str) -> Address:
    name = f"{prefix}{pattern.name}"
    params = tuple(pattern.pattern.converters)
    return Address(name, params, _template(name, params))


def _template(name: str, params: tuple[str, ...]) -> str:
    resolver, (*spaces, own) = get_resolver(), name.split(":")
    start = ""
    for space in spaces:
        here, resolver = resolver.namespace_dict[space]
        start += here
    for possibilities, *_ in resolver.reverse_dict.getlist(own):
        for path, found in possibilities:
            if set(found) == set(params):
                return start + path
    raise LookupError(name)


@dataclass
class Form:
    """A form of a page, as a browser would send it untouched. `choices`: what a list or radio buttons offer."""

    method: str
    action: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)
    choices: dict[str, list[str]] = field(default_factory=dict)


def forms(html: str) -> list[Form]:
    reader = _Forms()
    reader.feed(html)
    reader.close()
    return reader.forms


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.form: Form | None = None
        self.select = self.textarea = ""

    def handle_starttag(self, tag: str, attrs: list) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.form = Form(given.get("method", "get").lower(), given.get("action", ""))
            self.forms.append(self.form)
        elif self.form is not None and (name := given.get("name") or self.select):
            self._field(self.form, tag, name, given)

    def _field(self, form: Form, tag: str, name: str, given: dict[str, str]) -> None:
        value, kind = given.get("value", ""), given.get("type", "text")
        if tag == "select":
            self.select = name
            form.fields.setdefault(name, [])
        elif tag == "option":
            form.choices.setdefault(name, []).append(value)
            if "selected" in given:
                form.fields[name] = [value]
        elif tag == "textarea":
            self.textarea = name
            form.fields[name] = [""]
        elif tag == "input" and kind == "file":
            form.files.add(name)
        elif tag == "input" and kind in ("checkbox", "radio"):
            form.choices.setdefault(name, []).append(value)
            form.fields.setdefault(name, []).extend([value] if "checked" in given else [])
        elif tag == "input" or (tag == "button" and name not in form.fields):
            form.fields.setdefault(name, []).append(value)

    def handle_data(self, data: str) -> None:
        if self.textarea and self.form:
            self.form.fields[self.textarea][0] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = None
        elif tag == "select":
            self.select = ""
        elif tag == "textarea":
            self.textarea = ""
