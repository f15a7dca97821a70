# Administration : personnes, rôles, applications, journal, points de contrôle.
admin-overview = Aperçu
admin-people = Personnes
admin-roles = Rôles
admin-clients = Applications
admin-log = Journal des accès
admin-checkpoints = Points de contrôle
admin-back = Retour
admin-not-done = Cela n’a pas été fait
admin-not-done-what = Rien n’a été modifié.
admin-once = Ce formulaire a déjà été envoyé
admin-once-what = Ce formulaire a déjà été envoyé, ou il est resté ouvert trop longtemps. Salus ne montre un lien ou un secret qu’une seule fois ; rien de nouveau n’a été créé.
admin-once-again = Vous n’avez pas noté ce qui était affiché ? Regardez si l’entrée existe, puis créez pour elle un nouveau lien ou un nouvel accès.
admin-not-yours = Seule l’administration du cabinet entre ici
admin-not-yours-who = Vous êtes connecté comme { $name } ({ $role }). Qui ouvre des dossiers n’administre pas aussi les personnes : ainsi aucun accès ne peut faire les deux à lui seul.
admin-not-yours-help = Si quelqu’un de nouveau doit avoir un accès, s’il vous manque une clé d’accès ou un autre rôle : demandez à la personne qui administre votre cabinet. Elle peut le faire tout de suite.
admin-invalid = Cela n’est pas possible pour cette personne, ou pas par vous : ce qui demande une deuxième personne, quelqu’un d’autre de l’administration doit le faire.
admin-just-now = à l’instant
admin-ago-minutes = { $count ->
    [one] il y a { $count } minute
   *[other] il y a { $count } minutes
}
admin-ago-hours = { $count ->
    [one] il y a { $count } heure
   *[other] il y a { $count } heures
}
admin-ago-days = { $count ->
    [one] il y a { $count } jour
   *[other] il y a { $count } jours
}
admin-in-minutes = { $count ->
    [one] dans { $count } minute
   *[other] dans { $count } minutes
}
admin-in-hours = { $count ->
    [one] dans { $count } heure
   *[other] dans { $count } heures
}
admin-in-days = { $count ->
    [one] dans { $count } jour
   *[other] dans { $count } jours
}

# Aperçu
admin-count-people = { $count ->
    [one] { $count } personne
   *[other] { $count } personnes
}
admin-count-clients = { $count ->
    [one] { $count } application
   *[other] { $count } applications
}
admin-count-sessions = { $count ->
    [one] { $count } connexion
   *[other] { $count } connexions
}
admin-alone = Il n’y a qu’une personne à l’administration. Si sa clé d’accès est perdue, personne ici ne peut aider : invitez-en une deuxième.
admin-worst = Portée la plus grande
admin-worst-lead = Ce qu’obtiendrait quelqu’un qui vole l’un de ces accès, avant qu’il soit suspendu. L’anneau montre ce qui a vraiment été ouvert dans les dernières 24 heures.
admin-worst-what = dossiers de { $day } patients en 24 heures, de { $month } en 30 jours
admin-worst-none = Aucun accès n’ouvre de dossier.
admin-refused-today = Refusé aujourd’hui
admin-refused-none = Rien n’a été refusé aujourd’hui.
admin-more-than = plus de { $count }
admin-one-passkey = Avec une seule clé d’accès
admin-one-passkey-what = Si elle est perdue, la personne n’entre plus tant que l’administration n’aide pas. Une deuxième prend une minute : chacun l’ajoute sur la page de connexion.
admin-one-passkey-none = Personne n’a qu’une seule clé d’accès.
admin-waiting = Invités, pas encore connectés
admin-waiting-none = Aucune invitation n’attend.
admin-good-minutes = { $count ->
    [one] valable encore { $count } minute
   *[other] valable encore { $count } minutes
}
admin-good-hours = { $count ->
    [one] valable encore { $count } heure
   *[other] valable encore { $count } heures
}
admin-good-days = { $count ->
    [one] valable encore { $count } jour
   *[other] valable encore { $count } jours
}
admin-good-until = le lien expire { $time }
admin-link-ended = le lien a expiré

