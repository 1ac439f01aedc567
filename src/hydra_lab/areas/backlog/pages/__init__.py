"""The backlog's pages: all documents, one of them tier by tier, its text, and what an import does or did."""

from hydra_lab.areas.backlog.pages.lists import load_import, load_list
from hydra_lab.areas.backlog.pages.one import load_one
from hydra_lab.areas.backlog.pages.report import load_preview, load_report
from hydra_lab.areas.backlog.pages.text import load_draft_text, load_text
from hydra_lab.kernel.area import Page

PAGES = (
    Page(path="/backlog", title="Backlog", template="list.html", load=load_list, nav=("", 35, "book-open", "Backlog")),
    Page(path="/backlog/import", title="Import a backlog", template="import.html", load=load_import),
    Page(path="/backlog/preview/{draft}", title="Import", template="report.html", load=load_preview),
    Page(path="/backlog/preview/{draft}/text", title="Document", template="text.html", load=load_draft_text),
    Page(path="/backlog/{name}", title="Backlog", template="one.html", load=load_one),
    Page(path="/backlog/{name}/report", title="Last import", template="report.html", load=load_report),
    Page(path="/backlog/{name}/text", title="Document", template="text.html", load=load_text),
)
