"""What the console says where a sentence sends its reader to the command line.

Errors and problems are told below every door alike, and their next step may be a command. A page
has a click for many of them: it says its own sentence, with a link, in place of the command's.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from headgate.sentences import Sentence

_OPTIONS = "/console/options/synchronization"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Where a link leads, and what stands on it."""

    address: str
    title: Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class InPlace:
    """A sentence of the console; ``{page}`` in it is the link."""

    sentence: Sentence
    page: Page


_PROXY = Page(address=f"{_OPTIONS}#proxy-heading", title=Sentence("Proxy server"))
_SOURCE = Page(address=f"{_OPTIONS}#source-heading", title=Sentence("Update source"))
_SCHEDULE = Page(address=f"{_OPTIONS}#schedule-heading", title=Sentence("Schedule"))
_CHOICE = Page(
    address=f"{_OPTIONS}#products-heading", title=Sentence("Products and classifications")
)
_ALL = Page(address=_OPTIONS, title=Sentence("Synchronization Options"))
_FILES = Page(address=f"{_OPTIONS}/advanced", title=Sentence("Update Files and Languages"))
_CONNECT = Page(address="/console/set-up/connect", title=Sentence("Start Connecting"))
_BEGIN = Page(address="/console/set-up/begin", title=Sentence("Begin initial synchronization"))
_UPDATES = Page(address="/console/updates", title=Sentence("Updates"))
_HOME = Page(address="/console/", title=Sentence("Home"))
_HISTORY = Page(address="/console/synchronizations", title=Sentence("Synchronizations"))

_CONNECT_FIRST = InPlace(
    sentence=Sentence("Connect to the update source first, with {page}: it names them."),
    page=_CONNECT,
)
_NAME_THE_SOURCE = InPlace(sentence=Sentence("Type its name under {page}."), page=_SOURCE)
_NAME_THE_PROXY = InPlace(
    sentence=Sentence("Type its name under {page}, or use no proxy server."), page=_PROXY
)
_CHECK_SOURCE = InPlace(
    sentence=Sentence("Check name, port and SSL under {page}; Test connection there tells more."),
    page=_SOURCE,
)

