"""Every address of the families' side of the desk: how to reach it, and whom it opens to."""

from typing import NamedTuple

from portail.accounts.rights import Right

READ, EDIT, DECIDE, BOOK = (
    Right.READ_FAMILIES,
    Right.EDIT_FAMILIES,
    Right.DECIDE_REQUESTS,
    Right.BOOK,
)


class Door(NamedTuple):
    """`rows`: what its address names, attributes of the `rows` fixture. `method`: the one that reads, or changes."""

    name: str
    right: Right | None
    rows: tuple[str, ...] = ()
    method: str = "get"


HOME = ("household",)
DOORS = [
    Door("home", None),
    Door("search", READ),
    Door("results", READ, ("one",)),
    Door("households", READ),
    Door("household_new", EDIT),
    Door("letters", READ, method="post"),
    Door("household", READ, HOME),
    Door("household_edit", EDIT, HOME),
    Door("household_close", EDIT, HOME),
    Door("household_reopen", EDIT, HOME, "post"),
    Door("letter", READ, HOME),
    Door("household_journal", READ, HOME),
    Door("household_mails", READ, HOME),
    Door("household_requests", READ, HOME),
    Door("adult_new", EDIT, HOME),
    Door("adult", EDIT, (*HOME, "adult")),
    Door("adult_remove", EDIT, (*HOME, "adult")),
    Door("adult_unlink", DECIDE, (*HOME, "adult")),
    Door("adult_password", EDIT, (*HOME, "adult"), "post"),
    Door("account_resend", EDIT, (*HOME, "awaited"), "post"),
    Door("child_new", EDIT, HOME),
    Door("child", EDIT, (*HOME, "child")),
    Door("child_health", EDIT, (*HOME, "child")),
    Door("child_link", EDIT, (*HOME, "child")),
    Door("child_share", EDIT, (*HOME, "child")),
    Door("child_join", EDIT, (*HOME, "child"), "post"),
    Door("child_remove", EDIT, (*HOME, "child")),
    Door("schooling", EDIT, (*HOME, "child", "year")),
    Door("enrol", EDIT, (*HOME, "child")),
    Door("enrolment", EDIT, (*HOME, "enrolment")),
    Door("enrolment_remove", EDIT, (*HOME, "enrolment")),
    Door("contact_new", EDIT, (*HOME, "child")),
    Door("contact", EDIT, (*HOME, "contact")),
    Door("contact_remove", EDIT, (*HOME, "contact")),
    Door("planning", BOOK, (*HOME, "child")),
    Door("typical_week", BOOK, HOME),
    Door("typical_week_apply", BOOK, HOME, "post"),
    Door("typical_week_stop", BOOK, (*HOME, "week"), "post"),
    Door("copy_week", BOOK, HOME),
    Door("copy_month", BOOK, HOME),
    Door("clear_period", BOOK, HOME),
    Door("absences", READ, HOME),
    Door("absence_tell", BOOK, HOME),
    Door("absence_prove", BOOK, (*HOME, "absence")),
    Door("absence_withdraw", BOOK, (*HOME, "absence"), "post"),
    Door("month", BOOK, (*HOME, "child", "first")),
    Door("planning_save", BOOK, HOME, "post"),
    Door("planning_paper", BOOK, (*HOME, "child", "first")),
    Door("receipts", READ, HOME),
    Door("receipt", READ, (*HOME, "receipt")),
    Door("receipt_undo", BOOK, (*HOME, "receipt"), "post"),
    Door("receipt_paper", READ, (*HOME, "receipt"), "post"),
    Door("family_documents", READ, HOME),
    Door("family_document_new", EDIT, HOME),
    Door("family_document", READ, (*HOME, "document")),
    Door("family_document_remove", EDIT, (*HOME, "document")),
    Door("quotients", READ),
    Door("quotients_csv", READ),
    Door("quotients_batch", EDIT),
    Door("quotients_import", EDIT),
    Door("household_quotients", READ, HOME),
    Door("quotient_new", EDIT, HOME),
    Door("quotient_correct", EDIT, (*HOME, "quotient")),
    Door("quotient_withdraw", EDIT, (*HOME, "quotient")),
    Door("proof", DECIDE, (*HOME, "proof")),
    Door("request_quotient", DECIDE, ("sent",), "post"),
    Door("requests", READ),
    Door("request", READ, ("change",)),
    Door("request_approve", DECIDE, ("change",), "post"),
    Door("request_refuse", DECIDE, ("change",), "post"),
    Door("certificate_preview", DECIDE, ("certificate",)),
    Door("certificate_approve", DECIDE, ("certificate",), "post"),
    Door("request_answer", DECIDE, ("message",), "post"),
    Door("request_link", DECIDE, ("link",), "post"),
]
