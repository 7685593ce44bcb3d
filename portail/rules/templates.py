"""Every sentence of the rules, in French, by its code: the one vocabulary of screens, mails, journal and API.

`{until:moment}` names a value and the words it is put into (see `sentences.French`).
"""

from __future__ import annotations

from collections.abc import Mapping


def gettext_noop(template: str) -> str:
    """Mark a template for the catalogues; changes nothing."""
    return template


TEMPLATES: Mapping[str, str] = {
    # what may be done, until when
    "allowed": gettext_noop("{verb} {limit}"),
    "allowed.both": gettext_noop("Réservable {book}, annulable {cancel}"),
    "allowed.always": gettext_noop("{verb} sans date limite"),
    "verb.book": gettext_noop("Réservable"),
    "verb.cancel": gettext_noop("Annulable"),
    "verb.both": gettext_noop("Modifiable"),
    "limit.until": gettext_noop("jusqu'au {moment:moment}"),
    "limit.before": gettext_noop("avant le {moment:moment}"),
    "allowed.surcharge": gettext_noop("{verb} {limit}, avec {label}"),
    "verb.change": gettext_noop("Modifiable"),
    "effect.free": gettext_noop("encore possible"),
    "effect.surcharge": gettext_noop("possible avec {label}"),
    "effect.waiting-list": gettext_noop("sur liste d'attente"),
    "effect.agent": gettext_noop("auprès du service"),
    "effect.refused": gettext_noop("refusé"),
    "unless": gettext_noop("Encore possible {limit} pour : {reasons}"),
    "unless.proof": gettext_noop("Encore possible {limit} sur justificatif : {proof}"),
    # refusals
    "refused.never.book": gettext_noop("Ce service ne se réserve pas en ligne"),
    "refused.never.cancel": gettext_noop("Cette réservation ne peut pas être annulée"),
    "refused.never.change": gettext_noop("Cette réservation ne peut pas être modifiée"),
    "refused.waiting": gettext_noop(
        "La date limite était {moment:moment} : la demande irait en liste d'attente, {limit}"
    ),
    "refused.agent": gettext_noop("La date limite était {moment:moment} : adressez-vous au service, {limit}"),
    "refused.lost": gettext_noop("La limite de ce jour ne peut pas être calculée : adressez-vous au service"),
    "refused.quota": gettext_noop(
        "La date limite était {moment:moment}, et les {quota} demandes tardives permises sont déjà faites"
    ),
    "refused.not_yet": gettext_noop(
        "La date limite était {moment:moment} ; une demande tardive se fait dès {hour:hour}"
    ),
    "refused.too_late": gettext_noop("La date limite était {moment:moment}"),
    "refused.full": gettext_noop("Complet : {taken} places prises sur {capacity}"),
    "refused.full.one": gettext_noop("Complet : {taken} place prise sur {capacity}"),
    "refused.quota_full": gettext_noop("Complet pour « {name} » : {taken} places prises sur {capacity}"),
    "refused.quota_full.one": gettext_noop("Complet pour « {name} » : {taken} place prise sur {capacity}"),
    "refused.quota_full.none": gettext_noop("Aucune place n'est ouverte pour « {name} » ce jour-là"),
    "refused.full.none": gettext_noop("Aucune place n'est ouverte ce jour-là"),
    "refused.closed": gettext_noop("Fermé : {label}"),
    "refused.not_open": gettext_noop("Les réservations ouvrent le {moment:start}"),
    "refused.not_open.never": gettext_noop(
        "« {name} » n'ouvre pas à votre situation : adressez-vous au service"
    ),
    "refused.year": gettext_noop("En attente de l'ouverture de l'année scolaire"),
    "refused.past": gettext_noop("Cette journée est passée"),
    "refused.started": gettext_noop("L'accueil a commencé à {hour:hour}"),
    # which home has a child
    "custody.week.even": gettext_noop("semaine {number}, paire"),
    "custody.week.odd": gettext_noop("semaine {number}, impaire"),
    "custody.weekday": gettext_noop("le {weekday:weekday}, toutes les semaines"),
    "custody.weekday.even": gettext_noop("le {weekday:weekday} des semaines paires"),
    "custody.weekday.odd": gettext_noop("le {weekday:weekday} des semaines impaires"),
    "custody.half.first.even": gettext_noop("première moitié, année paire : {label}"),
    "custody.half.first.odd": gettext_noop("première moitié, année impaire : {label}"),
    "custody.half.second.even": gettext_noop("seconde moitié, année paire : {label}"),
    "custody.half.second.odd": gettext_noop("seconde moitié, année impaire : {label}"),
    "custody.exchange": gettext_noop("jour échangé"),
    "custody.nobody": gettext_noop("aucun calendrier de garde ne parle de ce jour"),
    "refused.hours": gettext_noop(
        "Choisissez des heures entre {start} et {end}, de {step} en {step} minutes"
    ),
    "refused.other_home": gettext_noop("Pris par l'autre foyer ({reason})"),
    "refused.other_home.exchange": gettext_noop(
        "{day} : pour réserver ce jour, proposez un échange à l'autre parent"
    ),
    # the reason: which rule
    "reason": gettext_noop("{subject} {verb} {limit}"),
    "told": gettext_noop("{told} : {reason}"),
    "reason.shifted": gettext_noop("{reason} ; cette date tombant {why}, la limite est le {day:day}"),
    "reason.class": gettext_noop("c'est le moment prévu pour : {name}"),
    "reason.none": gettext_noop("aucune date limite n'est fixée pour ce service"),
    "reason.never": gettext_noop("le règlement ne le prévoit pas pour ce service"),
    "subject.day": gettext_noop("les réservations d'un jour"),
    "subject.weekday": gettext_noop("les réservations du {weekday:weekday}"),
    "subject.dates": gettext_noop("les réservations du {start:short} au {end:short}"),
    "subject.week": gettext_noop("les réservations de la semaine du {week:short}"),
    "subject.month": gettext_noop("les réservations du mois"),
    "subject.school-period": gettext_noop("les réservations de la période scolaire"),
    "subject.school-year": gettext_noop("les réservations de l'année scolaire"),
    "subject.holidays": gettext_noop("les réservations de ces vacances"),
    "subject.period": gettext_noop("les réservations de la période"),
    "subject.booking": gettext_noop("les réservations faites ensemble"),
    "reason.verb.book": gettext_noop("se font"),
    "reason.verb.cancel": gettext_noop("s'annulent"),
    "reason.verb.change": gettext_noop("se changent"),
    "reason.verb.both": gettext_noop("se modifient"),
    "rule.at": gettext_noop("{day}, à {hour:hour}"),
    "rule.at.strict": gettext_noop("{day}, avant {hour:hour}"),
    "rule.and": gettext_noop("{first} et {second}"),
    "rule.earliest": gettext_noop("{limits} (la première de ces limites)"),
    "rule.latest": gettext_noop("{limits} (la dernière de ces limites)"),
    "rule.nth": gettext_noop("jusqu'au {nth:nth} {weekday:weekday} du mois"),
    "rule.nth.previous": gettext_noop("jusqu'au {nth:nth} {weekday:weekday} du mois qui précède"),
    "rule.nth.back": gettext_noop("jusqu'au {nth:nth} {weekday:weekday} du mois, {span} avant"),
    "rule.on": gettext_noop("jusqu'au {result:day}"),
    "rule.eve": gettext_noop("jusqu'à la veille"),
    "rule.same.day": gettext_noop("jusqu'au jour même"),
    "rule.same.week": gettext_noop("jusqu'au lundi de cette semaine"),
    "rule.same.month": gettext_noop("jusqu'au premier du mois"),
    "rule.same.school-period": gettext_noop("jusqu'au début de la période scolaire"),
    "rule.same.school-year": gettext_noop("jusqu'à la rentrée"),
    "rule.same.holidays": gettext_noop("jusqu'au début des vacances"),
    "rule.same.period": gettext_noop("jusqu'au début de la période"),
    "rule.same.booking": gettext_noop("jusqu'au premier jour réservé"),
    "rule.back": gettext_noop("jusqu'à {span} avant"),
    "rule.back.week": gettext_noop("jusqu'à {span} avant le lundi"),
    "rule.back.month": gettext_noop("jusqu'à {span} avant le premier du mois"),
    "rule.back.school-period": gettext_noop("jusqu'à {span} avant le début de la période scolaire"),
    "rule.back.school-year": gettext_noop("jusqu'à {span} avant la rentrée"),
    "rule.back.holidays": gettext_noop("jusqu'à {span} avant le début des vacances"),
    "rule.back.period": gettext_noop("jusqu'à {span} avant le début de la période"),
    "rule.back.booking": gettext_noop("jusqu'à {span} avant le premier jour réservé"),
    "rule.snap": gettext_noop("jusqu'au {weekday:weekday} qui précède"),
    "rule.snap.same": gettext_noop("jusqu'au {weekday:weekday} (le jour même, ou celui qui précède)"),
    "rule.snap.month": gettext_noop("jusqu'au dernier {weekday:weekday} du mois qui précède"),
    "rule.snap.back": gettext_noop("jusqu'au {weekday:weekday} qui précède, au moins {span} avant"),
    "rule.month_day": gettext_noop("jusqu'au {number:ordinal} du mois qui précède"),
    "rule.month_day.back": gettext_noop("jusqu'au {number:ordinal} du mois, au moins {span} avant"),
    "span.minutes.one": gettext_noop("une minute"),
    "span.minutes": gettext_noop("{count} minutes"),
    "span.hours.one": gettext_noop("une heure"),
    "span.hours": gettext_noop("{count} heures"),
    "span.working-hours.one": gettext_noop("une heure ouvrée"),
    "span.working-hours": gettext_noop("{count} heures ouvrées"),
    "span.days.one": gettext_noop("un jour"),
    "span.days": gettext_noop("{count:number} jours"),
    "span.working-days.one": gettext_noop("un jour ouvré"),
    "span.working-days": gettext_noop("{count:number} jours ouvrés"),
    "span.business-days.one": gettext_noop("un jour ouvrable"),
    "span.business-days": gettext_noop("{count:number} jours ouvrables"),
    "span.service-days.one": gettext_noop("un jour d'accueil"),
    "span.service-days": gettext_noop("{count:number} jours d'accueil"),
    "span.school-days.one": gettext_noop("un jour d'école"),
    "span.school-days": gettext_noop("{count:number} jours d'école"),
    "span.office-days.one": gettext_noop("un jour d'ouverture de la mairie"),
    "span.office-days": gettext_noop("{count:number} jours d'ouverture de la mairie"),
    "span.clear-days.one": gettext_noop("un jour franc"),
    "span.clear-days": gettext_noop("{count:number} jours francs"),
    "span.weeks.one": gettext_noop("une semaine"),
    "span.weeks": gettext_noop("{count:number} semaines"),
    "span.months.one": gettext_noop("un mois"),
    "span.months": gettext_noop("{count:number} mois"),
    "bad.weekend": gettext_noop("un week-end"),
    "bad.named": gettext_noop("pendant « {label} »"),
    # the steps of a computation
    "step.anchor.day": gettext_noop("jour réservé : {result:year}"),
    "step.anchor.week": gettext_noop("semaine du jour réservé, qui commence le {result:year}"),
    "step.anchor.month": gettext_noop("mois du jour réservé, qui commence le {result:year}"),
    "step.anchor.school-period": gettext_noop(
        "période scolaire du jour réservé, qui commence le {result:year}"
    ),
    "step.anchor.school-year": gettext_noop("année scolaire du jour réservé, qui commence le {result:year}"),
    "step.anchor.holidays": gettext_noop("vacances du jour réservé, qui commencent le {result:year}"),
    "step.anchor.period": gettext_noop("période du jour réservé, qui commence le {result:year}"),
    "step.anchor.booking": gettext_noop("premier jour de ce qui est réservé ensemble : {result:year}"),
    "step.back": gettext_noop("{span} avant : {result:year}"),
    "step.month_day": gettext_noop("le {number:ordinal} du mois à cette date ou avant : {result:year}"),
    "step.shift": gettext_noop("cette date tombe {why}, la limite devient : {result:year}"),
    "step.never": gettext_noop("le règlement ne permet pas de le faire"),
    "step.late": gettext_noop("la date limite du {moment:moment} est passée : {effect}"),
    "step.lost": gettext_noop("{why}"),
    "step.quota": gettext_noop("{count} demandes tardives déjà faites, {quota} permises"),
    "step.nth": gettext_noop("le {nth:nth} {weekday:weekday} de ce mois : {result:year}"),
    "step.earliest": gettext_noop("la première des limites"),
    "step.latest": gettext_noop("la dernière des limites"),
    "step.snap": gettext_noop("le {weekday:weekday} à cette date ou avant : {result:year}"),
    "step.on": gettext_noop("date fixée par le règlement : {result:year}"),
    "step.hour": gettext_noop("à {hour:hour}, heure comprise"),
    "step.hour.strict": gettext_noop("avant {hour:hour}"),
    "step.none": gettext_noop("aucune date limite n'est fixée pour ce service"),
    "step.places": gettext_noop("places prises : {taken} sur {capacity}"),
    "step.closed": gettext_noop("fermé : {label}"),
    "step.past": gettext_noop("la journée du {result:year} est passée"),
    "step.year": gettext_noop("les réservations de l'année scolaire ne sont pas encore ouvertes"),
    "step.opens": gettext_noop("ouverture des réservations : {moment:start}"),
    # prices
    "price": gettext_noop("{amount:money} : {why}"),
    "and_then": gettext_noop("{first} ; {second}"),
    "price.flat": gettext_noop("tarif de {amount:money}"),
    "price.band": gettext_noop("{axis} {value:plain}, tranche {band} : {amount:money}"),
    "price.band_shift": gettext_noop("tranche décalée de {count}"),
    "price.line": gettext_noop("{percent:plain} % × {axis} {value:plain} = {amount:money}"),
    "price.line_plus": gettext_noop(
        "{percent:plain} % × {axis} {value:plain} + {plus:money} = {amount:money}"
    ),
    "price.line_held": gettext_noop("{axis} {value:plain}, compté pour {held:plain}"),
    "price.share": gettext_noop("{percent:plain} % du prix de « {service} » ({of:money}) = {amount:money}"),
    "price.share_plus": gettext_noop(
        "{percent:plain} % du prix de « {service} » ({of:money}) {plus:change} = {amount:money}"
    ),
    "price.same": gettext_noop("prix de « {service} » : {amount:money}"),
    "price.circle": gettext_noop(
        "Le tarif « {name} » dépend de lui-même : son règlement doit nommer un autre service"
    ),
    "price.points": gettext_noop("{axis} {value:plain}, entre deux points du barème : {amount:money}"),
    "price.ceiling": gettext_noop("plafonné à {amount:money}"),
    "price.floor": gettext_noop("porté au minimum de {amount:money}"),
    "price.highest": gettext_noop("sans justificatif pour « {axis} », tarif le plus fort : {amount:money}"),
    "price.time": gettext_noop("{count:plain} × {minutes} min à {one:money} = {amount:money}"),
    "price.time_rest": gettext_noop("{count:plain} × {minutes} min, et {rest} min = {amount:money}"),
    "price.pack": gettext_noop("vendu par {count}"),
    "price.included": gettext_noop("compris dans « {name} », dû une fois {per}"),
    "price.later": gettext_noop("avant le plafond de {most:money} {per}, compté sur la facture"),
    "per.day": gettext_noop("par jour"),
    "per.week": gettext_noop("par semaine"),
    "per.month": gettext_noop("par mois"),
    "per.term": gettext_noop("par trimestre"),
    "per.period": gettext_noop("par période"),
    "per.year": gettext_noop("par an"),
    "per.family-day": gettext_noop("par jour et par famille"),
    "per.family-month": gettext_noop("par mois et par famille"),
    "per.family-year": gettext_noop("par an et par famille"),
    "price.quantity": gettext_noop("× {quantity:plain}"),
    "price.adjusted": gettext_noop("{label} ({change:change}) : {amount:money}"),
    "price.cap.day": gettext_noop(
        "plafond de {most:money} par jour, dont {already:money} déjà comptés : {amount:money}"
    ),
    "price.cap.week": gettext_noop(
        "plafond de {most:money} par semaine, dont {already:money} déjà comptés : {amount:money}"
    ),
    "price.cap.month": gettext_noop(
        "plafond de {most:money} par mois, dont {already:money} déjà comptés : {amount:money}"
    ),
    "price.cap.period": gettext_noop(
        "plafond de {most:money} par période, dont {already:money} déjà comptés : {amount:money}"
    ),
    "price.cap.family-day": gettext_noop(
        "plafond de {most:money} par jour et par famille, dont {already:money} déjà comptés : {amount:money}"
    ),
    "price.cap.family-month": gettext_noop(
        "plafond de {most:money} par mois et par famille, dont {already:money} déjà comptés : {amount:money}"
    ),
    "price.cap.family-year": gettext_noop(
        "plafond de {most:money} par an et par famille, dont {already:money} déjà comptés : {amount:money}"
    ),
    "price.cap.year": gettext_noop(
        "plafond de {most:money} par an, dont {already:money} déjà comptés : {amount:money}"
    ),
    "price.none": gettext_noop(
        "Aucun tarif n'est fixé pour « {service} » le {day:year}, pour cette situation"
    ),
    "price.no_column": gettext_noop("Le tarif « {name} » dépend de : {needed}. Précisez-le"),
    "price.not_published": gettext_noop("Le règlement ne donne pas ce prix"),
    "price.missing": gettext_noop("Ce tarif dépend de : {axis}. Précisez-le"),
    "price.no_band": gettext_noop("Aucune tranche du barème ne contient {axis} {value:plain}"),
    "clock": gettext_noop("{minutes:hour}"),
    "band.named": gettext_noop("{label}"),
    "band.all": gettext_noop("unique"),
    "band.to": gettext_noop("jusqu'à {high:plain}"),
    "band.under": gettext_noop("au-dessous de {high:plain}"),
    "band.from": gettext_noop("à partir de {low:plain}"),
    "band.over": gettext_noop("au-delà de {low:plain}"),
    "band.from_to": gettext_noop("de {low:plain} à {high:plain}"),
    "band.from_under": gettext_noop("de {low:plain} à moins de {high:plain}"),
    "band.over_to": gettext_noop("de plus de {low:plain} à {high:plain}"),
    "band.over_under": gettext_noop("entre {low:plain} et {high:plain}"),
    "axis.quotient": gettext_noop("quotient"),
    "axis.income": gettext_noop("revenu"),
    "axis.rank": gettext_noop("rang de l'enfant"),
    "axis.rank_enrolled": gettext_noop("rang parmi les enfants inscrits"),
    "axis.rank_present": gettext_noop("rang parmi les enfants présents"),
    "axis.children": gettext_noop("nombre d'enfants"),
    "axis.enrolled": gettext_noop("nombre d'enfants inscrits"),
    "axis.present": gettext_noop("nombre d'enfants présents"),
    "axis.together": gettext_noop("nombre d'enfants présents ensemble"),
    "axis.age": gettext_noop("âge"),
    "axis.days": gettext_noop("jours dans la semaine"),
    "axis.units": gettext_noop("unités dans la période"),
    "axis.minutes": gettext_noop("durée en minutes"),
    "axis.arrives": gettext_noop("heure d'arrivée"),
    "axis.leaves": gettext_noop("heure de départ"),
    "axis.count": gettext_noop("nombre de fois"),
    "axis.parts": gettext_noop("nombre de parts"),
    "axis.cost": gettext_noop("coût"),
    # what leaders saw
    "attendance.no-show": gettext_noop("absent sans avoir prévenu"),
    "attendance.unbooked": gettext_noop("présent sans réservation"),
    "attendance.late-pick-up": gettext_noop("repris à {at:hour}, {minutes} min après l'heure"),
    # surcharges, absences, quotient, baskets
    "surcharge": gettext_noop("{label} : {amount:money}"),
    "surcharge.slices": gettext_noop(
        "{count:plain} × {minutes} min commencées, pour {late:plain} min de retard"
    ),
    "absence.no_rule": gettext_noop("Facturé : le règlement ne prévoit rien pour cette absence"),
    "absence.short": gettext_noop(
        "Facturé : l'absence dure {length} jour(s), {least} au moins sont demandés"
    ),
    "absence.told_late": gettext_noop("Facturé : l'absence devait être signalée {limit}"),
    "absence.no_proof": gettext_noop("Facturé : il manque la pièce « {proof} »"),
    "absence.proof_late": gettext_noop("Facturé : la pièce « {proof} » devait arriver sous {hours} h"),
    "absence.billed_day": gettext_noop("Facturé : jour {rank} de l'absence"),
    "absence.billed_until": gettext_noop("Facturé : les jours avant le {day:day} restent dus"),
    "absence.not-billed": gettext_noop("Non facturé : {name}"),
    "absence.deducted": gettext_noop("Déduit de la prochaine facture : {name}"),
    "absence.credit": gettext_noop("Porté à votre crédit : {name}"),
    "absence.refund": gettext_noop("Remboursé : {name}"),
    "absence.annual": gettext_noop("Régularisé en fin d'année : {name}"),
    "quotient.found": gettext_noop("quotient {value:plain} ({kind}), valable du {start:year} au {end:year}"),
    "quotient.open": gettext_noop("quotient {value:plain} ({kind}), valable depuis le {start:year}"),
    "quotient.missing": gettext_noop("aucun quotient justifié ce jour-là : le tarif le plus fort s'applique"),
    "quotient.default": gettext_noop("aucun quotient justifié ce jour-là : {value:plain} est retenu"),
    # waiting lists
    "waiting.rank": gettext_noop("{rank:nth_place} sur la liste d'attente"),
    "waiting.since": gettext_noop("demande du {moment:start}"),
    "waiting.points": gettext_noop("{points:plain} points"),
    "waiting.points.one": gettext_noop("1 point"),
    "waiting.points.none": gettext_noop("aucun point"),
    "waiting.criterion": gettext_noop("{label} : {points:plain}"),
    "waiting.validity": gettext_noop("une place proposée se garde {hours} heures"),
    "waiting.validity.one": gettext_noop("une place proposée se garde une heure"),
    "waiting.queue": gettext_noop("{count} enfants attendent"),
    "waiting.queue.one": gettext_noop("un enfant attend"),
    "waiting.queue.none": gettext_noop("personne n'attend encore"),
    "waiting.offered": gettext_noop("Une place vous est proposée jusqu'au {moment:start}"),
    "waiting.joining": gettext_noop("{rank} ; vous serez prévenu dès qu'une place se libère, et {validity}"),
    "waiting.full": gettext_noop("La liste d'attente est complète : {count} enfants attendent"),
    "waiting.full.one": gettext_noop("La liste d'attente est complète : un enfant attend"),
    "waiting.days": gettext_noop(
        "Votre enfant attend déjà pour {count} jours : le règlement n'en permet pas plus"
    ),
    "waiting.days.one": gettext_noop(
        "Votre enfant attend déjà pour un jour : le règlement n'en permet pas plus"
    ),
    # the invoice
    "billing.due.days": gettext_noop("à régler au plus tard le {day:year}, {days} jours après l'émission"),
    "billing.due.month_day": gettext_noop(
        "à régler au plus tard le {day:year}, échéance du {number:ordinal} du mois"
    ),
    "billing.mode.cash": gettext_noop("espèces"),
    "billing.mode.cheque": gettext_noop("chèque"),
    "billing.mode.card": gettext_noop("carte bancaire au guichet"),
    "billing.mode.transfer": gettext_noop("virement"),
    "billing.mode.debit": gettext_noop("prélèvement automatique"),
    "billing.mode.cesu": gettext_noop("CESU"),
    "billing.mode.vouchers": gettext_noop("chèques-vacances"),
    "billing.mode.online": gettext_noop("paiement en ligne"),
    "basket.week": gettext_noop("semaine du {start:short}"),
    "basket.month": gettext_noop("mois qui commence le {start:short}"),
    "basket.period": gettext_noop("période qui commence le {start:short}"),
    "basket.list": gettext_noop("{first}, {second}"),
    "basket.day": gettext_noop("{day:day}"),
    "basket.least.bookings": gettext_noop(
        "{name}, {group} : {least} réservations au moins, {count} choisie(s)"
    ),
    "basket.least": gettext_noop("{name}, {group} : {least} jours au moins, {count} choisi(s)"),
    "basket.most.bookings": gettext_noop("{name}, {group} : {most} réservations au plus, {count} choisies"),
    "basket.most": gettext_noop("{name}, {group} : {most} jours au plus, {count} choisis"),
    "basket.counts.bookings": gettext_noop("{name}, {group} : {allowed} réservations, {count} choisie(s)"),
    "basket.counts": gettext_noop("{name}, {group} : {allowed} jours, {count} choisi(s)"),
    "basket.whole": gettext_noop("{name}, {group} : tous les jours ou aucun ; il manque {missing}"),
    "basket.needs": gettext_noop("{name}, {day:day} : « {service} » demande aussi : {others}"),
    "basket.excludes": gettext_noop("{name}, {day:day} : « {service} » ne va pas avec : {others}"),
    "basket.linked": gettext_noop("{name}, {day:day} : « {service} » se réserve avec : {others}"),
}
