"""Names as a French town has them, invented people's all the same."""


def _words(text: str) -> list[str]:
    return text.split()


SURNAMES = _words(
    """
    Martin Bernard Dubois Thomas Robert Richard Petit Durand Leroy Moreau Simon Laurent Michel Garcia David Bertrand
    Roux Vincent Fournier Morel Girard André Mercier Dupont Lambert Bonnet François Martinez Legrand Garnier Faure
    Rousseau Blanc Guérin Muller Henry Roussel Nicolas Perrin Morin Mathieu Clément Gauthier Dumont Lopez Fontaine
    Chevalier Robin Masson Sanchez Gérard Nguyen Boyer Denis Lemaire Duval Joly Gautier Roger Roche Roy Noël Meyer
    Lucas Meunier Jean Pérez Marchand Dufour Blanchard Marie Barbier Brun Dumas Brunet Schmitt Leroux
    Colin Fernandez
    Renard Arnaud Rolland Caron Aubert Giraud Leclercq Vidal Bourgeois Renaud Lemoine Picard Gaillard Philippe
    Lacroix Rodriguez Baron Olivier Hubert Delannoy Kowalczyk Wiśniewski Yilmaz Traoré Diallo Benali Haddad Çelik Núñez
    Ferreira Ramanantsoa Tran Popescu Vandenbroucke
    """
)
COMPOUND_SURNAMES = (
    "N'Guessan",
    "El Amrani",
    "Ben Youssef",
    "Le Goff",
    "D'Hondt",
    "De Oliveira",
    "Saint-Georges",
    "Lefèvre-Núñez",
    "Da Silva",
    "Petit-Jean",
    "Van den Berghe",
    "L'Hermitte",
)
MOTHERS = _words(
    """
    Aurélie Émilie Céline Sandrine Julie Stéphanie Élodie Laetitia Virginie Audrey Sabrina Mélanie Amandine Delphine
    Laura Jessica Marion Charlotte Anaïs Pauline Sophie Hélène Karima Fatou Aïcha Samira Ana Joanna Thi-Lan Maëlle
    Gwenaëlle Clémence Bénédicte Marjorie Noémie Oriane Yasmine Zoé Irène Agathe
    """
)
FATHERS = _words(
    """
    Nicolas Julien Sébastien David Christophe Guillaume Thomas Benoît Mickaël Jérôme Vincent Arnaud Cédric Romain
    Mathieu François Yann Karim Mehdi Ousmane Piotr Rui Hakim Loïc Gaël Étienne Fabien Régis Hugo Antoine Maxime
    Stéphane Jean-Baptiste Anh-Dung Erwan Boris Joël Raphaël Samuel Tristan
    """
)
GIRLS = _words(
    """
    Jade Louise Ambre Alba Emma Rose Alice Romy Anna Lina Léna Julia Lou Inès Mila Iris Agathe Chloé Élise Éva Zoé
    Adèle Nina Jeanne Inaya Victoire Margaux Olivia Léonie Maëlys Aïssatou Lucie Sarah Camille Capucine Maryam Yuna
    Ève Anaïs Charlie
    """
)
BOYS = _words(
    """
    Gabriel Raphaël Léo Louis Maël Noah Jules Adam Arthur Isaac Liam Sacha Eden Lucas Hugo Gabin Nolan Malo Marius
    Aaron Léon Tiago Ethan Paul Ibrahim Nino Naël Mohamed Augustin Côme Timéo Eliott Oscar Sohan Milo Yanis Antoine
    Théo Élie Gaspard
    """
)
STREETS = (
    "rue des Tilleuls",
    "rue du Général-Leclerc",
    "rue de l'Église",
    "avenue Jean-Jaurès",
    "rue Pasteur",
    "rue du Moulin",
    "impasse des Lilas",
    "rue Victor-Hugo",
    "chemin des Prés",
    "rue de la Gare",
    "rue Émile-Zola",
    "allée des Érables",
    "rue du 8-Mai-1945",
    "place de la République",
    "rue Louise-Michel",
    "résidence Les Hauts-de-Vive",
    "rue des Écoles",
    "sentier de la Source",
)
TEACHERS = (
    "Mme Vidal",
    "M. Bayart",
    "Mme Lenoir",
    "Mme Ouali",
    "M. Deroo",
    "Mme Peeters",
    "M. Lescaut",
    "Mme Brasseur",
    "Mme Quénu",
    "M. Marais",
    "Mme Sow",
    "Mme Tonnelier",
    "M. Jacquart",
    "Mme Delobel",
    "Mme Rossi",
)
