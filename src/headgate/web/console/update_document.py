"""The document of one revision, as the source has sent it: a file to keep, never a page."""

from starlette.responses import Response

from headgate.catalogue.identity import guid
from headgate.web.console.update import name_asked_for
from headgate.web.console.visit import Console, Visit


def download(console: Console, visit: Visit) -> Response:
    """Send a document as a file."""
    name = name_asked_for(visit)
    document = console.catalogue().raw_document(name)
    # It was found, so the path is a GUID, in whichever form, and a number.
    file_name = f"{guid(visit.path['id'])}-{visit.path['revision']}.xml"
    return Response(
        document,
        media_type="application/xml; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{file_name}"'},
    )
