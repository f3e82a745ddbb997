"""The start page: what this is, and how it stands with synchronization, in words."""

from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

from headgate import __version__
from headgate.services.sync_control import SyncStatus

_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Headgate</title>
<style>
body {{ font: 1.05rem/1.6 system-ui, sans-serif; max-width: 42rem; margin: 3rem auto;
  padding: 0 1rem; color: #1f2937; background: #fff; }}
dt {{ font-weight: 600; margin-top: 1rem }}
dd {{ margin: 0 }}
code {{ background: #f3f4f6; padding: .1rem .3rem; border-radius: .2rem }}
footer {{ margin-top: 3rem; color: #4b5563; font-size: .9rem }}
</style>
</head>
<body>
<main>
<h1>Headgate</h1>
<p>This is an update server for Windows computers. It runs, and it keeps a catalogue of updates.</p>
<dl>
<dt>Now</dt><dd>{now}</dd>
<dt>Last synchronization</dt><dd>{last}</dd>
<dt>Next synchronization</dt><dd>{coming}</dd>
</dl>
<p>Administrators use the command line of this server: <code>headgate --help</code>.</p>
</main>
<footer>Headgate {version}. Not a product of Microsoft.</footer>
</body>
</html>
"""


def start_page(status: SyncStatus) -> str:
    """Return the page as HTML."""
    return _PAGE.format(
        now=escape(_now(status)),
        last=escape(_last(status)),
        coming=escape(_coming(status)),
        version=escape(__version__),
    )


def _now(status: SyncStatus) -> str:
    if status.job is None:
        return "Nothing is being synchronized."
    if status.job.state == "queued":
        return "A synchronization is about to begin."
    phase, done = status.progress.get("phase"), status.progress.get("done") or 0
    total = status.progress.get("total")
    counted = f" ({done:,} of {total:,})" if total else ""
    return f"Synchronizing: {phase}{counted}." if phase else "A synchronization begins."


def _last(status: SyncStatus) -> str:
    run = status.last
    if run is None:
        return "Never yet. Start one with `headgate sync now`."
    when = _moment(run["ended"], status.zone)
    if run["result"] != "succeeded":
        return f"{when}: {run['result']}. {run['reason'] or ''}".rstrip()
    problems = [problem for problem in run["problems"] if problem["kind"] != "notice"]
    failed = f" {len(problems):,} documents or files failed." if problems else ""
    return (
        f"{when}: {run['new']:,} new, {run['revised']:,} revised and {run['expired']:,} expired "
        f"updates.{failed}"
    )


def _coming(status: SyncStatus) -> str:
    if status.next_at is None:
        return "When somebody starts one; no schedule is set."
    return f"{_moment(status.next_at, status.zone)}."


def _moment(value: datetime, zone: str) -> str:
    return f"{value.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M} ({zone})"
