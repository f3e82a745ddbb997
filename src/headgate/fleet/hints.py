"""What to do about failures of computers; many codes share one hint."""

from headgate.sentences import Sentence

AGAIN = Sentence("Nothing needs to be done: the computer tries again by itself.")
RESTART = Sentence("Restart the computer; the next scan tells what is left.")
REACH = Sentence(
    "Check on the computer that it can open the address in its policy WUServer (name, port, "
    "firewall, proxy of `netsh winhttp show proxy`); `headgate connect` prints what to set."
)
PROXY = Sentence(
    "A proxy stands between the computer and this server. Add the server to the exceptions "
    "(`netsh winhttp show proxy`), or let the proxy pass it."
)
CERTIFICATE = Sentence(
    "The computer does not trust this server's certificate, or uses another name than is in it. "
    "Put the issuing authority into the computer's trusted roots and compare the name in WUServer."
)
OVERLOAD = Sentence(
    "If many computers report it, look at `headgate doctor` and the server's log; single ones "
    "come again by themselves."
)
SERVER = Sentence(
    "Look into this server's log at the time of the event, and run `headgate doctor`."
)
CACHE = Sentence(
    "On the computer, stop the service wuauserv, rename %windir%\\SoftwareDistribution and start "
    "the service: the agent begins with an empty cache."
)
STORE = Sentence(
    "Repair the component store on the computer: `DISM /Online /Cleanup-Image /RestoreHealth`, "
    "then `sfc /scannow`, then install again."
)
INSTALLER = Sentence(
    "The installer itself failed. Its own log on the computer (CBS.log, the MSI log in %temp%) "
    "tells the reason."
)
SPACE = Sentence("Make room on the computer's system drive, then scan again.")
DOWNLOAD = Sentence(
    "Check that the computer can fetch files from this server's content address (proxies and "
    "scanners must let range requests pass), and that `headgate content verify` finds no damage."
)
SIGNATURE = Sentence(
    "The computer does not trust who signed the update. For locally published updates, put the "
    "publisher's certificate into its trusted roots and publishers."
)
SERVICES = Sentence(
    "Check that the services Windows Update, BITS and Delivery Optimization are not disabled on "
    "the computer."
)
POLICY = Sentence(
    "A policy of the computer forbids it. Compare its Windows Update policies with what "
    "`headgate connect` prints."
)
LATER = Sentence("Wait until the other installation has ended; the computer tries again.")
RIGHTS = Sentence(
    "Something denies the system account access to files or registry keys on the computer; "
    "virus scanners are a frequent cause."
)
TIMEOUT = Sentence(
    "Check the way between the computer and this server; a slow line or an inspecting firewall is "
    "the usual cause."
)
UPGRADE = Sentence(
    "Run SetupDiag on the computer: it names the driver or program that stopped the upgrade."
)
PREREQUISITE = Sentence(
    "Approve the servicing stack or cumulative update it builds on, and have that installed first."
)
SERVICE_LIST = Sentence(
    "The computer asks another update source than its policy names. Set the scan-source policies "
    "`headgate connect` prints."
)
DRIVER = Sentence("Look at the device in the computer's device manager; its driver log tells more.")