# Personnes
admin-name = Nom
admin-role = Rôle
admin-passkeys = Clés d’accès
admin-used = Dernière utilisation
admin-unused = jamais utilisée
admin-never = jamais
admin-added = Ajout
admin-none = aucune
admin-invited = invité
admin-only-one = pas de deuxième
admin-reach = dossiers de { $used } patients sur { $limit } possibles en 24 heures
admin-reach-head = Dossiers, 24 h
admin-reach-what = De combien de patients différents les dossiers ont été ouverts dans les dernières 24 heures, et combien peuvent l’être
admin-opens-none = n’ouvre aucun dossier
admin-gone = { $count ->
    [one] { $count } personne partie
   *[other] { $count } personnes parties
}
admin-status-active = actif
admin-status-suspended = suspendu
admin-status-revoked = parti
admin-you = vous
admin-their-log = Ses entrées au journal
admin-synced = synchronisée
admin-synced-what = Se trouve aussi sur d’autres appareils de cette personne
admin-link-waits = Pas encore connecté. Le lien envoyé est valable jusqu’au { $time }.
admin-link-none = Aucune clé d’accès, et aucun lien encore valable.
admin-passkey-unnamed = sans nom
admin-passkey-remove = Retirer …
admin-self-passkeys = Vos propres clés d’accès se gèrent sur la page de connexion, avec une clé d’accès. Si toutes étaient perdues, quelqu’un d’autre de l’administration aide.
admin-second-how = La personne ajoute elle-même une deuxième clé sur la page de connexion (« Vos clés d’accès »), avec la première.
admin-invite-again = Créer un nouveau lien
admin-recover = Toutes les clés sont perdues …
admin-access = Accès
admin-suspend = Suspendre
admin-suspend-what = Suspendue, la personne est déconnectée aussitôt et ne peut plus se connecter. Vous pouvez la rétablir à tout moment.
admin-suspended-what = Cette personne ne peut pas se connecter. Ses clés d’accès sont gardées.
admin-restore = Rétablir
admin-revoke = Terminer pour toujours …
admin-about = Fiche
admin-sessions = Connexions en cours
admin-change = Modifier
admin-role-what = Le nouveau rôle vaut aussitôt, aussi là où la personne est connectée. Ce que chacun peut faire :
admin-name-right = Nom
admin-practitioner = Enregistré comme praticien
admin-practitioner-hint = L’identifiant du Practitioner qu’est cette personne : les rendez-vous et entrées sont alors les siens. L’administration n’ouvre aucun dossier, personne ne vérifie donc ici qu’il existe : avec un identifiant faux, ses entrées nomment un praticien que personne ne trouve.
admin-error-describe = Il faut un nom de 200 caractères au plus ; l’identifiant d’un praticien se compose de lettres, chiffres, tirets et points.
admin-done-suspended = { $name } : accès suspendu, déconnecté partout.
admin-done-active = { $name } peut de nouveau se connecter.
admin-done-role = { $name } a désormais un autre rôle.
admin-done-name = Enregistré : { $name }
admin-done-passkey = La clé d’accès de { $name } ne connecte plus personne.
admin-done-revoked = L’accès de { $name } est terminé.
admin-person-new = Inviter quelqu’un
admin-person-next = Vous recevez ensuite un lien que la personne ouvre une fois pour créer sa clé d’accès. Vous ne le voyez qu’une seule fois.
admin-invite = Créer le lien
admin-name-hint = Comme on la connaît au cabinet : « Dr Ada Muster »
admin-language = Langue
admin-error-name = Indiquez un nom de 200 caractères au plus
admin-error-role = Choisissez ce que la personne peut faire
admin-link = Lien à usage unique
admin-link-for = Lien pour { $name }
admin-link-once = Vous ne voyez ce lien que maintenant. Si vous quittez la page, il ne peut plus être affiché.
admin-link-until = Valable jusqu’au { $time } ({ $ago }), pour une seule clé d’accès.
admin-link-how = Remettez-le en personne, ou par une voie que cette personne est seule à lire. Elle l’ouvre sur l’appareil avec lequel elle travaille.
admin-link-whoever = Qui l’ouvre en premier devient cette personne. Si quelqu’un d’autre l’a eu : créez un nouveau lien, et celui-ci ne vaut plus.
admin-link-no-door = L’invitation est faite, mais il n’y a pas ici de page de connexion où un lien pourrait mener. Qui exploite le serveur doit en installer une ; créez ensuite un nouveau lien.
admin-link-kept = J’ai transmis le lien
admin-recovered = Les anciennes clés ne valent plus, et tout ce qui était connecté avec elles est terminé.
admin-copy = Copier
admin-copied = Copié
admin-for-ever = Cela ne peut pas être annulé.
admin-recover-title = { $name } a perdu toutes ses clés d’accès ?
admin-recover-ends = Toutes les clés de { $name } cessent aussitôt de valoir, et tout ce qui est connecté avec elles se termine.
admin-recover-link = Vous recevez un lien avec lequel { $name } crée une nouvelle clé.
admin-recover-sure = Assurez-vous que c’est bien { $name } qui demande : en personne, ou en rappelant à un numéro que vous connaissez.
admin-recover-do = Terminer les clés et créer un lien
admin-revoke-title = Terminer pour toujours l’accès de { $name } ?
admin-revoke-ends = { $name } est déconnecté aussitôt et ne pourra plus jamais se connecter.
admin-revoke-ever = Cela ne peut pas être repris : qui revient est invité à nouveau. Pour une absence, il suffit de suspendre.
admin-revoke-stays = Ce que { $name } a écrit et ouvert reste dans les dossiers et au journal.
admin-revoke-do = Terminer pour toujours
admin-passkey-title = Retirer la clé « { $passkey } » de { $name } ?
admin-passkey-ends = Elle ne connecte plus personne, et ce qui est connecté avec elle se termine aussitôt.
admin-passkey-last = C’est la seule : sans nouveau lien, la personne ne peut plus se connecter.
admin-passkey-others = Les autres clés de la personne restent.
admin-passkey-do = Retirer la clé

