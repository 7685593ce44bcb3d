"""The list of households, the page of one, its letter, and the life of a dossier."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import BigIntegerField, Exists, OuterRef, QuerySet
from django.db.models.functions import Cast
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portail.accounts.rights import Right, has_right
from portail.activities.models import Commune
from portail.core import pdf
from portail.core.forms import written
from portail.core.models import JournalEntry, OutboxMail
from portail.core.site import current_site
from portail.desk import access
from portail.desk.account_sheet import account_block
from portail.desk.forms.households import AdultForm, CloseForm, HouseholdForm, ListForm, NewHouseholdForm
from portail.desk.journal_words import in_words
from portail.desk.letters.welcome import welcome
from portail.desk.sheet import coming_bookings, sheet
from portail.desk.views import block
from portail.families import queries, search
from portail.families.actions import households as actions
from portail.families.models import Adult, Household, Schooling

PER_PAGE = 25
MOST_LETTERS = 300


@require_safe
def households(request: HttpRequest) -> HttpResponse:
    agent = access.require(request, Right.READ_FAMILIES)
    form = ListForm(request.GET)
    found = queries.with_people(_filtered(form), day=timezone.localdate())
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "can_edit": has_right(agent, Right.EDIT_FAMILIES)}
    return render(request, "desk/households/list.html", context)


@require_safe
def household(request: HttpRequest, household_id: int) -> HttpResponse:
    """Everything of one household on a page, each block editable in its place."""
    found = access.get_household(request, household_id)
    agent, now = access.require(request), timezone.now()
    reads_billing = has_right(agent, Right.READ_BILLING)
    context = {
        "household": found,
        "sheet": sheet(found, now=now),
        "account": account_block(found, today=timezone.localdate(now)) if reads_billing else None,
        "can_edit": has_right(agent, Right.EDIT_FAMILIES),
        "can_decide": has_right(agent, Right.DECIDE_REQUESTS),
        "can_book": has_right(agent, Right.BOOK),
        "reads_health": has_right(agent, Right.READ_HEALTH),
        "can_mail": has_right(agent, Right.MANAGE_MAILS),
        "can_take_payments": has_right(agent, Right.TAKE_PAYMENTS),
    }
    return block.in_place(request, render(request, "desk/households/household.html", context))


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A new dossier with its first adult; families that look the same are shown first."""
    agent = access.require(request, Right.EDIT_FAMILIES)
    commune = Commune.objects.first()
    here = {"city": commune.name, "postcode": commune.postcode} if commune else {}
    form = NewHouseholdForm(request.POST or None, initial=here, next_number=actions.next_number())
    adult = AdultForm(request.POST or None, prefix="adult")
    alike: list[Household] = []
    if form.is_valid() & adult.is_valid():
        alike = _alike(form, adult) if "confirmed" not in request.POST else []
        if not alike:
            made = written(
                form,
                lambda: actions.create_family(form.values(), adult.values(), actor=agent, now=timezone.now()),
            )
            if made:
                messages.success(request, f"Le dossier {made.number} est créé. Ajoutez ses enfants.")
                return redirect("desk:household", made.pk)
    context = {"form": form, "adult": adult, "alike": alike}
    status = 422 if form.errors or adult.errors or alike else 200
    return render(request, "desk/households/new.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, household_id: int) -> HttpResponse:
    found = access.get_household(request, household_id, Right.EDIT_FAMILIES)
    form = HouseholdForm(request.POST or None, instance=access.get_household(request, household_id))
    if form.is_valid():
        merged = form.saved(
            lambda: actions.edit_household(
                found,
                form.values(),
                seen=form.cleaned_data["seen"],
                actor=access.require(request),
                now=timezone.now(),
            )
        )
        if merged:
            block.tell_meanwhile(request, form, merged)
            return block.done(request, found, "dossier", told="Le dossier est enregistré.", merged=merged)
    return block.form_page(request, found, form, block="dossier", title="Modifier le dossier")


@require_http_methods(["GET", "HEAD", "POST"])
def close(request: HttpRequest, household_id: int) -> HttpResponse:
    """Close a dossier that has no booking to come."""
    found = access.get_household(request, household_id, Right.EDIT_FAMILIES)
    form = CloseForm(request.POST or None)
    coming = coming_bookings(found, today=timezone.localdate()).count()
    if form.is_valid() and not coming:
        actions.close_household(
            found,
            reason=form.cleaned_data["reason"],
            actor=access.require(request),
            now=timezone.now(),
        )
        return block.done(request, found, "dossier", told="Le dossier est clos.")
    return block.form_page(
        request,
        found,
        form,
        block="dossier",
        title=f"Clore le dossier {found.number}",
        submit="Clore le dossier",
        template="desk/households/close.html",
        coming=coming,
    )


@require_POST
def reopen(request: HttpRequest, household_id: int) -> HttpResponse:
    found = access.get_household(request, household_id, Right.EDIT_FAMILIES)
    actions.reopen_household(found, actor=access.require(request), now=timezone.now())
    return block.done(request, found, "dossier", told="Le dossier est rouvert.")


@require_safe
def letter(request: HttpRequest, household_id: int) -> HttpResponse:
    """The welcome letter of one household."""
    found = access.get_household(request, household_id)
    return _letters([found], name="courrier-d-accueil.pdf")


@require_POST
def letters(request: HttpRequest) -> HttpResponse:
    """The welcome letters of the households ticked, or of all that the filters keep."""
    access.require(request, Right.READ_FAMILIES)
    if request.POST.get("what") == "all":
        chosen = _filtered(ListForm(request.POST))
    else:
        ids = [pk for pk in request.POST.getlist("household")[:MOST_LETTERS] if pk.isascii() and pk.isdigit()]
        chosen = Household.objects.filter(pk__in=[int(pk[:18]) for pk in ids])
    found = list(chosen.prefetch_related("adults")[: MOST_LETTERS + 1])
    if not found:
        messages.info(request, "Cochez les dossiers dont vous voulez le courrier, puis recommencez.")
        return redirect("desk:households")
    if len(found) > MOST_LETTERS:
        messages.info(
            request,
            f"Plus de {MOST_LETTERS} courriers à la fois : filtrez la liste, par école par exemple.",
        )
        return redirect("desk:households")
    return _letters(found, name="courriers-d-accueil.pdf")


@require_safe
def journal(request: HttpRequest, household_id: int) -> HttpResponse:
    found = access.get_household(request, household_id)
    entries = JournalEntry.objects.filter(subject=found.journal_subject)
    page = Paginator(entries, PER_PAGE).get_page(request.GET.get("page"))
    context = {"household": found, "page": page, "lines": in_words(page.object_list)}
    return render(request, "desk/households/journal.html", context)


@require_safe
def requests(request: HttpRequest, household_id: int) -> HttpResponse:
    found = access.get_household(request, household_id)
    page = Paginator(found.requests.select_related("household", "child"), PER_PAGE)
    context = {"household": found, "page": page.get_page(request.GET.get("page"))}
    return render(request, "desk/households/requests_page.html", context)


@require_safe
def mails(request: HttpRequest, household_id: int) -> HttpResponse:
    found = access.get_household(request, household_id)
    sent = OutboxMail.objects.filter(about=found.journal_subject).defer("text", "html")
    page = Paginator(sent, PER_PAGE).get_page(request.GET.get("page"))
    can_mail = has_right(access.require(request), Right.MANAGE_MAILS)
    context = {"household": found, "page": page, "can_mail": can_mail}
    return render(request, "desk/households/mails.html", context)


def _letters(found: list[Household], *, name: str) -> HttpResponse:
    return pdf.answer(welcome(found, commune=current_site(), now=timezone.now()), name=name)


def _alike(form: NewHouseholdForm, adult: AdultForm) -> list[Household]:
    person = adult.cleaned_data["first_name"], adult.cleaned_data["last_name"]
    found = search.lookalikes([person], name=form.cleaned_data["name"])
    return list(queries.with_people(found[:6], day=timezone.localdate()))


def _filtered(form: ListForm) -> QuerySet[Household]:
    """The households that the filters keep; a filter that means nothing filters nothing."""
    form.is_valid()
    asked = form.cleaned_data
    found = Household.objects.all()
    if asked.get("etat") != "tous":
        found = found.filter(closed_at__isnull=asked.get("etat") != "clos")
    accounts = Exists(Adult.objects.filter(household=OuterRef("pk"), user__activated_at__isnull=False))
    if asked.get("compte"):
        found = found.filter(accounts if asked["compte"] == "avec" else ~accounts)
    if asked.get("ecole"):
        year = queries.school_year_of(timezone.localdate())
        pupils = Schooling.objects.filter(
            school=asked["ecole"], school_year=year, child__households=OuterRef("pk")
        )
        found = found.filter(Exists(pupils))
    if asked.get("tri") == "numero":
        return found.order_by(Cast("number", BigIntegerField()))
    return found.order_by("name_key", "number")
