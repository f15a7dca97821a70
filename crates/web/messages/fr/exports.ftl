# Exports de nombreux patients.
exports = Exports
exports-lead = Qui a besoin de nombreux dossiers à la fois demande un export. Rien n’est lu avant qu’une deuxième personne, qui administre le cabinet, approuve exactement cette demande avec sa clé d’accès. Chaque fichier est remis une seule fois, pendant un jour. Ce qui est retiré a quitté le cabinet.
exports-all = Demandes et exports
exports-none = Personne n’a demandé d’export.
exports-by = Demandé par { $name },
exports-system = Tous les dossiers, et les listes du cabinet
exports-patients = Tous les dossiers
exports-group = Les dossiers d’un groupe
exports-count = { $count ->
    [one] un patient au plus
   *[other] { $count } patients au plus
}
exports-room = Ensuite, utilisé du budget du cabinet (heure · jour · 30 jours) : { $room }.
exports-asked = Attend jusqu’au { $until } l’accord d’une deuxième personne.
exports-approved = Approuvé ; commence dans un instant.
exports-running = { $count ->
    [one] En cours d’écriture : un patient jusqu’ici.
   *[other] En cours d’écriture : { $count } patients jusqu’ici.
}
exports-ready = { $count ->
    [0] Terminé ; il n’y avait rien, ou tout est retiré.
    [one] Terminé : un fichier peut être retiré jusqu’au { $until }.
   *[other] Terminé : { $count } fichiers peuvent être retirés jusqu’au { $until }.
}
exports-approved-by = Approuvé par { $name }.
exports-once = Chaque fichier est remis une seule fois, même si le transfert s’interrompt :
exports-cancelled = Retiré.
exports-declined = Refusé.
exports-finished = Tous les fichiers sont retirés.
exports-expired = Expiré ; clés et fichiers sont détruits.
exports-stopped = Arrêté, car la session qui l’avait demandé a pris fin, ou le cabinet a été isolé. Clés et fichiers sont détruits.
exports-keys-lost = Le serveur a été redémarré ; les clés sont détruites. Veuillez le redemander : qui a déjà été atteint ne compte pas deux fois.
exports-budget = Le budget du cabinet ne suffisait pas.
exports-more-patients = Il y a plus de patients que ce qui a été approuvé. Veuillez le redemander.
exports-failed = N’a pas pu être terminé. Veuillez le redemander.
exports-approve = Voir et approuver
exports-cancel = Retirer
exports-decline = Y mettre fin
exports-ask = Demander un export
exports-ask-what = La demande porte sur tout ce que votre rôle peut lire. Elle figure au journal et déclenche une alerte. Si vous vous déconnectez, l’export prend fin.
exports-of = Quoi
exports-no-room = Le budget du cabinet ne suffit pas. { $room } Faites-le augmenter par une deuxième personne (Budgets), ou attendez.
exports-too-many = Trop d’exports sont demandés. Mettez fin à l’un d’eux, ou revenez demain.
exports-log-asked = { $count ->
    [one] a demandé un export d’un patient au plus
   *[other] a demandé un export de { $count } patients au plus
}
exports-log-approved = a approuvé l’export { $export }
exports-log-begun = L’export { $export } est en cours d’écriture
exports-log-ready = L’export { $export } est prêt
exports-log-taken = a retiré un fichier de l’export { $export }
exports-log-ended = L’export { $export } est terminé
admin-kind-exports = Exports
admin-asked-export = exporter de nombreux dossiers à la fois
admin-log-used-export = a approuvé un export avec la clé « { $passkey } »
