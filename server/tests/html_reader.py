"""A stock parser of HTML, as browsers parse it: pages as a JSON list on standard input, what each became on standard output."""

import json
import sys

import html5lib


def read(page):
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    # Comments have a function for a tag.
    elements = [element for element in tree.iter() if isinstance(element.tag, str)]
    tags = {}
    for element in elements:
        tags[element.tag] = tags.get(element.tag, 0) + 1
    return {
        "tags": tags,
        "title": "".join("".join(element.itertext()) for element in elements if element.tag == "title")[:2000],
        "text": "".join(tree.itertext()),
        "handlers": [name for element in elements for name in element.attrib if str(name).startswith("on")],
        "links": [value for element in elements for name, value in element.attrib.items() if name in ("href", "src", "action", "formaction")],
        "scripts": [{"nonce": element.get("nonce"), "text": element.text or ""} for element in elements if element.tag == "script"],
        "textareas": [
            {"id": element.get("id"), "label": element.get("aria-label"), "text": element.text or ""}
            for element in elements
            if element.tag == "textarea"
        ],
    }


print(json.dumps([read(page) for page in json.load(sys.stdin)]))
