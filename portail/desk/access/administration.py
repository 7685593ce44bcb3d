"""What the service publishes, its accounts, its rules, its mails."""

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from portail.accounts.models import Role, User
from portail.accounts.rights import Right
from portail.activities.models import (
    Regulation,
)
from portail.core.models import OutboxMail
from portail.desk.access.base import found, require
from portail.messaging.models import LegalPage, News, PublicDocument


def get_news(request: HttpRequest, news_id: int) -> News:
    require(request, Right.PUBLISH)
    return found(News.objects.all(), pk=news_id)


def get_public_document(request: HttpRequest, document_id: int) -> PublicDocument:
    require(request, Right.PUBLISH)
    return found(PublicDocument.objects.all(), pk=document_id)


def get_legal_page(request: HttpRequest, kind: str, version: int) -> LegalPage:
    require(request, Right.PUBLISH)
    return get_object_or_404(LegalPage, kind=kind, version=version)


def get_staff(request: HttpRequest, user_id: int) -> User:
    """An account of the town hall; a family's is not found here."""
    require(request, Right.MANAGE_USERS)
    return found(User.objects.exclude(role=Role.FAMILY), pk=user_id)


def get_regulation(request: HttpRequest, version: int) -> Regulation:
    require(request, Right.MANAGE_SETTINGS)
    return found(Regulation.objects.select_related("applied_by"), version=version)


def get_mail(request: HttpRequest, mail_id: int) -> OutboxMail:
    require(request, Right.MANAGE_MAILS)
    return found(OutboxMail.objects.all(), pk=mail_id)
