# Budgets : ce qui entoure leurs limites.
admin-kind-budgets = Budgets
admin-refused-touch = une clé d’accès devait d’abord être touchée
admin-log-used-touch = a confirmé avec la clé « { $passkey } » qu’une session continue
admin-log-used-raise = a confirmé avec la clé « { $passkey } » que quelqu’un obtient davantage
budget-log-touched = a confirmé par clé d’accès pour ouvrir plus de dossiers
budget-log-emergency = { $count ->
    [one] a ouvert un dossier sur la réserve d’urgence
   *[other] a ouvert { $count } dossiers sur la réserve d’urgence
}
budget-log-asked = a demandé { $count } de plus pour { $about }
budget-log-asked-cell = a demandé { $count } de plus pour le cabinet entier
budget-log-raised = a accordé { $count } de plus à { $about }
budget-log-raised-cell = a accordé { $count } de plus au cabinet entier
budget-log-ended = a retiré une augmentation de { $about }
budget-log-ended-cell = a retiré une augmentation du cabinet entier
budget-log-ask-ended = a clos une demande d’augmentation
budget-log-changed = a modifié le budget de { $about }
budget-log-changed-cell = a modifié le budget du cabinet
not-saved-touch = Vous avez utilisé presque tout ce que vous pouvez ouvrir pour l’instant : confirmez d’abord avec votre clé d’accès que c’est bien vous. Ce que vous avez saisi est conservé.
trouble-touch = Veuillez confirmer que c’est bien vous
trouble-touch-what = Vous avez ouvert la plupart des dossiers prévus pour l’instant. Pour que personne ayant mis la main sur cette session ne puisse continuer, touchez une fois votre clé d’accès. Rien n’est perdu.
trouble-touch-do = Ensuite, vous continuez là où vous étiez.
budgets = Budgets
budgets-cell = Le cabinet entier
budgets-change = Modifier
budgets-most = Au plus, en dossiers par heure, jour et 30 jours :
budgets-patients = { $count } patients
budgets-set = À partir de maintenant
budgets-suggested = { $role } : 999 jours sur 1 000, au plus { $count } dossiers.
budgets-suggested-from = Vu sur { $days } journées ; sans indication, { $own } par jour.
budgets-suggestions = Ce que suggère votre propre journal
budgets-suggestions-none = Aucune journée avec un dossier ouvert n’est encore terminée.
budgets-suggestions-what = Rien ne change de soi-même. Une journée compte quand elle est terminée.
budgets-used = Dossiers de la dernière heure, du jour et des 30 jours, sur combien
budgets-wrong = Cela n’a pas été modifié. Une heure a au plus autant qu’un jour, un jour au plus autant que 30 jours, et personne plus que son rôle ; davantage s’accorde sur la machine.
emergency-go = Ouvrir en urgence
emergency-what = Quelqu’un a besoin d’aide maintenant ? Quelques dossiers par jour peuvent s’ouvrir malgré tout. Chaque fois, cela figure au journal avec votre nom, et la gestion du cabinet le voit.
emergency-why = Ce qui s’est passé (peut rester vide)
more-30-days = 30 jours
more-amount = Combien de dossiers de plus
more-ask = Demander davantage
more-ask-what = Quelqu’un d’autre l’accorde avec sa clé d’accès : la gestion du cabinet ou un autre médecin. Cela prend fin de soi-même.
more-asked-by = Demandé par { $name } :
more-asked-charts = { $count } dossiers de plus, jusqu’au { $until }
more-asked-lines = { $count } lignes de plus, jusqu’au { $until }
more-asks = Demandes
more-asks-none = Personne ne demande davantage pour l’instant.
more-charts = Dossiers que vous avez ouverts
more-charts-what = Des patients différents. Qui est déjà ouvert ne coûte rien de plus.
more-close = Clore
more-day = Jour
more-for = Pour combien de temps
more-give = L’accorder, à la porte
more-hour = Heure
more-hours = { $count ->
    [one] une heure
   *[other] { $count } heures
}
more-limit = sur
more-lines = Lignes de listes
more-many-patients = beaucoup de patients en une journée
more-nobody = personne ici ne peut l’accorder : demandez sur la machine
more-on-duty = une garde de nuit ou de week-end
more-other = autre chose
more-paperwork = du travail administratif
more-raised = { $count } de plus jusqu’au { $until },
more-raised-by = accordé par { $name }
more-reserve = { $count ->
    [0] La réserve d’urgence est épuisée pour aujourd’hui.
    [one] En urgence, un dossier peut encore s’ouvrir aujourd’hui malgré tout.
   *[other] En urgence, { $count } dossiers peuvent encore s’ouvrir aujourd’hui malgré tout.
}
more-standing-in = un remplacement
more-take-back = Reprendre
more-title = Ce que je peux ouvrir
more-transfer = une transmission de dossiers
more-used = ouverts
more-who = peuvent l’accorder : { $names }
more-why = Pourquoi
more-withdraw = Retirer
more-wrong = Cela ne peut être demandé : un nombre, au plus autant que vous avez en 30 jours, et au plus cinq fois par jour.
reach-admin-key = La clé d’administration sur la machine
reach-cell = Le cabinet entier
reach-credential = Ce qui est volé
reach-head = Jusqu’où va chaque accès
reach-in-day = en un jour
reach-in-hour = en une heure
reach-in-month = en 30 jours
reach-lead = Le plus grand nombre de patients différents dont un voleur pourrait ouvrir le dossier à partir de maintenant ; ceux qui sont déjà ouverts comptent.
reach-link = Un lien unique de
reach-passkey = Une clé d’accès de
reach-record-server = Le serveur de dossiers, avec toutes les personnes connectées
reach-root-key = La clé racine, avec une copie des données
reach-secret = Le secret de
reach-session = Une session de
reach-token = Un jeton de
reach-why = Borné par
reach-why-budget = son propre budget
reach-why-cell = le budget du cabinet
reach-why-cut-off = le cabinet est isolé
reach-why-hands-out = n’ouvre rien, mais pourrait faire entrer { $count } autres aujourd’hui ; le budget du cabinet les borne
reach-why-nothing = rien : à garder hors d’atteinte
reach-why-only-brings-in = apporte des enregistrements et n’en prend aucun ; peut demander si quelqu’un est là
reach-why-opens-nothing = cela n’ouvre rien
reach-why-patients = il n’y a pas plus de patients
reach-why-touch = son propre budget, jusqu’à ce qu’une clé d’accès soit nécessaire
reach-worst = Le pire accès : dossiers qu’il pourrait ouvrir
trouble-touch-go = Confirmer avec ma clé d’accès
rest-hour = { $count ->
    [one] encore { $count } dossier cette heure
   *[other] encore { $count } dossiers cette heure
}
rest-today = { $count ->
    [one] encore { $count } dossier aujourd’hui
   *[other] encore { $count } dossiers aujourd’hui
}