#: Template of a sentence to what the console says instead.
IN_PLACE: Mapping[str, InPlace] = {
    # The way to the source.
    "Check the settings of the proxy (`headgate settings show proxy`), then run `headgate "
    "doctor`.": InPlace(
        sentence=Sentence(
            "Check user name, domain and password under {page}; Test connection there tells more."
        ),
        page=_PROXY,
    ),
    "Set `proxy.use_credentials`, `proxy.user` and `proxy.password`, then run `headgate "
    "doctor`.": InPlace(
        sentence=Sentence(
            "Tick Use user credentials to connect to the proxy server under {page}, and type user "
            "name and password."
        ),
        page=_PROXY,
    ),
    "Have the proxy offer Negotiate, NTLM or Digest, or set `proxy.allow_basic=true` if the way to "
    "the proxy can be trusted with the password in clear text.": InPlace(
        sentence=Sentence(
            "Have the proxy server offer Negotiate, NTLM or Digest; or tick Allow basic "
            "authentication under {page}, if the way to it can be trusted with the password in "
            "clear text."
        ),
        page=_PROXY,
    ),
    "Basic was not tried, because `proxy.allow_basic` is off.": InPlace(
        sentence=Sentence(
            "Basic was not tried, because Allow basic authentication is not ticked under {page}."
        ),
        page=_PROXY,
    ),
    "The proxy server {proxy} offers only Basic authentication, which sends the password in clear "
    "text; `proxy.allow_basic` is off, so nothing was sent.": InPlace(
        sentence=Sentence(
            "The proxy server {proxy} offers only Basic authentication, which sends the password "
            "in clear text. That is not allowed under {page}, so nothing was sent."
        ),
        page=_PROXY,
    ),
    "Check on the proxy that it can resolve and reach this host, then run `headgate "
    "doctor`.": InPlace(
        sentence=Sentence(
            "Check on the proxy server that it can resolve and reach the update source; then try "
            "Test connection in {page}."
        ),
        page=_ALL,
    ),
    "Run `headgate doctor`: it tries the source and the content hosts one by one.": InPlace(
        sentence=Sentence(
            "Try Test connection in {page}: it goes the way to the update source step by step."
        ),
        page=_ALL,
    ),
    "Run `headgate doctor`; if a proxy or filter is in between, exempt the source.": InPlace(
        sentence=Sentence(
            "Try Test connection in {page}; if a proxy server or filter is in between, exempt the "
            "update source there."
        ),
        page=_ALL,
    ),
    "Check the spelling and this machine's DNS, then run `headgate doctor`.": InPlace(
        sentence=Sentence("Check the spelling in {page}, and this server's DNS."), page=_ALL
    ),
    "Check name, port and TLS of the source and of the proxy: `headgate settings show`.": InPlace(
        sentence=Sentence(
            "Check name, port and SSL of the update source and of the proxy server in {page}."
        ),
        page=_ALL,
    ),
    "Check port and TLS of the source (`source.port`, `source.tls`).": _CHECK_SOURCE,
    "Check name and port of the source: `headgate settings show source`.": _CHECK_SOURCE,
    "Check name, port and TLS of the source (`headgate settings show source`).": _CHECK_SOURCE,
    "Use a name from the certificate in `source.host`, or renew the certificate there.": InPlace(
        sentence=Sentence(
            "Type a name from the certificate under {page}, or have the certificate renewed there."
        ),
        page=_SOURCE,
    ),
    "If this is your own authority, name its certificate in `source.ca_file`; if a proxy or "
    "firewall inspects TLS, exempt {host} from inspection.": InPlace(
        sentence=Sentence(
            "If this is your own authority, name its certificate under {page}; if a proxy or "
            "firewall inspects TLS, exempt {host} from inspection."
        ),
        page=_SOURCE,
    ),
    "Set `source.ca_file` to a readable PEM file, or clear it with `headgate settings set "
    "source.ca_file=`.": InPlace(
        sentence=Sentence("Name a readable PEM file under {page}, or leave that field empty."),
        page=_SOURCE,
    ),
    "Run `headgate settings set source.host=NAME`.": _NAME_THE_SOURCE,
    "Add source.host=NAME to the same command.": _NAME_THE_SOURCE,
    "Run `headgate settings set proxy.host=NAME`, or proxy.enabled=false.": _NAME_THE_PROXY,
    "Add proxy.host=NAME to the same command.": _NAME_THE_PROXY,
    "Add proxy.user=NAME to the same command.": InPlace(
        sentence=Sentence("Type the user name under {page}."), page=_PROXY
    ),
    "Synchronize later, or at another time of day (`headgate settings show schedule`).": InPlace(
        sentence=Sentence("Synchronize later, or at another time of day: {page}."), page=_SCHEDULE
    ),
    # What is chosen.
    "Run `headgate sync now --categories`, which fetches them alone.": _CONNECT_FIRST,
    "Run `headgate sync now --categories` first (a few thousand small documents).": _CONNECT_FIRST,
    "Run `headgate sync now --categories` first, or select what you need: `headgate languages "
    "select LANGUAGE…`.": _CONNECT_FIRST,
    "If products or classifications were chosen by hand, run `headgate sync now --categories` and "
    "check the choice.": InPlace(
        sentence=Sentence(
            "If products or classifications were chosen by hand, check the choice under {page}."
        ),
        page=_CHOICE,
    ),
    "Choose some with `headgate products select` and `headgate classifications select`.": InPlace(
        sentence=Sentence("Choose some under {page}."), page=_CHOICE
    ),
    "No product or no classification is chosen, so no updates were asked for. Choose with "
    "`headgate products select` and `headgate classifications select`.": InPlace(
        sentence=Sentence(
            "No product or no classification is chosen, so no updates were asked for. Choose some "
            "under {page}."
        ),
        page=_CHOICE,
    ),
    "Choose fewer products or classifications, look at `headgate sync preview`, or start it with "
    "`headgate sync now --yes`.": InPlace(
        sentence=Sentence(
            "Choose fewer under {page}, or press Synchronize all the same on the home page."
        ),
        page=_CHOICE,
    ),
    "The source now offers {title} ({language}): it stays off, because new languages are not "
    "chosen (`headgate languages select {language}` adds it).": InPlace(
        sentence=Sentence(
            "The source now offers {title} ({language}): it stays off, because new languages are "
            "not chosen. Choose it under {page}."
        ),
        page=_FILES,
    ),
    "Drivers: hundreds of thousands of updates. Expect the database to grow by gigabytes and the "
    "first synchronization to take hours; `headgate sync preview` counts first.": InPlace(
        sentence=Sentence(
            "Drivers: hundreds of thousands of updates. Expect the database to grow by gigabytes "
            "and the first synchronization to take hours; {page} in the set-up counts first."
        ),
        page=_BEGIN,
    ),
    # What goes on, and what is here.
    "Watch it with `headgate sync status`, or stop it with `headgate sync cancel`.": InPlace(
        sentence=Sentence("Watch it or stop it under {page}."), page=_HISTORY
    ),
    "`headgate sync history` tells how the last ones ended.": InPlace(
        sentence=Sentence("How the last ones ended stands under {page}."), page=_HISTORY
    ),
    "`headgate updates list --text WORDS`, or `--kb NUMBER`, finds ids; ID/REVISION names one "
    "revision.": InPlace(
        sentence=Sentence("Search for it under {page}: by words, KB or bulletin number."),
        page=_UPDATES,
    ),
    "Lead everybody to HTTPS: `headgate settings set console.plain_http=redirect`.": InPlace(
        sentence=Sentence(
            "Lead everybody to HTTPS: whoever signs in over HTTPS has the button for it on {page}."
        ),
        page=_HOME,
    ),
    "Free space, run `headgate content purge`, or choose fewer files.": InPlace(
        sentence=Sentence("Free space there, or choose fewer files under {page}."), page=_FILES
    ),
}
