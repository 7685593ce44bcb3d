"""What happens to accounts. Each action is one transaction with its journal line, and repeating it changes nothing."""

from portail.accounts.actions.own import (
    accept_terms,
    ask_new_address,
    change_password,
    confirm_new_address,
    delete_account,
    end_sessions,
    forget_new_address,
    set_preferences,
)
from portail.accounts.actions.passwords import ask_password_link, choose_password, set_password
from portail.accounts.actions.sessions import follow_session
from portail.accounts.actions.signing_up import (
    NewAccount,
    UsernameTaken,
    activate,
    correct_address,
    open_account,
    purge_unactivated,
    resend_activation,
)
from portail.accounts.actions.staff import (
    AddressTaken,
    LastAdministrator,
    change_role,
    create_administrator,
    disable,
    enable,
    invite,
    send_password_link,
)
from portail.accounts.actions.upkeep import forget_ended_sessions

__all__ = [
    "AddressTaken",
    "LastAdministrator",
    "NewAccount",
    "UsernameTaken",
    "accept_terms",
    "activate",
    "ask_new_address",
    "ask_password_link",
    "change_password",
    "change_role",
    "choose_password",
    "confirm_new_address",
    "correct_address",
    "create_administrator",
    "delete_account",
    "disable",
    "enable",
    "end_sessions",
    "follow_session",
    "forget_ended_sessions",
    "forget_new_address",
    "invite",
    "open_account",
    "purge_unactivated",
    "resend_activation",
    "send_password_link",
    "set_password",
    "set_preferences",
]
