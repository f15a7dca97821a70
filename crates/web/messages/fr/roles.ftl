# Les rôles et les règles qui les fondent.
admin-kind-rules = Règles
admin-role-locum = Remplaçant
admin-role-insurer-clerk = Gestionnaire de la caisse
admin-role-worker = Travaille tout seul
role-locum = Remplaçant
role-insurer-clerk = Gestionnaire de la caisse
admin-short-locum = ouvre et remplit des dossiers pendant quelques semaines, dans des limites plus étroites
admin-short-insurer-clerk = dans une caisse : voit qui est la personne, son assurance et ce qui a été envoyé
admin-short-worker = poursuit des tâches tout seul et ne voit aucun patient
admin-log-rules = a changé ce que les rôles permettent
admin-log-rules-restored = a remis en vigueur ce que les rôles permettaient à partir de l’entrée { $entry }
roles-lead = Un bouton ne change encore rien : vous voyez d’abord, nom par nom, qui verrait plus ou moins.
roles-fixed = Ce rôle ne peut pas être changé ici.
roles-patients = Les patients n’atteignent jamais que leur propre dossier. On peut leur donner moins que cela, jamais plus.
roles-what = Données
roles-finds = Trouve
roles-opens = Ouvre
roles-adds = Ajoute
roles-changes = Modifie
roles-identity = qui est la personne
roles-notes = notes et visites
roles-diagnoses = diagnostics et allergies
roles-results = analyses et mesures
roles-medication = médicaments et vaccins
roles-appointments = rendez-vous et tâches
roles-documents = lettres, arrêts de travail, formulaires
roles-insurance = assurance et factures
roles-house = les listes du cabinet lui-même
roles-other = tout le reste
roles-unasked = N’est pas interrogé sur le motif, quand aucun lien de soin n’est connu
roles-export = Peut demander l’export de nombreux patients ; une deuxième personne approuve chacun
roles-exact = Apprend les nombres exacts, quand beaucoup correspondent
roles-look = Voir ce qui changerait
roles-done = Ces règles valent dès maintenant, aussi pour les personnes connectées.
roles-versions = Règles précédentes
roles-versions-none = Personne n’a encore changé les règles.
roles-in-force = en vigueur
roles-version = { $who } a changé les règles
roles-version-back = { $who } a remis en vigueur les règles de l’entrée { $entry }
roles-version-title = Règles de l’entrée { $entry }
roles-version-own = Les règles livrées avec Salus
roles-read = Lire
roles-back = Remettre en vigueur
roles-text = Les règles en texte (Cedar)
roles-text-what = Les boutons ci-dessus réécrivent ce texte ; ses commentaires se perdent alors et restent dans les règles précédentes. Qui administre, et que les administrateurs n’ouvrent aucun dossier, ne peut pas non plus être changé ici.
roles-preview = Après cela
roles-same = Rien ne change pour personne.
roles-more = Plus qu’à présent
roles-fewer = Moins qu’à présent
roles-reason = Pourquoi (si vous voulez)
roles-reason-what = Cela reste pour toujours dans le journal. Rien sur un patient.
roles-set-what = Cela vaut tout de suite, figure au journal avec votre nom et peut être annulé à tout moment.
roles-set = Mettre en vigueur
roles-overtaken = Quelqu’un a changé les règles entre-temps. Rien n’a été changé : veuillez regarder encore une fois.
roles-wrong = Rien n’a été changé. { $why }
roles-and-more = et { $count } autres
roles-more-read = { $count ->
    [one] { $count } de plus peut ouvrir : { $what }
   *[other] { $count } de plus peuvent ouvrir : { $what }
}
roles-more-create = { $count ->
    [one] { $count } de plus peut ajouter : { $what }
   *[other] { $count } de plus peuvent ajouter : { $what }
}
roles-more-change = { $count ->
    [one] { $count } de plus peut modifier : { $what }
   *[other] { $count } de plus peuvent modifier : { $what }
}
roles-more-search = { $count ->
    [one] { $count } de plus peut trouver : { $what }
   *[other] { $count } de plus peuvent trouver : { $what }
}
roles-more-match = { $count ->
    [one] { $count } de plus peut apprendre si cela existe : { $what }
   *[other] { $count } de plus peuvent apprendre si cela existe : { $what }
}
roles-more-exact = { $count ->
    [one] { $count } de plus apprend les nombres exacts
   *[other] { $count } de plus apprennent les nombres exacts
}
roles-more-unasked = { $count ->
    [one] { $count } de plus n’est plus interrogé sur le motif
   *[other] { $count } de plus ne sont plus interrogés sur le motif
}
roles-more-export = { $count ->
    [one] 1 personne de plus peut demander des exports
   *[other] { $count } de plus peuvent demander des exports
}
roles-fewer-read = { $count ->
    [one] { $count } ne peut plus ouvrir : { $what }
   *[other] { $count } ne peuvent plus ouvrir : { $what }
}
roles-fewer-create = { $count ->
    [one] { $count } ne peut plus ajouter : { $what }
   *[other] { $count } ne peuvent plus ajouter : { $what }
}
roles-fewer-change = { $count ->
    [one] { $count } ne peut plus modifier : { $what }
   *[other] { $count } ne peuvent plus modifier : { $what }
}
roles-fewer-search = { $count ->
    [one] { $count } ne peut plus trouver : { $what }
   *[other] { $count } ne peuvent plus trouver : { $what }
}
roles-fewer-match = { $count ->
    [one] { $count } ne peut plus apprendre si cela existe : { $what }
   *[other] { $count } ne peuvent plus apprendre si cela existe : { $what }
}
roles-fewer-exact = { $count ->
    [one] { $count } n’apprend plus les nombres exacts
   *[other] { $count } n’apprennent plus les nombres exacts
}
roles-fewer-unasked = { $count ->
    [one] { $count } est désormais interrogé sur le motif
   *[other] { $count } sont désormais interrogés sur le motif
}
roles-fewer-export = { $count ->
    [one] 1 personne ne peut plus demander d’exports
   *[other] { $count } ne peuvent plus demander d’exports
}
roles-fault-long = Le texte est trop long : { $count } octets au plus.
roles-fault-many = Il y a trop de règles : { $count } au plus.
roles-fault-line = La ligne { $line } n’est pas comprise : { $said }
roles-fault-cedar = Le texte n’est pas compris : { $said }
roles-fault-template = Les règles avec des places à remplir ne sont pas possibles ici.
roles-fault-reason = Le motif est trop long.
roles-fault-unknown = Cette version ou ce rôle n’existe pas.
roles-guard-opens = Qui administre n’ouvre aucun dossier : cela protège les deux. Qui fait les deux reçoit deux accès.
roles-guard-locked-out = Plus personne ne pourrait alors administrer.
roles-guard-administers = Seul le rôle d’administration administre.
roles-guard-patient = Les patients restent dans leur propre dossier.
roles-guard-fixed = Ce rôle est comme il est : le serveur compte sur lui.
roles-guard-approves = Qui approuve sur le serveur ne peut pas être changé ici.
roles-guard-place = (Rôle : { $role }, règle : { $rule })
roles-guard-missing = (Rôle : { $role } ; une règle manque pour lui)
roles-hidden = Votre rôle ne montre pas : { $what }. La personne qui administre votre cabinet peut changer cela.