# Rôles
admin-role-physician = Médecin
admin-role-medical-assistant = Assistant médical
admin-role-practice-administrator = Administration
admin-role-operator = Exploitation
admin-role-fhir-client = Lit et écrit
admin-role-fhir-reader = Lit seulement
admin-role-importer = Apporte des dossiers
admin-role-approver = Approuve
admin-short-physician = ouvre et écrit des dossiers
admin-short-medical-assistant = ouvre et écrit des dossiers, voit plus de lignes dans les listes
admin-short-practice-administrator = administre personnes et applications, n’ouvre aucun dossier
admin-short-fhir-client = ouvre, cherche et écrit des dossiers, comme un système de laboratoire
admin-short-fhir-reader = ouvre et cherche des dossiers, n’en modifie aucun
admin-short-importer = apporte des dossiers et n’en sort aucun
admin-roles-lead = Ce que chacun peut faire, et combien de patients différents au plus en un temps. L’anneau montre ce que chaque personne en a utilisé dans les dernières 24 heures.
admin-may-read = ouvre des dossiers
admin-may-create = crée des entrées
admin-may-change = modifie des entrées
admin-may-search = cherche
admin-may-administer = administre personnes, applications et journal
admin-may-approve = approuve ce qui demande deux accords au serveur
admin-yes = Oui :
admin-no = Non :
admin-application = Application
admin-budget = Patients différents en
admin-hour = 1 heure
admin-day = 24 heures
admin-30-days = 30 jours
admin-charts = Dossiers
admin-lines = Lignes de listes
admin-role-nobody = Personne n’a ce rôle.

