"""Why a mark was not written, in words that say what to do."""

from portail.attendance.actions.marks import Refusal

WORDS = {
    Refusal.UNKNOWN_SESSION: "Cette liste n'est pas, ou plus, parmi les vôtres : demandez au service de la confier.",
    Refusal.UNKNOWN_CHILD: "Cet enfant n'a pas de fiche : cherchez-le par son nom, ou notez-le sans dossier.",
    Refusal.NOT_YET: "Cette séance n'a pas encore eu lieu : pointez-la le jour même.",
    Refusal.TOO_LATE: "Cette liste est close pour vous : donnez ce pointage au service, qui peut encore l'écrire.",
    Refusal.CLOCK: "L'heure de l'appareil ne convient pas : mettez-la à l'heure, puis pointez de nouveau.",
    Refusal.HOUR: "Dites à quelle heure l'enfant est arrivé ou parti ce jour-là.",
    Refusal.TO_COME: "Cette heure n'est pas encore passée : écrivez celle de l'arrivée ou du départ.",
    Refusal.REUSED: "Un autre pointage a déjà pris ce numéro : pointez de nouveau.",
    Refusal.NOBODY: "Dites de quel enfant il s'agit : une fiche, ou un nom.",
    Refusal.MALFORMED: "Ce pointage est arrivé incomplet : pointez de nouveau.",
}
