"""All addresses of the console on one screen, each with the least role it asks for.

A test walks this table as nobody, as a reporter and as an administrator.
"""

from headgate.services.people.roles import Role
from headgate.services.synchronizing.setting_up import StepName
from headgate.web.console import (
    account,
    certificate,
    classifications,
    help,
    home,
    link,
    missing,
    options,
    products,
    progress,
    set_up,
    set_up_begin,
    set_up_choices,
    set_up_connect,
    set_up_settings,
    sign_in,
    synchronization,
    synchronizations,
    update,
    update_decision,
    update_document,
    update_licence,
    updates,
)
from headgate.web.console import advanced_synchronization_options as advanced
from headgate.web.console import synchronization_options as options_page
from headgate.web.console.routing import PUBLIC, Lane
from headgate.web.console.routing import ConsoleRoute as At

_LOOK, _CHANGE = Role.REPORTER, Role.ADMINISTRATOR

# One line each, however long: this is a table.
# fmt: off
ROUTES: tuple[At, ...] = (
    At("GET", "/sign-in", sign_in.show, PUBLIC),
    At("POST", "/sign-in", sign_in.sign_in, PUBLIC, Lane.PASSWORDS),
    At("POST", "/sign-out", sign_in.sign_out, _LOOK),
    At("GET", "/link", link.show, PUBLIC),
    At("POST", "/link", link.follow, PUBLIC, Lane.PASSWORDS),
    At("GET", "/certificate", certificate.show, PUBLIC),
    At("GET", "/certificate/headgate-ca.crt", certificate.windows_file, PUBLIC),
    At("GET", "/certificate/headgate-ca.pem", certificate.pem_file, PUBLIC),
    At("POST", "/preferences", account.prefer, PUBLIC),
    At("GET", "/account", account.show, _LOOK),
    At("POST", "/account/password", account.change_password, _LOOK, Lane.PASSWORDS),
    At("POST", "/account/sessions", account.end_session, _LOOK),
    At("GET", "/", home.show, _LOOK),
    At("POST", "/plain-http", home.lead_to_https, _CHANGE),
    At("GET", "/help", help.show, _LOOK),
    At("GET", "/progress", progress.show, _LOOK),
    At("GET", "/synchronizations", synchronizations.show, _LOOK),
    At("GET", "/synchronizations.csv", synchronizations.table, _LOOK),
    At("GET", "/synchronizations/{id:int}", synchronization.show, _LOOK),
    At("POST", "/synchronizations/start", progress.start, _CHANGE),
    At("POST", "/synchronizations/stop", progress.stop, _CHANGE),
    At("GET", "/updates", updates.show, _LOOK),
    At("GET", "/updates/{id}", update.show, _LOOK),
    At("GET", "/updates/{id}/decision", update_decision.ask, _LOOK),
    At("POST", "/updates/{id}/decision", update_decision.decide, _CHANGE),
    At("GET", "/updates/{id}/{revision}", update.show, _LOOK),
    At("GET", "/updates/{id}/{revision}/document.xml", update_document.download, _LOOK),
    At("GET", "/updates/{id}/{revision}/licence", update_licence.show, _LOOK),
    At("GET", "/options", options.show, _LOOK),
    At("GET", "/options/synchronization", options_page.show, _LOOK),
    At("POST", "/options/synchronization", options_page.save, _CHANGE),
    At("POST", "/options/synchronization/test", options_page.test, _CHANGE, Lane.OUTSIDE),
    At("GET", "/options/synchronization/test", options_page.lead, _LOOK),
    At("POST", "/options/synchronization/synchronize", options_page.synchronize, _CHANGE),
    At("GET", "/options/synchronization/synchronize", options_page.lead, _LOOK),
    At("GET", "/options/synchronization/advanced", advanced.show, _LOOK),
    At("GET", "/options/synchronization/advanced/forecasts", advanced.forecasts, _LOOK),
    At("POST", "/options/synchronization/advanced", advanced.save, _CHANGE),
    At("GET", "/options/synchronization/products", products.show, _LOOK),
    At("POST", "/options/synchronization/products", products.save, _CHANGE),
    At("GET", "/options/synchronization/classifications", classifications.show, _LOOK),
    At("POST", "/options/synchronization/classifications", classifications.save, _CHANGE),
    At("GET", "/set-up", set_up.show, _LOOK),
    At("GET", "/set-up/source", set_up_settings.show(StepName.SOURCE), _LOOK),
    At("POST", "/set-up/source", set_up_settings.save(StepName.SOURCE), _CHANGE),
    At("GET", "/set-up/proxy", set_up_settings.show(StepName.PROXY), _LOOK),
    At("POST", "/set-up/proxy", set_up_settings.save(StepName.PROXY), _CHANGE),
    At("GET", "/set-up/connect", set_up_connect.show, _LOOK),
    At("POST", "/set-up/connect", set_up_connect.start, _CHANGE),
    At("GET", "/set-up/languages", set_up_settings.show(StepName.LANGUAGES), _LOOK),
    At("POST", "/set-up/languages", set_up_settings.save(StepName.LANGUAGES), _CHANGE),
    At("GET", "/set-up/products", set_up_choices.show_products, _LOOK),
    At("POST", "/set-up/products", set_up_choices.save_products, _CHANGE),
    At("GET", "/set-up/classifications", set_up_choices.show_classifications, _LOOK),
    At("POST", "/set-up/classifications", set_up_choices.save_classifications, _CHANGE),
    At("GET", "/set-up/schedule", set_up_settings.show(StepName.SCHEDULE), _LOOK),
    At("POST", "/set-up/schedule", set_up_settings.save(StepName.SCHEDULE), _CHANGE),
    At("GET", "/set-up/begin", set_up_begin.show, _LOOK),
    At("POST", "/set-up/begin", set_up_begin.begin, _CHANGE),
    # Everything else; must stay the last line.
    At("GET", "/{path:path}", missing.show, _LOOK),
)