# Applications
admin-clients-lead = Systèmes de laboratoire, appareils et autres logiciels qui lisent ou écrivent eux-mêmes des dossiers.
admin-clients-none = Aucune application n’a d’accès.
admin-client-new = Nouvelle application
admin-client-name-hint = Ce que c’est et où : « Laboratoire Muller, résultats »
admin-client-may = Ce qu’elle peut faire
admin-client-make = Créer l’accès
admin-size = Combien elle peut atteindre
admin-size-hint = Dossiers de patients différents en 24 heures. Davantage se donne sur le serveur, par qui l’exploite.
admin-client-bearer = sans clé
admin-bearer = Cette application ne peut pas prouver une clé (DPoP)
admin-bearer-hint = À cocher seulement s’il n’y a pas d’autre moyen : qui copie son jeton agit alors comme elle. Elle atteint au plus un quart, 62 dossiers par jour.
admin-size-small = peu : { $count }
admin-size-workplace = autant qu’un poste de travail chargé : { $count }
admin-error-client-name = Indiquez un nom de 200 caractères au plus
admin-secret = Secret
admin-secret-for = Accès pour { $name }
admin-secret-once = Vous ne voyez le secret que maintenant. Si vous quittez la page, il ne peut plus être affiché.
admin-secret-how = Saisissez les trois dans les réglages de l’application (OAuth 2.0, client credentials).
admin-secret-kept = Je l’ai conservé
admin-client-id = Identifiant du client
admin-token-url = Adresse des jetons
admin-client-revoke-title = Terminer l’accès de { $name } ?
admin-client-revoke-ends = L’application ne lit et n’écrit plus rien dès maintenant. Ce qu’elle faisait se termine.
admin-client-revoke-ever = Son secret ne vaudra plus jamais ; si elle revient, elle reçoit un nouvel accès.
admin-client-revoke-do = Terminer
admin-done-client = L’accès de l’application est terminé.
admin-clients-gone = { $count ->
    [one] { $count } application terminée
   *[other] { $count } applications terminées
}

