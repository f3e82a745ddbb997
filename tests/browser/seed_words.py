"""The words of the two pages our user started from, as people read them on the screen.

English is the first page's own wording; German the second one's and, for what only the first tells,
WSUS's German labels.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedWords:
    """What is clicked and read on the way through both pages."""

    language: str
    options: str
    synchronization_options: str
    proxy_server: str
    use_proxy: str
    proxy_name: str
    proxy_port: str
    use_credentials: str
    user_name: str
    domain: str
    password: str
    allow_basic: str
    tasks: str
    save_settings: str
    ok: str
    update_files_and_languages: str
    advanced: str
    advanced_options: str
    languages: str
    match_locale: str  #: how the label begins; the locale's name follows
    all_languages: str
    selected_languages: str
    english: str
    german: str
    synchronize_now: str
    test_connection: str
    updates: str


ENGLISH = SeedWords(
    language="en",
    options="Options",
    synchronization_options="Synchronization Options",
    proxy_server="Proxy server",
    use_proxy="Use a proxy server when synchronizing",
    proxy_name="Server name",
    proxy_port="Port number",
    use_credentials="Use user credentials to connect to the proxy server",
    user_name="User name",
    domain="Domain",
    password="Password",
    allow_basic="Allow basic authentication (password in clear text)",
    tasks="Tasks",
    save_settings="Save settings",
    ok="OK",
    update_files_and_languages="Update Files and Languages",
    advanced="Advanced",
    advanced_options="Advanced Synchronization Options",
    languages="Languages",
    match_locale="Download only those updates that match the locale of this server (",
    all_languages="Download updates in all languages, including new languages",
    selected_languages="Download updates only in the selected languages",
    english="English",
    german="German",
    synchronize_now="Synchronize now",
    test_connection="Test connection",
    updates="Updates",
)

GERMAN = SeedWords(
    language="de",
    options="Optionen",
    synchronization_options="Synchronisierungsoptionen",
    proxy_server="Proxyserver",
    use_proxy="Proxyserver für die Synchronisierung verwenden",
    proxy_name="Servername",
    proxy_port="Portnummer",
    use_credentials=(
        "Benutzeranmeldeinformationen für die Verbindungsherstellung mit dem Proxyserver verwenden"
    ),
    user_name="Benutzername",
    domain="Domäne",
    password="Kennwort",
    allow_basic="Standardauthentifizierung (Kennwort wird in Klartext gesendet) zulassen",
    tasks="Aufgaben",
    save_settings="Einstellungen speichern",
    ok="OK",
    update_files_and_languages="Dateien und Sprachen aktualisieren",
    advanced="Erweitert",
    advanced_options="Erweiterte Synchronisierungsoptionen",
    languages="Sprachen",
    match_locale="Nur Updates herunterladen, die dem Gebietsschema dieses Servers entsprechen (",
    all_languages="Updates für alle Sprachen herunterladen, einschließlich neuer Sprachen",
    selected_languages="Updates nur in den angegebenen Sprachen herunterladen",
    english="Englisch",
    german="Deutsch",
    synchronize_now="Jetzt synchronisieren",
    test_connection="Verbindung testen",
    updates="Updates",
)
