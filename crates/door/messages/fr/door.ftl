# La porte : connexion, liens à usage unique, clés d’accès.
front = La porte
front-what = Ici, vous vous connectez à Salus avec une clé d’accès. Pour commencer, ouvrez l’adresse de votre cabinet.
sign-in = Connexion
sign-in-to = À { $cell }
sign-in-go = Se connecter avec la clé d’accès
lost = J’ai perdu ma clé d’accès
lost-second = Si vous avez une deuxième clé d’accès, sur votre téléphone par exemple, connectez-vous avec celle-ci et supprimez celle qui est perdue sous « Mes clés d’accès ».
lost-administrator = Sinon, adressez-vous à l’administration du cabinet : elle vous fait un nouveau lien à usage unique, et la clé perdue prend fin.
lost-administrators = Les administrateurs s’adressent à un autre administrateur. S’il n’y en a pas, quelqu’un à la machine du serveur peut aider : salus person recover.
lost-stolen = L’appareil a-t-il été volé ? Alors demandez tout de suite : tant que la clé n’est pas révoquée, quelqu’un qui sait aussi déverrouiller l’appareil pourrait s’en servir.
my-passkeys = Mes clés d’accès
back-to-practice = Retour au cabinet
to-salus = Vers Salus
my-passkeys-what = Voyez vos clés d’accès, ajoutez-en une deuxième ou supprimez-en une que vous n’utilisez plus. Vous confirmez chacune de ces actions avec une clé d’accès.
my-passkeys-go = Afficher mes clés d’accès
invitation = Votre lien à usage unique
invitation-what = Créez maintenant une clé d’accès. Vous vous connecterez désormais avec elle : avec le doigt, le visage, le code de l’appareil ou une clé de sécurité. Il n’y a pas de mot de passe.
invitation-go = Créer une clé d’accès
look-round = Visiter
look-round-what = Ceci est une démo avec des patients inventés. Ici, et seulement ici, vous pouvez visiter sans clé d’accès.
look-round-go = Visiter
label = Nom de cette clé d’accès
label-example = Portable de l’accueil
rename = Enregistrer le nom
added = Créée
used = dernière utilisation
synced = sur tous vos appareils
this-one = Vous venez d’utiliser celle-ci.
remove = Supprimer
only-one = C’est votre seule clé d’accès. Avec une deuxième, vous ne restez pas dehors si vous perdez celle-ci.
add = Ajouter une clé d’accès
say-refused = Cela n’a pas fonctionné. Rien n’est perdu : veuillez réessayer. Si cela se reproduit, adressez-vous à l’administration du cabinet.
say-away = Salus n’est pas joignable en ce moment. Veuillez réessayer dans un instant.
say-cancelled = Rien n’a été fait. Réessayez quand vous serez prêt.
say-already = Cet appareil a déjà une de vos clés d’accès. Connectez-vous avec elle.
say-link = Ce lien n’est plus valable : il a été utilisé ou il est trop ancien. Demandez-en un nouveau.
say-unable = Ce navigateur ou cet appareil ne peut pas faire cela avec des clés d’accès. Essayez-en un autre, ou une clé de sécurité.
say-waiting = Un instant …
say-added = La clé d’accès est ajoutée. Affichez vos clés à nouveau pour la voir.
say-done = C’est fait.
no-script = Cette page a besoin de JavaScript, car les navigateurs ne proposent les clés d’accès d’aucune autre façon.
bad-request = Veuillez recommencer
bad-request-what = Cette connexion n’a pas été commencée par Salus. Ouvrez l’adresse de votre cabinet et connectez-vous depuis là.
unknown = Il n’y a rien ici
unknown-what = L’adresse a peut-être été coupée. Un lien à usage unique doit être ouvert en entier.
touch = Veuillez confirmer que c’est bien vous
touch-what = Presque tout ce que vous pouvez ouvrir pour l’instant dans { $cell } est utilisé. Touchez une fois votre clé d’accès, et vous continuez là où vous étiez.
touch-not-you = Si vous n’en venez pas à l’instant, fermez cette page : quelqu’un d’autre veut peut-être continuer en votre nom.
touch-go = Confirmer avec ma clé d’accès
raise = Accorder davantage à quelqu’un
raise-cell = Le cabinet entier
raise-charts = { $count ->
    [one] Un dossier de plus que d’habitude, par heure, jour et mois,
   *[other] { $count } dossiers de plus que d’habitude, par heure, jour et mois,
}
raise-lines = { $count ->
    [one] Une ligne de liste de plus que d’habitude, par heure, jour et mois,
   *[other] { $count } lignes de liste de plus que d’habitude, par heure, jour et mois,
}
raise-hours = { $count ->
    [one] pendant une heure au plus.
   *[other] pendant { $count } heures au plus.
}
raise-by = Demandé par { $name } :
raise-what = Demandez-lui si cela vient bien de lui ou d’elle avant de confirmer. Cela prend fin de soi-même, la gestion le voit, et cela peut être retiré.
raise-go = Accorder avec ma clé d’accès
raise-none = Il n’y a rien à accorder
raise-none-what = C’est déjà accordé ou retiré, ou le délai est passé.
reason-many-patients = beaucoup de patients en une journée.
reason-standing-in = un remplacement.
reason-on-duty = une garde de nuit ou de week-end.
reason-paperwork = du travail administratif.
reason-transfer = une transmission de dossiers.
reason-other = autre chose.
export = Approuver un export
export-system = Tous les dossiers, et les listes du cabinet
export-patients = Tous les dossiers
export-group = Les dossiers d’un groupe
export-count = { $count ->
    [one] D’un patient au plus,
   *[other] De { $count } patients au plus,
}
export-kinds = { $count ->
    [one] les enregistrements d’un type.
   *[other] les enregistrements de { $count } types.
}
export-all-kinds = tout ce que le rôle peut lire.
export-since = Seulement ce qui a changé depuis un jour que la demande indique.
export-by = Demandé par { $name }.
export-by-application = Demandé par l’application { $name }.
export-room = Ensuite, le cabinet aura utilisé de son budget de dossiers :
export-hour = dans l’heure
export-day = dans la journée
export-30-days = en 30 jours
export-what = Qui l’a demandé pourra ensuite retirer chaque fichier une fois, pendant un jour. Ce qui est retiré a quitté le cabinet. Vérifiez que la demande vient bien de cette personne avant de confirmer. Elle figure au journal et déclenche une alerte.
export-go = Approuver avec ma clé d’accès