# Le journal
admin-log-title = Qui a fait quoi
admin-log-lead = Chaque accès et chaque modification, le plus récent d’abord. Les patients ne sont pas nommés ici : qui a regardé un dossier figure dans ce dossier.
admin-filter-who = Personne ou application
admin-filter-anybody = toutes
admin-filter-kind = Quoi
admin-filter-anything = tout
admin-filter-any-purpose = tous
admin-filter-from = Du
admin-filter-to = Au
admin-filter-refused = seulement les refus
admin-filter-wrong-who = Cette personne ou application n’existe pas ici
admin-filter-wrong-choice = Cela n’existe pas ici : choisissez dans la liste
admin-filter-wrong-before = Cette page du journal n’existe pas
admin-filter-wrong = Ce qui est cherché ne se comprend pas. Rien n’est donc affiché, plutôt que tout.
admin-filter-show = Afficher
admin-filter-reset = Tout
admin-kind-opened = Dossiers ouverts
admin-kind-searched = Recherches
admin-kind-written = Écritures
admin-kind-sign-in = Connexions
admin-kind-people = Personnes et clés d’accès
admin-kind-clients = Applications
admin-kind-cell = Cabinet isolé
admin-kind-bookkeeping = Tenue du journal
admin-purpose = But
admin-purpose-TREAT = Soins
admin-purpose-HPAYMT = Facturation
admin-purpose-HOPERAT = Marche du cabinet
admin-purpose-ETREAT = Urgence
admin-purpose-PATRQT = À la demande du patient
admin-purpose-SYSADMIN = Administration
admin-log-none = Rien ne correspond.
admin-log-reached = Le journal remonte plus loin que ce qui a été parcouru : continuez avec « Plus anciens ».
admin-log-older = Plus anciens
admin-log-newest = Les plus récents
admin-log-end = C’est le début.
admin-entry = Entrée
admin-when = Quand
admin-asked = Demandé
admin-patients = Patients
admin-versions = Versions d’entrées
admin-address = Adresse réseau
admin-log-somebody = Quelqu’un
admin-log-system = Salus
admin-log-machine = Quelqu’un au serveur
admin-log-forgotten = a fait quelque chose dont les détails ne sont plus gardés
admin-log-opened = { $count ->
    [0] a ouvert des entrées du cabinet
    [one] a ouvert le dossier de { $count } patient
   *[other] a ouvert les dossiers de { $count } patients
}
admin-log-glimpsed = { $count ->
    [0] a vu une liste sans patients
    [one] a vu { $count } patient dans une liste
   *[other] a vu { $count } patients dans une liste
}
admin-log-searched = { $count ->
    [0] a cherché et n’a trouvé personne
    [one] a cherché et atteint { $count } patient
   *[other] a cherché et atteint { $count } patients
}
admin-log-written = { $versions ->
    [one] a écrit { $versions } entrée
   *[other] a écrit { $versions } entrées
} ({ $count ->
    [0] du cabinet
    [one] { $count } patient
   *[other] { $count } patients
})
admin-log-refused = voulait { $asked } – refusé : { $why }
admin-log-signed-in = s’est connecté avec la clé « { $passkey } »
admin-log-session = a commencé une session
admin-log-session-ended = est déconnecté
admin-log-client = a créé l’application « { $about } » ({ $role })
admin-log-client-ended = a terminé l’application « { $about } »
admin-log-proof-required = a décidé que l’application « { $about } » prouve sa clé à chaque requête
admin-log-bearer-allowed = a permis à l’application « { $about } » de n’utiliser que son jeton (sans clé)
admin-log-cut-off = a isolé le cabinet
admin-log-cut-off-because = a dit pourquoi le cabinet a été isolé : { $reason }
admin-log-joined = a rattaché le cabinet
admin-log-held = a suspendu { $about }
admin-log-held-all = a suspendu toutes les personnes connectées
admin-log-released = a levé la suspension de l’entrée { $hold }
admin-log-except = a autorisé { $about } à lire en urgence
admin-log-except-ended = a retiré à { $about } la lecture en urgence
admin-log-added = a ajouté { $about } ({ $role })
admin-log-invited = a créé un lien à usage unique pour { $about }
admin-log-looks-round = a créé pour { $about } un lien de visite
admin-log-invitation-ended = a utilisé un lien de visite
admin-log-passkey-first = a créé la clé « { $passkey } » avec un lien à usage unique
admin-log-passkey-more = a ajouté la clé « { $passkey } »
admin-log-passkey-named = a nommé une clé « { $passkey } »
admin-log-passkey-ended = a terminé la clé « { $passkey } » de { $about }
admin-log-passkey-gone = a terminé une clé
admin-log-used-sign-in = a prouvé sa présence avec la clé « { $passkey } »
admin-log-used-list = a regardé ses clés, avec « { $passkey } »
admin-log-used-add = a permis une autre clé avec « { $passkey } »
admin-log-used-rename = a confirmé un nouveau nom avec la clé « { $passkey } »
admin-log-used-remove = a confirmé avec la clé « { $passkey } » qu’une autre est retirée
admin-log-sign-in-refused = n’a pas pu se connecter : { $why }
admin-log-restored = a rétabli { $about }
admin-log-suspended = a suspendu { $about }
admin-log-revoked = a terminé pour toujours l’accès de { $about }
admin-log-role = a donné à { $about } le rôle { $role }
admin-log-described = a corrigé le nom de { $about }
admin-log-language = a choisi la langue { $language }
admin-log-bookkeeping = a noté que quelque chose a été enregistré ou remis
admin-asked-read = ouvrir un dossier
admin-asked-history = voir des versions antérieures
admin-asked-histories = voir tout ce qui a été modifié
admin-asked-create = créer une entrée
admin-asked-update = modifier une entrée
admin-asked-delete = supprimer une entrée
admin-asked-bundle = faire plusieurs choses à la fois
admin-asked-search = chercher
admin-asked-accesses = voir qui a regardé un dossier
admin-asked-administer = administrer
admin-asked-session = utiliser la session
admin-refused-session = n’était plus connecté
admin-refused-role = le rôle ne le permet pas
admin-refused-missing = cela n’existe pas
admin-refused-cut-off = le cabinet est isolé
admin-refused-budget = assez de patients différents pour l’instant
admin-refused-handed = assez d’accès accordés pour la journée
admin-refused-damaged = ce qui est enregistré ne s’ouvre pas
admin-refused-malformed = la question était mal posée
admin-refused-full = le disque est plein
admin-refused-no-proof = rien ne prouvait que la session est utilisée sur son propre appareil
admin-refused-bad-proof = ce qui devait prouver que la session est utilisée sur son propre appareil était faux ou ancien
admin-fault-elsewhere = la réponse était destinée à une autre page, personne ou demande
admin-fault-replayed = la même réponse est venue deux fois
admin-fault-late = cela a duré trop longtemps
admin-fault-proof = le navigateur n’a montré aucune clé qui lui soit propre
admin-fault-copied = la clé a peut-être été copiée
admin-fault-unknown = la clé est inconnue ou terminée
admin-fault-status = la personne est suspendue, partie, ou appartient ailleurs
admin-fault-invitation = le lien est inconnu, utilisé ou trop ancien
admin-fault-registered = cette clé a déjà été créée
admin-fault-nobody = l’appareil n’a pas vérifié qui était là
admin-fault-wrong = la réponse n’était pas juste

