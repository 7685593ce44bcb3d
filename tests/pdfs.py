"""What a PDF that the portal made says, read by another program than the one that wrote it."""

from io import BytesIO

from pypdf import PdfReader


def reader(content: bytes) -> PdfReader:
    return PdfReader(BytesIO(content), strict=True)


def text(content: bytes) -> str:
    """All its words, with plain spaces."""
    said = "\n".join(page.extract_text() for page in reader(content).pages)
    return said.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


def pages(content: bytes) -> int:
    return len(reader(content).pages)


def tags(content: bytes) -> set[str]:
    """The kinds of structure that it tells a screen reader (H1, Table, TH…)."""
    found: set[str] = set()
    todo = [reader(content).trailer["/Root"]["/StructTreeRoot"]]
    while todo:
        node = todo.pop().get_object()
        if not hasattr(node, "get"):
            continue
        if name := node.get("/S"):
            found.add(str(name).lstrip("/"))
        kids = node.get("/K", [])
        todo += [kid for kid in (kids if isinstance(kids, list) else [kids]) if hasattr(kid, "get_object")]
    return found
