# Ce qui est contrôlé avant d’enregistrer : des paquets de profils.
admin-kind-checks = Contrôle
admin-log-checks = a changé la façon dont ce qui est écrit est contrôlé
admin-log-checks-restored = contrôle de nouveau ce qui est écrit comme à partir de l’entrée { $entry }
changes-undo-checks = Annuler : le contrôle se fait de nouveau comme avant.
admin-checks = Contrôle
checks-lead = Ce qui est écrit est contrôlé d’après FHIR R4 et chaque profil déclaré qui est chargé. Voici quels paquets de profils et de listes de codes s’appliquent, à partir de quand et avec quelle rigueur. Ce qui changerait est montré avant de valoir.
checks-packages = Paquets
checks-packages-none = Aucun paquet : le contrôle se fait d’après FHIR R4 seul. Un profil déclaré qui n’est pas chargé n’est qu’un avertissement.
checks-profiles = { $count ->
    [one] un profil
   *[other] { $count } profils
}
checks-codes = { $count ->
    [one] un code
   *[other] { $count } codes
}
checks-strict-tag = strict
checks-unusable = inutilisable : son fichier manque ou a été modifié. Ajoutez le paquet à nouveau.
checks-lacks = A besoin de ce qui n’est pas chargé : { $names }. Ce qui en dépend n’est pas contrôlé.
checks-always = vaut toujours
checks-from = vaut à partir du { $day }
checks-until = vaut jusqu’au { $day }
checks-from-until = vaut du { $from } au { $until }
checks-remove = Retirer
checks-modes = Comment le contrôle se fait
checks-claimed = Chaque profil déclaré et chargé doit être respecté ; sinon c’est refusé, avec l’endroit et ce qu’il faut faire.
checks-import = Lors d’une importation, avertir seulement : ce qui enfreint un profil est enregistré malgré tout.
checks-strict = Strictement, comme la KBV
checks-strict-what = Ce qui déclare un profil de ces paquets n’en déclare pas de second et n’a pas d’extension inconnue.
checks-demanded = Profils exigés
checks-demanded-what = Une ligne pour chacun : type, espace, adresse du profil. Tout ce qui est de ce type doit le respecter, qu’il le déclare ou non.
checks-table = Ce qui vaut quand
checks-table-own = table propre
checks-table-what = Pour un document valent les paquets de sa propre date. Une ligne disparaît si vous la videz ; un genre de document, si vous videz l’élément qui porte la date.
checks-table-more = Un autre genre de document
checks-table-profile = Document : le profil qu’il déclare
checks-table-dates = Où figure sa date (comme Composition.date ; le premier présent compte)
checks-table-name = Paquet
checks-table-version = Version
checks-table-from = Vaut à partir du
checks-table-until = Vaut jusqu’au
checks-table-kbv = Voir ce que la table de la KBV changerait
checks-versions = Réglages précédents
checks-versions-none = Personne n’a encore changé les réglages.
checks-version = { $who } a changé les réglages
checks-version-back = { $who } a remis en vigueur les réglages de l’entrée { $entry }
checks-version-title = Réglages de l’entrée { $entry }
checks-version-own = Les réglages livrés avec Salus : R4 seul, et la table de la KBV
checks-text = Sous forme de texte
checks-text-what = Tous les réglages en lignes, tels que le journal les tient et que salus package show les montre.
checks-done = Les réglages sont en vigueur.
checks-undone = Annulé : les réglages d’avant sont de nouveau en vigueur.
checks-overtaken = Quelqu’un a changé les réglages entre-temps. Rien n’a été changé : veuillez regarder encore une fois.
checks-same = Rien ne changerait.
checks-looser = Moins strict que maintenant
checks-stricter = Plus strict que maintenant
checks-days = Ce qui vaut quand
checks-diff-added = { $name } { $version } : ce qui déclare un profil de ce paquet est contrôlé dès lors, et refusé s’il ne le respecte pas.
checks-diff-other = { $name } { $version } a un autre contenu.
checks-diff-strict = { $name } { $version } : un second profil et des extensions inconnues sont refusés.
checks-diff-fhir = { $name } { $version } : un second profil et des extensions inconnues sont acceptés.
checks-diff-removed = { $name } { $version } : ses profils ne sont plus connus. Ce qui les déclare est enregistré avec un avertissement.
checks-diff-demand = Tout ce qui est de type { $type } doit respecter { $profile }.
checks-diff-free = Du type { $type }, { $profile } n’est plus exigé.
checks-diff-import-warns = Ce qu’une importation apporte et qui enfreint un profil est enregistré, avec des avertissements.
checks-diff-import-refuses = Ce qu’une importation apporte et qui enfreint un profil est refusé.
checks-diff-new = Nouveau : { $what }
checks-diff-gone = Plus valable : { $what }
checks-fault-settings = Les réglages sont illisibles ; ce qui déclare un profil est donc refusé. Remettez-en d’antérieurs en vigueur.
checks-fault-package = { $name } { $version } est inutilisable : son fichier manque ou a été modifié. Ce qui déclare un profil qu’aucun autre paquet n’a est refusé jusqu’à ce que le paquet soit de retour.
checks-wrong-line = La ligne { $line } n’est pas connue. Rien n’a été changé.
checks-wrong-long = C’est trop : au plus { $packages } paquets, { $packages } profils exigés et { $kib } Kio de texte. Rien n’a été changé.
checks-wrong-demand = « { $line } » n’est pas un type avec un profil. Ainsi : Patient https://example.org/StructureDefinition/patient
checks-wrong-profile = « { $what } » n’est pas l’adresse d’un profil : un mot, comme https://example.org/StructureDefinition/lettre
checks-wrong-dates = « { $what } » ne dit pas où figure la date. Ainsi : Composition.date
checks-wrong-row = « { $what } » : une ligne a besoin du nom du paquet et de sa version, un mot chacun.
checks-wrong-day = { $what } : un jour n’en est pas un. Ainsi : 2026-01-27
checks-wrong-order = { $what } : le dernier jour est avant le premier.
checks-wrong-empty = Il n’y a pas de table vide. Laissez un genre de document, ou prenez la table de la KBV.
checks-file = Ajouter des paquets
checks-file-what = Des fichiers comme kbv.ita.eau-1.2.1.tgz, plusieurs à la fois et dans n’importe quel ordre, { $mib } Mio au plus ensemble. La version est celle du nom du fichier. Vous voyez d’abord ce qui changerait.
checks-brought = Nouveaux fichiers
checks-claims = Ce qui déclare un de ces profils ou extensions est contrôlé dès lors
checks-passed-by = { $count ->
    [one] un fichier qu’il contient est inutilisable
   *[other] { $count } fichiers qu’il contient sont inutilisables
}
checks-missing = Le fichier de { $name } n’est pas là ou a été modifié : ce qui déclare un profil qu’aucun autre paquet n’a serait refusé. Ajoutez ensuite le paquet à nouveau.
checks-wrong-none = Choisissez un fichier, comme kbv.ita.eau-1.2.1.tgz.
checks-wrong-large = C’est trop grand : { $mib } Mio au plus ensemble. Envoyez-en moins à la fois ; un seul paquet plus grand est ajouté par qui exploite le serveur (salus package add).
checks-wrong-no-tgz = { $file } n’est pas un paquet : ce n’est pas un fichier .tgz. Prenez le fichier tel que son éditeur le propose, sans le décompresser.
checks-wrong-broken = { $file } est endommagé ou incomplet. Téléchargez le fichier encore une fois.
checks-wrong-unpacked = { $file } est trop grand une fois décompressé : { $mib } Mio au plus, et au plus 200 fois le fichier.
checks-wrong-many = { $file } a trop de fichiers : { $count } au plus.
checks-wrong-path = { $file } n’est pas accepté : il a des liens, ou des chemins qui mènent dehors.
checks-wrong-manifest = { $file } n’est pas un paquet FHIR : package/package.json manque ou ne donne ni nom ni version.
checks-wrong-release = { $file } est un paquet pour une autre version de FHIR ; ici c’est R4 (4.0).
checks-wrong-other = { $name } { $version } est déjà là, avec un autre contenu. Comparez d’où vient le fichier ; s’il doit valoir, retirez d’abord l’autre paquet.
checks-wrong-full = Le dossier de votre cabinet est plein : { $count } paquets et { $mib } Mio au plus, ceux qui ont été retirés compris, puisqu’ils peuvent être remis. Qui exploite le serveur peut en retirer d’anciens ou ajouter des paquets (salus package add).
checks-wrong-waited = { $names } : le fichier n’est plus là ; il attend une heure au plus. Rien n’a été changé : choisissez-le encore une fois.
checks-diff-back = { $name } { $version } : son fichier est de nouveau là. Ce qui était refusé à cause de lui est de nouveau contrôlé comme d’habitude.