# Points de contrôle
admin-checkpoints-lead = Un point de contrôle est une déclaration signée de la longueur du journal et de son contenu. Qui en garde un ancien peut prouver que rien n’a été coupé ni modifié depuis.
admin-checkpoint-last = Dernier point de contrôle
admin-checkpoint-size = Entrées
admin-checkpoint-newer = Entrées plus récentes
admin-checkpoint-none-newer = aucune
admin-checkpoint-some-newer = { $count ->
    [one] { $count } entrée plus récente, au prochain point de contrôle
   *[other] { $count } entrées plus récentes, au prochain point de contrôle
}
admin-checkpoint-root = Racine
admin-checkpoint-witnesses = Témoins
admin-checkpoint-none = Il n’y a pas encore de point de contrôle.
admin-checkpoint-not-yet = { $count ->
    [one] Le premier point de contrôle se prépare ; il y a { $count } entrée.
   *[other] Le premier point de contrôle se prépare ; il y a { $count } entrées.
}
admin-witness-none = personne d’autre n’en garde de copie
admin-witness-fails = un témoin n’accepte pas les copies
admin-witness-good = les témoins l’ont
admin-checkpoint-says = Il couvre { $count } entrées ; { $newer } sont plus récentes.
admin-checkpoint-note = Texte signé
admin-checkpoint-keep = Gardez-le hors du cabinet : sur papier, ou par courriel chez votre délégué à la protection des données.
admin-verify = Comment chacun peut vérifier le journal
admin-verify-how = Enregistrez le texte sous checkpoint.txt, et lancez plus tard sur le serveur :
admin-verify-what = Cela lit chaque entrée, n’a besoin d’aucune clé, et dit si le journal commence toujours par ce que le point de contrôle a signé.

admin-contain = Contenir
contain-title = Quand quelque chose ne va pas
contain-lead = Un bouton arrête quelqu’un aussitôt, un autre le rend. Personne ne perd son travail : ce qui est écrit reste, les brouillons aussi.
contain-why = Pourquoi
contain-why-what = Pour le journal, où cela reste lisible pour toujours : aucun nom de patient. Peut rester vide.
contain-living = { $count } connectés
contain-is-cut-off = Le cabinet est isolé
contain-cut-off-what = Personne ne lit, ne recherche ni ne modifie rien. Ce que les laboratoires et d’autres envoient est accepté et conservé scellé.
contain-came-in = Arrivés depuis : { $count }.
contain-join = Rattacher
contain-of-alarm-what = Bloquez la session, et elle n’obtient plus rien ; bloquez la clé d’accès ou la personne, et aucune nouvelle session ne commence non plus. Chacun se défait plus bas.
contain-of-alarm-reason = Alarme { $number }
contain-exceptions = Qui peut lire en urgence
contain-until = jusqu’au { $time }
contain-end = Retirer
contain-except = Peut lire en urgence
contain-hours = Pendant combien de temps
contain-hours-of = { $count } heures
contain-except-do = Autoriser la lecture en urgence
contain-held = Ce qui est suspendu
contain-sessions = { $count } sessions
contain-undo = Rendre
contain-only-machine = se rend seulement au serveur
contain-at-machine = au serveur
contain-known = Ce que l’on sait
contain-known-what = Chaque accès figure au journal avant que quoi que ce soit ne soit remis. Regardez d’abord ce qui a déclenché une alarme et qui est connecté.
contain-signed-in = Qui est connecté
contain-nobody = Personne.
contain-application = application
contain-since = depuis { $time }
contain-used = dernière fois { $time }
contain-reached = aujourd’hui { $charts } dossiers et { $lines } lignes
contain-hold-session = Suspendre cette session seulement
contain-hold-device = Suspendre la clé d’accès
contain-hold-whose = Suspendre entièrement
contain-unknown = Ce que l’on ne sait pas
contain-unknown-taken = Si quelqu’un a noté ou photographié ce qui était affiché.
contain-unknown-who = Qui était devant un appareil : le journal nomme la clé d’accès, pas la main.
contain-unknown-more = Si un autre accès est entre de mauvaises mains. Dans le doute, suspendez tout le monde.
contain-do = Ce que vous pouvez faire
contain-do-cell-what = Met fin à { $count } sessions, la vôtre aussi. Chacun se reconnecte avec sa clé d’accès, les applications avec leur secret. Personne ne perd son travail, et cela se rend.
contain-do-cell = Suspendre toutes les sessions
contain-do-cut-off-what = Isole le cabinet : personne ne lit ni ne modifie rien jusqu’à ce que vous le rattachiez. Ce qui vient de l’extérieur n’est pas perdu. En urgence, les personnes que vous désignez peuvent lire.
contain-do-cut-off = Isoler le cabinet
contain-next = Que faire ensuite
contain-next-hold = Suspendez ce qui est suspect. Plutôt trop : cela se rend.
contain-next-write = Notez ce que vous avez vu, et quand.
contain-next-call = Appelez l’exploitant de votre serveur.
contain-next-scope = Faites-y établir quels dossiers ont été atteints : ce sont exactement ceux-là.
contain-next-changes = Voyez au journal qui a modifié entre-temps des personnes, des rôles ou des applications.
contain-next-undo = Rendez ce qui s’avère sans danger.
contain-held-session = Une session de { $name }
contain-held-person = { $name }
contain-held-device = Une clé d’accès de { $name }
contain-held-client = L’application { $name }
contain-held-cell = Toutes les sessions ouvertes alors
contain-held-everyone = Toutes les sessions de tous les cabinets
contain-done-held = Suspendu : { $count } sessions ne valent plus, et rien n’en est plus envoyé.
contain-done-released = Rendu : { $count } sessions valent à nouveau.
contain-done-cut-off = Le cabinet est isolé.
contain-done-joined = Le cabinet est rattaché. Arrivés entre-temps : { $count }.
contain-done-changed = Modifié.
