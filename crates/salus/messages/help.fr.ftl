# The help of the command line: a message for each command, an attribute for each of its arguments; .after stands below.
# What several commands share is in `shared`. English is in src/cli.rs.

shared = Ce que plusieurs commandes ont
    .lang = Langue des messages : de, fr ou en (sinon d'après LC_ALL, LC_MESSAGES, LANG)
    .dir = Le répertoire de données [par défaut : ./salus-data ; pour la démo ./salus-demo]
    .json = Rendre compte en JSON
    .help = Afficher cette aide
    .version = Afficher la version
    .help-command = Afficher l'aide d'une commande
    .config = La configuration [par défaut : DIR/salus.toml]
    .chart_hour = Dossiers en 60 minutes quelconques
    .chart_day = Dossiers en 24 heures quelconques
    .chart_30_days = Dossiers en 30 jours quelconques
    .glimpse_hour = Lignes (nom et date de naissance) en 60 minutes quelconques
    .glimpse_day = Lignes en 24 heures quelconques
    .glimpse_30_days = Lignes en 30 jours quelconques

salus = Des dossiers de santé qu'un mot de passe volé ne peut pas vider
    .after =
        Exemples :
          salus demo                        essayer, avec deux cabinets de patients inventés
          salus init --data /var/lib/salus  commencer pour de bon
          salus serve --data /var/lib/salus

        Chaque commande a ses propres exemples : salus COMMANDE --help

salus-demo = Servir deux cabinets de patients inventés, pour essayer
    .port = Le port sur cette machine ; 0 en prend un libre
    .fresh = Supprimer d'abord les données de la démo
    .patients = Patients dans chaque cabinet
    .verbose = Écrire sur stderr ce que disent les processus, pas seulement les avertissements
    .after =
        Exemples :
          salus demo
          salus demo --port 0 --patients 20 --data /tmp/demo
          salus demo --fresh                recommencer à neuf

        Affiche `ready http://localhost:PORT` quand tout est servi ; DIR/demo.json contient adresses, jetons et
        liens à usage unique, qui sont aussi sur stderr.

salus-init = Créer un répertoire de données : clés, kit de récupération, salus.toml
    .root_key = Le fichier de la clé racine, créé s'il n'existe pas [par défaut : DIR/trust/root.key]
    .recovery_kit = Où écrire le kit de récupération ; ne doit pas exister [par défaut : ./salus-recovery-kit.txt]
    .recovery_shares = Le partager : 2of3 fait 3 parts, dont 2 quelconques suffisent ; sans --recovery-kit, il n'est écrit nulle part ailleurs
    .recovery_shares_dir = Où écrire un fichier pour chaque part ; aucun ne doit exister
    .after =
        Exemples :
          salus init --data /var/lib/salus --recovery-kit /media/usb/salus-recovery-kit.txt
          salus init --root-key /etc/salus/root.key --recovery-kit kit.txt
          salus init --recovery-shares 2of3 --recovery-shares-dir /media/usb

        Qui détient le kit de récupération peut tout ouvrir ; sans lui, une clé racine perdue perd tout.
        Conservez-le loin de cette machine.

salus-serve = Servir un répertoire de données
    .after =
        Exemples :
          salus serve --data /var/lib/salus
          salus serve --config /etc/salus/salus.toml --data /var/lib/salus
          SALUS_SERVER__LISTEN=0.0.0.0:8443 salus serve

        Toutes les clés de la configuration : docs/configuration.md

salus-recover = Rétablir, avec le kit de récupération, un côté de confiance perdu ou remis d'une copie
    .recovery_kit = Le kit de récupération que `salus init` a écrit
    .share = Une part du kit, à sa place ; une fois pour chacune de celles qu'il faut
    .after =
        Exemples :
          salus recover --data /var/lib/salus --recovery-kit /media/usb/salus-recovery-kit.txt
          salus recover --config /etc/salus/salus.toml --recovery-kit kit.txt
          salus recover --share share-1.txt --share share-3.txt

        Le serveur ne doit pas tourner. Tous les enregistrements reviennent, avec cellules, clients et journal ; tous
        les budgets comptent comme épuisés, car nul ne sait ce qui a été atteint : créez de nouveaux clients pour ceux
        qui doivent continuer.

salus-recovery = Le kit de récupération

salus-recovery-split = Partager un kit de récupération, et essayer ses parts
    .recovery_kit = Le kit de récupération que `salus init` a écrit
    .shares = Combien suffisent, sur combien : 2of3 ; 9 au plus
    .dir = Où écrire un fichier pour chaque part ; aucun ne doit exister
    .after =
        Exemple :
          salus recovery split --recovery-kit kit.txt --shares 2of3 --dir /media/usb

        2 quelconques des 3 suffisent alors ; une seule ne dit rien. Le kit reste tel quel : supprimez-le,
        et ce qui en a été imprimé, quand chaque part est chez la personne qui la garde.

salus-cell = Cellules : cabinets, réseaux, hôpitaux, assureurs

salus-cell-create = Créer une cellule
    .name = Son nom dans les adresses : lettres, chiffres et tirets, 63 au plus
    .after =
        Exemples :
          salus cell create praxis-sonnenberg
          salus cell create praxis-sonnenberg --chart-hour 400 --json

salus-cell-quarantine = Isoler aussitôt une cellule, ou la rattacher
    .name = Son nom
    .lift = La rattacher
    .after =
        Exemples :
          salus cell quarantine praxis-sonnenberg
          salus cell quarantine praxis-sonnenberg --lift

salus-client = Clients : applications qui agissent dans une cellule

salus-client-create = Créer un client ; son secret est montré une fois
    .cell = Le nom de la cellule
    .name = Son nom pour les personnes
    .role = Ce qu'il peut faire : fhir-client (lit, cherche, écrit), fhir-reader (lit, cherche), importer (écrit seulement), approver (approuve ce qui en demande deux)
    .session_hours = Après combien d'heures une session se termine
    .idle_minutes = Après combien de minutes sans requête une session se termine
    .bearer = Ses jetons sont valables sans preuve : seulement pour un client qui ne peut prouver une clé (DPoP) ; ses budgets sont d'un quart si rien d'autre n'est dit
    .after =
        Exemples :
          salus client create --cell praxis-sonnenberg --name 'Laboratoire'
          salus client create --cell praxis-sonnenberg --name Export --role fhir-client --chart-hour 50

salus-client-token = Commencer une session pour un client, et montrer son jeton une fois
    .client = L'id du client
    .after =
        Exemple :
          curl -H "Authorization: Bearer $(salus client token --client 3f0c...)" https://.../praxis/fhir/Patient/1

salus-client-bearer = Dire si les jetons d'un client sont valables sans preuve (DPoP) ; les sessions commencées restent telles quelles
    .client = L'id du client
    .off = Ils ne le sont pas : les nouvelles sessions sont liées à une clé
    .after =
        Exemples :
          salus client bearer --client 3f0c... --off
          salus client bearer --client 3f0c...

salus-client-revoke = Mettre fin aussitôt aux accès d'un client et à toutes ses sessions
    .client = L'id du client
    .after =
        Exemple :
          salus client revoke --client 3f0c...

salus-session = Sessions

salus-session-revoke = Mettre fin aussitôt à une session
    .session = L'id de la session
    .after =
        Exemple :
          salus session revoke --session 77ab...

salus-status = Ce qui tourne ici, et comment cela se porte
    .after =
        Exemples :
          salus status --data /var/lib/salus
          salus status --json

salus-import = Apporter des Bundles FHIR et du NDJSON dans une cellule du serveur en marche
    .cell = Le nom de la cellule ; peut manquer là où il n'y en a qu'une
    .jobs = Combien de Bundles voyagent à la fois
    .report = Où écrire ce qui a été refusé [par défaut : DIR/import-report-TIME.json]
    .json = Rendre le résultat en JSON
    .paths = Fichiers (.json, .ndjson, chacun aussi .gz) et dossiers
    .after =
        Exemples :
          salus import --cell praxis-sonnenberg export/
          salus import --cell praxis-sonnenberg --jobs 8 patients.ndjson.gz observations.ndjson.gz
          salus import bundle.json          s'il n'y a qu'une cellule

        Peut être répété et interrompu : ce qui est importé ne l'est pas une seconde fois. Ce qui est refusé figure
        dans un rapport, avec sa place et la règle ; jamais avec une valeur.

salus-log = Le journal des accès

salus-log-verify = Vérifier chaque octet du journal ; 0 : bon, 1 : mauvais, 2 : n'a pas pu regarder
    .checkpoint = Un point de contrôle gardé ailleurs, que le journal doit contenir
    .after =
        Exemples :
          salus log verify
          salus log verify --checkpoint /media/witness/checkpoint --data /var/lib/salus

salus-log-show = Montrer des entrées du journal
    .cell = Le nom de la cellule ; sans lui, l'arbre de la plateforme même
    .from = À partir de cette entrée
    .last = Ce nombre d'entrées, les plus récentes, au lieu de --from et --limit
    .limit = Au plus ce nombre
    .after =
        Exemples :
          salus log show                    changements de confiance, sur toute la plateforme
          salus log show --cell praxis-sonnenberg --last 20
          salus log show --cell praxis-sonnenberg --from 1000 --limit 50

salus-index = Les index de recherche

salus-index-status = Comment vont les index : état, enregistrements, segments, octets
    .after =
        Exemples :
          salus index status
          salus index status --json --data /var/lib/salus

salus-index-rebuild = Refaire un index à partir des mots scellés des enregistrements, pendant que l'ancien répond
    .cell = Le nom de la cellule ; sans lui, toutes
    .no_wait = Ne pas attendre la fin ; salus index status montre où cela en est
    .after =
        Exemples :
          salus index rebuild
          salus index rebuild --cell praxis-sonnenberg --no-wait

salus-index-extract = Demander que des mots soient extraits à nouveau, selon des paramètres de recherche venus plus tard ; une seconde personne approuve
    .cell = Le nom de la cellule
    .client = Le client de qui demande ; sans lui, qui peut utiliser cette machine
    .secret_file = Un fichier avec le secret du client, `-` pour l'entrée standard
    .after =
        Exemples :
          salus index extract --cell praxis-sonnenberg
          salus index extract --cell praxis-sonnenberg --client 3f0c... --secret-file secret.txt

        Cela ouvre, dans un processus à part, tous les enregistrements que vise un paramètre de recherche
        propre à la cellule et qui ont été écrits avant lui. Il n'en sort que des mots scellés. Une autre
        personne l'approuve en sept jours avec salus index approve ; les deux figurent au journal.

salus-index-approve = Approuver une extraction demandée par une autre personne, et l'exécuter
    .cell = Le nom de la cellule
    .client = Le client de qui approuve ; sans lui, qui peut utiliser cette machine
    .secret_file = Un fichier avec le secret du client, `-` pour l'entrée standard
    .no_wait = Ne pas attendre la fin ; salus index status montre où cela en est
    .after =
        Exemples :
          salus index approve --cell praxis-sonnenberg --client 3f0c... --secret-file secret.txt
          salus index approve --cell praxis-sonnenberg --no-wait

        Un client pour approuver : salus client create --role approver --cell praxis-sonnenberg --name NOM

salus-scope = Qui a reçu quoi : patients et versions d'enregistrements qui ont été remis
    .cell = Le nom de la cellule ; inutile si les autres arguments la donnent ou s'il n'y en a qu'une
    .session = D'une session
    .principal = D'un sujet, dans toutes ses sessions
    .client = D'un client, dans toutes ses sessions
    .device = D'une clé d'accès : les sessions qu'elle a commencées
    .address = D'une adresse réseau ou d'un réseau : 192.0.2.7 ou 192.0.2.0/24
    .patients = Écrire tous les patients avec toutes les versions dans ce fichier, un document JSON par ligne ; il ne doit pas exister
    .proof = Écrire les entrées et ce qui les prouve dans ce fichier ; il ne doit pas exister. Il ouvre qui et pour qui de ses mois : à ne donner que scellé
    .from = À partir de ce moment : 2026-11-22 ou 2026-11-22T17:00:00+01:00
    .to = Jusqu'à ce moment
    .after =
        Exemples :
          salus scope --client 3f0c...  --from 2026-11-01 --to 2026-12-01
          salus scope --session 77ab... --json
          salus scope --cell praxis-sonnenberg --address 192.0.2.0/24 --from 2026-11-27 --patients affected.ndjson

        Tout ce qui est donné doit correspondre. docs/incident.md dit ce que contiennent les catégories.

salus-drill = Un incident arrivé à d’autres, rejoué contre un serveur à part, avec des chiffres

salus-drill-mediboard = Un compte privilégié volé prend, de six façons, tout ce qu’il peut
    .patients = Patients inventés à voler
    .json = Où écrire les chiffres en JSON
    .page = Où écrire la page avec l’image [par défaut : ./drill-mediboard.html]
    .dir = Où le serveur de l’exercice se trouve tant qu’il dure ; ne doit pas exister [par défaut : un dossier temporaire]
    .keep = Garder ce répertoire
    .after =
        Exemples :
          salus drill mediboard
          salus drill mediboard --patients 1000 --json drill.json
          salus drill mediboard --patients 758912 --data /var/tmp/drill

        La commande fait un serveur à part avec des patients inventés, le vole et le supprime. À moins de
        10 000 patients, les budgets sont réduits d’autant. Fin 0 : personne n’a eu plus qu’un budget, et
        tout ce qui a été pris est dans l’étendue ; 1 : si ; 2 : l’exercice n’a pas pu être joué.

salus-person = Les personnes qui se connectent avec des clés d'accès

salus-person-invite = Ajouter une personne à une cellule et afficher son lien à usage unique
    .cell = Le nom de la cellule
    .name = Son nom, tel qu'il figure sur les pages
    .role = Ce qu'elle peut faire
    .practitioner = L'id du Practitioner FHIR qu'elle est
    .after =
        Exemples :
          salus person invite --cell praxis-sonnenberg --name 'Dr. Ada Muster' --role physician
          salus person invite --cell praxis-sonnenberg --name 'Bea Beispiel' --role practice-administrator

        Rôles : physician, medical-assistant, locum, insurer-clerk, practice-administrator. Le lien sert une fois, pendant trois jours.

salus-person-list = Montrer les personnes d'une cellule
    .cell = Le nom de la cellule
    .after =
        Exemple :
          salus person list --cell praxis-sonnenberg

salus-person-revoke = Suspendre, rétablir ou exclure une personne ; ce qui prend fin le fait aussitôt
    .person = L'id de la personne
    .suspend = Seulement jusqu'à ce qu'elle soit rétablie
    .restore = Rétablir une personne suspendue
    .after =
        Exemples :
          salus person revoke --person 3f0c...
          salus person revoke --person 3f0c... --suspend
          salus person revoke --person 3f0c... --restore

salus-person-passkeys = Montrer les clés d'accès d'une personne, ou en révoquer une avec les sessions qu'elle a ouvertes
    .cell = Le nom de la cellule ; sans lui, il s'agit d'un opérateur
    .person = L'id de la personne
    .revoke = La clé à révoquer
    .after =
        Exemples :
          salus person passkeys --cell praxis-sonnenberg --person 3f0c...
          salus person passkeys --cell praxis-sonnenberg --person 3f0c... --revoke 77ab...

salus-person-recover = Révoquer les clés et les sessions d'une personne et afficher un nouveau lien à usage unique
    .person = L'id de la personne
    .after =
        Exemple :
          salus person recover --person 3f0c...

        Pour qui a perdu ses clés, ou dont le premier lien a expiré.

salus-operator = Les opérateurs : ils font tourner la plateforme et n'atteignent aucun patient

salus-operator-invite = Ajouter quelqu'un qui fait tourner la plateforme et n'atteint aucun patient, et afficher son lien à usage unique
    .name = Son nom
    .after =
        Exemple :
          salus operator invite --name 'Olga Operator'

salus-operator-list = Montrer les opérateurs
    .after =
        Exemple :
          salus operator list

salus-incident = Après un vol : ce qui a été changé entre-temps, d'où vient un échantillon offert, ce que reçoivent les enquêteurs

salus-incident-changes = Chaque changement de confiance depuis un moment : ce que serait une porte dérobée
    .since = À partir de ce moment : 2026-11-22 ou 2026-11-22T17:00:00+01:00
    .cell = Le nom de la cellule
    .after =
        Exemples :
          salus incident changes --since 2026-11-27T22:00:00+01:00
          salus incident changes --since 2026-11-27 --cell praxis-sonnenberg --json

        Sans --cell : de la plateforme et de chaque cellule. Ce qui est `réversible` s'annule avec salus incident revert.

salus-incident-revert = Annuler des changements de confiance, par de nouvelles entrées du journal
    .cell = Le nom de la cellule ; sans lui, des entrées de la plateforme, avec --all-by tout
    .entries = Les entrées
    .all_by = Tout ce que ce sujet a fait, ou qui s'est fait dans cette session
    .since = À partir de ce moment
    .after =
        Exemples :
          salus incident revert --cell praxis-sonnenberg 1703 1688
          salus incident revert --all-by 3f0c... --since 2026-11-27

salus-incident-match = Un échantillon offert à la vente : est-il à nous, de quand, et par les sessions de qui est-il passé
    .file = L'échantillon
    .cell = Le nom de la cellule ; inutile s'il n'y en a qu'une
    .client = Le client de qui approuve, à côté de qui est à la machine
    .secret_file = Un fichier avec le secret du client, `-` pour l'entrée standard
    .from = Sessions à partir de ce moment [par défaut : depuis que l'échantillon peut être vrai]
    .to = Sessions jusqu'à ce moment
    .rows = Écrire ce qu'il est advenu de chaque ligne dans ce fichier, un document JSON par ligne ; il ne doit pas exister
    .after =
        Exemples :
          salus incident match echantillon.csv --cell praxis-sonnenberg --client 3f0c... --secret-file secret.txt
          salus incident match echantillon.ndjson --cell praxis-sonnenberg --client 3f0c... --secret-file - --json

        CSV avec en-tête, JSON, un document JSON par ligne (FHIR ou plat), ou lignes simples ; 20 000 lignes et 64 Mio au plus.
        Il faut deux personnes : qui est à la machine, et le client de qui approuve (salus client create --role approver).
        Les patients ouverts comptent et figurent au journal comme tous ; les patients inventés ne déclenchent pas d'alarme ici.

        Les accès et les sessions prennent fin, un rôle ou un statut redevient ce qu'il était, une invitation est retirée ;
        la personne qui a été ajoutée est suspendue.

salus-incident-evidence = Un dossier scellé pour les enquêteurs : l'étendue avec sa preuve, les changements, les alarmes, ce qui est retenu, les points de contrôle, un résumé
    .cell = Le nom de la cellule ; inutile si les autres arguments la donnent ou s'il n'y en a qu'une
    .session = D'une session
    .principal = D'un sujet, dans toutes ses sessions
    .client = D'un client, dans toutes ses sessions
    .device = D'une clé d'accès : les sessions qu'elle a commencées
    .address = D'une adresse réseau ou d'un réseau : 192.0.2.7 ou 192.0.2.0/24
    .from = À partir de ce moment : 2026-11-22 ou 2026-11-22T17:00:00+01:00
    .to = Jusqu'à ce moment
    .recipient = La clé publique de qui enquête, ou un fichier qui la contient
    .out = Le dossier ; il ne doit pas exister
    .witness = Le répertoire d'un témoin, dont les points de contrôle y entrent ; répétable
    .after =
        Exemples :
          salus incident evidence --session 77ab... --recipient salus-evidence-1-5f0c... --out affaire.salus
          salus incident evidence --cell praxis-sonnenberg --from 2026-11-27 --recipient police.pub --witness /media/temoin --out affaire.salus

        Qui enquête fait la clé avec salus incident key, et ouvre le dossier avec salus incident open.
        Il ne nomme les patients que par pseudonyme ; sa preuve ouvre qui et pour qui de ses mois à quiconque a une copie du journal.

salus-incident-key = Faire une clé à laquelle des dossiers sont scellés : le secret dans un fichier, la moitié publique sur la sortie standard
    .out = Le fichier pour le secret ; il ne doit pas exister
    .after =
        Exemple :
          salus incident key --out enqueteur.key

salus-incident-open = Ouvrir un dossier, vérifier ses empreintes et sa signature, et écrire ses fichiers dans un répertoire
    .file = Le dossier
    .key = Le fichier avec le secret
    .out = Le répertoire pour le contenu ; il ne doit pas exister
    .after =
        Exemples :
          salus incident open affaire.salus --key enqueteur.key --out affaire/
          python3 tests/verify_evidence.py affaire/ --verifier-keys verifier-keys
salus-role = Ce que les rôles d'une cellule permettent : les règles, ce que d'autres changeraient, les précédentes

salus-role-list = Ce que permet chaque rôle d'une cellule, et qui l'a
    .cell = Le nom de la cellule
    .after =
        Exemple :
          salus role list --cell praxis-sonnenberg

salus-role-show = Les règles qui le disent, en texte Cedar
    .cell = Le nom de la cellule
    .version = Celles de cette entrée, ou celles livrées avec Salus : own
    .after =
        Exemples :
          salus role show --cell praxis-sonnenberg > rules.cedar
          salus role show --cell praxis-sonnenberg --version 1703
          salus role show --cell praxis-sonnenberg --version own

salus-role-propose = Ce que d'autres règles changeraient, et pour qui ; avec --set elles entrent en vigueur
    .cell = Le nom de la cellule
    .file = Les règles, en texte Cedar
    .set = Les mettre en vigueur
    .reason = Pourquoi ; cela reste pour toujours dans le journal
    .after =
        Exemples :
          salus role propose --cell praxis-sonnenberg rules.cedar
          salus role propose --cell praxis-sonnenberg rules.cedar --set --reason 'less at the desk'

        Ce dont les règles peuvent parler, et ce qu'aucune ne lève : docs/roles.md

salus-role-history = Les règles précédentes, les plus récentes d'abord
    .cell = Le nom de la cellule
    .after =
        Exemple :
          salus role history --cell praxis-sonnenberg

salus-role-revert = Remettre en vigueur des règles précédentes
    .cell = Le nom de la cellule
    .version = Celles de cette entrée, ou celles livrées avec Salus : own
    .after =
        Exemples :
          salus role revert --cell praxis-sonnenberg 1703
          salus role revert --cell praxis-sonnenberg own

salus-codes = Les listes de codes d’éditeurs (ICD-10-GM, LOINC), d’après lesquelles les codes sont vérifiés

salus-codes-add = Ajouter des listes de codes telles que leurs éditeurs les donnent ; leurs codes sont vérifiés dès lors
    .url = L’URL du système de codes, là où le fichier ne la dit pas
    .version = La version, là où ni le fichier ni son nom ne la disent
    .cell = Seulement dans ces cellules [par défaut : dans toutes]
    .reason = Pourquoi ; cela reste pour toujours dans le journal
    .files = Listes de codes
    .after =
        Exemples :
          salus codes add icd10gm2026syst_kodes.txt
          salus codes add --cell praxis-sonnenberg --version 2.80 Loinc.csv

        ICD-10-GM du BfArM (ClaML, ou le fichier texte des codes) et le CSV de LOINC ; chacune devient un paquet comme les autres :
        salus package list, salus package remove

salus-package = Les paquets de profils selon lesquels ce qui est écrit est contrôlé

salus-package-add = Ajouter des paquets de profils, dans n’importe quel ordre ; ce qui déclare un de leurs profils doit dès lors le respecter
    .check = Avec quelle rigueur [par défaut : strict pour kbv.ita.*, sinon fhir]
    .cell = Seulement dans ces cellules [par défaut : dans toutes]
    .reason = Pourquoi ; cela reste pour toujours dans le journal
    .files = Paquets (.tgz)
    .after =
        Exemples :
          salus package add kbv.ita.eau-1.2.1.tgz kbv.ita.for-1.2.1.tgz kbv.basis-1.7.0.tgz
          salus package add --cell praxis-sonnenberg --check strict house.profiles-2.0.0.tgz

        Des fichiers tels que les registres les ont : NOM-VERSION.tgz. La version qui compte pour un document dépend de
        sa date : docs/profiles.md

salus-package-list = Les paquets de chaque cellule, ce qui compte quand, et comment on contrôle
    .cell = Seulement de cette cellule
    .after =
        Exemple :
          salus package list --cell praxis-sonnenberg

salus-package-remove = Retirer des paquets : leurs profils sont alors inconnus, et ce qui les déclare ne donne qu’un avertissement
    .cell = Seulement dans ces cellules [par défaut : dans toutes]
    .reason = Pourquoi ; cela reste pour toujours dans le journal
    .packages = NOM pour toutes les versions, ou NOM@VERSION
    .after =
        Exemples :
          salus package remove kbv.ita.eau@1.2.0
          salus package remove --cell praxis-sonnenberg kbv.ita.eau

salus-package-tidy = Montrer ou supprimer les fichiers des paquets qu’aucun réglage ne nomme plus
    .cell = Seulement ce que l’administration de ces cellules a apporté [par défaut : de toutes, et ce qui a été ajouté sur la machine]
    .remove = Les supprimer
    .after =
        Exemples :
          salus package tidy
          salus package tidy --remove

        Montre seulement, sauf s’il doit supprimer. Des réglages antérieurs qui nomment un paquet supprimé peuvent être rétablis, mais ne comptent
        pour lui que lorsqu’il est ajouté à nouveau.

salus-package-mode = Comment les cellules contrôlent : imports, profils exigés, rigueur, quelle version compte quand
    .import = Ce que devient ce qu’un import apporte et qui enfreint un profil : refuser (refuse) ou enregistrer avec un avertissement (warn)
    .demand = Chaque ressource de ce type doit respecter ce profil, qu’elle le déclare ou non
    .free = Plus rien n’est exigé de ce type
    .strict = Ce qui déclare un profil de ce paquet est contrôlé comme le fait la KBV
    .fhir = Ce qui déclare un profil de ce paquet est contrôlé comme FHIR le prévoit
    .table = Quelle version compte quand : un fichier, ou celle de la KBV : kbv
    .cell = Seulement dans ces cellules [par défaut : dans toutes]
    .reason = Pourquoi ; cela reste pour toujours dans le journal
    .after =
        Exemples :
          salus package mode --import warn
          salus package mode --cell praxis-sonnenberg --demand Patient=https://example.org/StructureDefinition/patient
          salus package mode --fhir house.profiles --table validity.txt

        Le format de la table, et celle qui vaut sans elle : docs/profiles.md

salus-package-show = Les réglages sous forme de texte
    .cell = Le nom de la cellule
    .version = Ceux de cette entrée
    .after =
        Exemples :
          salus package show --cell praxis-sonnenberg
          salus package show --cell praxis-sonnenberg --version 1703

salus-package-history = Les réglages antérieurs, les plus récents d’abord
    .cell = Le nom de la cellule
    .after =
        Exemple :
          salus package history --cell praxis-sonnenberg

salus-package-revert = Rétablir des réglages antérieurs
    .cell = Le nom de la cellule
    .version = Ceux de cette entrée, ou ceux que Salus apporte : own
    .after =
        Exemples :
          salus package revert --cell praxis-sonnenberg 1703
          salus package revert --cell praxis-sonnenberg own

salus-validate = Contrôler des fichiers selon R4 et des paquets de profils, sans serveur
    .package = Un paquet de profils selon lequel contrôler (.tgz) ; laquelle de plusieurs versions compte dépend de la date du document
    .profile = Un profil que chaque ressource doit respecter, qu’elle le déclare ou non
    .check = Avec quelle rigueur [par défaut : strict pour ce qui déclare des profils de kbv.ita.*, sinon fhir]
    .files = Ressources, en JSON ou XML ; l’une peut être l’entrée standard : -
    .after =
        Exemples :
          salus validate note.xml
          salus validate --package kbv.ita.eau-1.2.1.tgz --package kbv.ita.for-1.2.1.tgz --check strict *.xml
          salus validate --profile http://hl7.org/fhir/StructureDefinition/bodyweight weight.json

        Aucun serveur n’est nécessaire. 0 : toutes sont valides ; 1 : une ne l’est pas ; 2 : quelque chose n’a pas pu être lu.

salus-alarm = Alarmes : ce qui a été déclenché, qui l’a vu, selon quelles règles

salus-alarm-list = Ce qui a déclenché une alarme, le plus récent d’abord
    .cell = Le nom de la cellule
    .after =
        Exemples :
          salus alarm list --cell praxis-sonnenberg
          salus alarm list --cell praxis-sonnenberg --json

salus-alarm-acknowledge = Marquer des alarmes comme vues
    .cell = Le nom de la cellule
    .alarm = L’entrée qui l’a déclenchée
    .all = Toutes
    .after =
        Exemples :
          salus alarm acknowledge --cell praxis-sonnenberg 1703
          salus alarm acknowledge --cell praxis-sonnenberg --all

salus-alarm-restore = Laisser reprendre une session qu’une alarme avait suspendue
    .cell = Le nom de la cellule
    .session = La session
    .after =
        Exemples :
          salus alarm restore --cell praxis-sonnenberg 77ab...

salus-alarm-rules = Selon quoi des alarmes sont déclenchées : le montrer, ou changer ce qui est nommé
    .cell = Le nom de la cellule
    .changes = Ce qui est changé
    .after =
        Exemples :
          salus alarm rules --cell praxis-sonnenberg
          salus alarm rules --cell praxis-sonnenberg refusals=25 refusals-minutes=5 canary-suspends=false
          salus alarm rules --cell praxis-sonnenberg sent=canary,tampering,budget-spent

        Ce que signifie chaque règle, et ses limites : docs/alarms.md

salus-alarm-test = Envoyer à tous ceux qui sont avertis des alarmes un message qui n’en est pas une, et dire ce qu’il en est advenu
    .after =
        Exemples :
          salus alarm test
          salus alarm test --config /etc/salus/salus.toml --data /var/lib/salus

        C’est cette commande qui envoie, avec les réglages sous [alarms] ; le serveur n’a pas besoin de tourner.

salus-canary = Des patients qui n’existent pas : qui en ouvre un se trahit

salus-canary-add = Créer des patients qui n’existent pas : qui en ouvre un se trahit
    .cell = Le nom de la cellule
    .count = Combien
    .country = Dans quel pays ils vivent : de ou fr
    .practitioner = Ids de Practitioners du cabinet, qui les ont soignés
    .organization = L’id de l’Organization du cabinet
    .insurer = Ids d’Organizations des assureurs dans la cellule ; sinon un assureur est seulement nommé
    .place = Où vivent les patients du cabinet, par exemple "69001 Lyon" ; sinon à Fribourg ou à Lyon
    .after =
        Exemples :
          salus canary add --cell praxis-sonnenberg --practitioner 12ab... --organization 7c0e... --count 3

        Le mieux est de le faire pendant une importation, entre deux parties. Leurs entrées renvoient aux
        praticiens, au cabinet et aux assureurs nommés, qui doivent s’y trouver. docs/alarms.md dit ce que
        personne ne peut distinguer.

salus-canary-list = Leurs ids
    .cell = Le nom de la cellule
    .after =
        Exemples :
          salus canary list --cell praxis-sonnenberg

salus-canary-remove = Faire de l’un d’eux un dossier ordinaire, dont l’ouverture ne déclenche aucune alarme
    .cell = Le nom de la cellule
    .patient = L’id du patient
    .after =
        Exemples :
          salus canary remove --cell praxis-sonnenberg 5f0c...

        Le dossier reste ; on le supprime comme tout autre.
salus-contain = Suspendre aussitôt quelqu'un ou quelque chose, et le libérer aussi facilement

salus-contain-session = Suspendre une session : rien n'y est plus admis, et rien n'en est plus envoyé
    .id = L'id de la session
    .cell = Le nom de la cellule ; inutile s'il n'y en a qu'une
    .reason = Pourquoi ; reste lisible à jamais dans le journal : ne nommez aucun patient
    .after =
        Exemple :
          salus contain session 77ab... --cell praxis-sonnenberg --reason 'cookie copié'

salus-contain-person = Suspendre une personne : toutes ses sessions, les nouvelles aussi
    .id = L'id de la personne
    .cell = Le nom de la cellule ; inutile s'il n'y en a qu'une
    .reason = Pourquoi ; reste lisible à jamais dans le journal : ne nommez aucun patient
    .after =
        Exemple :
          salus contain person 3f0c... --cell praxis-sonnenberg --reason 'téléphone volé'

salus-contain-device = Suspendre une clé d'accès : toutes les sessions qu'elle a ouvertes, les nouvelles aussi
    .id = L'id de la clé d'accès
    .cell = Le nom de la cellule ; inutile s'il n'y en a qu'une
    .reason = Pourquoi ; reste lisible à jamais dans le journal : ne nommez aucun patient
    .after =
        Exemple :
          salus contain device 51d0... --cell praxis-sonnenberg

salus-contain-client = Suspendre une application : toutes ses sessions, les nouvelles aussi
    .id = L'id du client
    .cell = Le nom de la cellule ; inutile s'il n'y en a qu'une
    .reason = Pourquoi ; reste lisible à jamais dans le journal : ne nommez aucun patient
    .after =
        Exemple :
          salus contain client 3f0c... --cell praxis-sonnenberg

salus-contain-cell = Suspendre toutes les sessions d'une cellule ; on se reconnecte avec sa clé d'accès
    .name = Le nom de la cellule
    .reason = Pourquoi ; reste lisible à jamais dans le journal : ne nommez aucun patient
    .after =
        Exemple :
          salus contain cell praxis-sonnenberg --reason 'un portable volé, on ignore à qui'

salus-contain-everyone = Suspendre toutes les sessions de toutes les cellules ; on se reconnecte avec sa clé d'accès
    .reason = Pourquoi ; reste lisible à jamais dans le journal : ne nommez aucun patient
    .after =
        Exemple :
          salus contain everyone --reason 'intrusion chez le fournisseur'

salus-contain-quarantine = Isoler une cellule : rien n'est lu ; ce que les applications apportent est accepté, scellé et conservé
    .name = Le nom de la cellule
    .except = Une personne qui peut lire en urgence entre-temps
    .until = Jusqu'à quand : 2026-11-28T18:00:00+01:00
    .end_exception = Une personne qui ne le peut plus
    .lift = La rattacher
    .reason = Pourquoi ; reste lisible à jamais dans le journal : ne nommez aucun patient
    .after =
        Exemples :
          salus contain quarantine praxis-sonnenberg --reason 'lettre de rançon sur un bureau'
          salus contain quarantine praxis-sonnenberg --except 3f0c... --until 2026-11-28T18:00:00+01:00
          salus contain quarantine praxis-sonnenberg --end-exception 3f0c...
          salus contain quarantine praxis-sonnenberg --lift

        Qui est excepté peut lire en urgence (motif ETREAT), pendant 72 heures au plus.

salus-contain-undo = Libérer ce qu'une entrée suspend : ce qu'elle couvrait vaut à nouveau
    .entry = Le numéro de l'entrée, comme le disent `contain` et `contain status`
    .cell = Le nom de la cellule ; inutile s'il n'y en a qu'une
    .everyone = Tout le monde a été suspendu
    .after =
        Exemples :
          salus contain undo 1703 --cell praxis-sonnenberg
          salus contain undo 12 --everyone

salus-contain-status = Ce qui est suspendu, qui est connecté, et qui peut lire en urgence
    .cell = Le nom de la cellule ; inutile s'il n'y en a qu'une
    .after =
        Exemples :
          salus contain status --cell praxis-sonnenberg
          salus contain status --json
salus-blast-radius = Jusqu’où va chaque accès : le plus grand nombre de patients en une heure, un jour et 30 jours, le pire d’abord
    .cell = Le nom de la cellule ; sans lui, chaque cellule
    .after =
        Exemples :
          salus blast-radius --cell praxis-sonnenberg
          salus blast-radius --json

salus-budget = Combien de patients les personnes et les applications peuvent atteindre

salus-budget-show = Montrer ce qui est utilisé de chaque budget d’une cellule, et qui a augmenté quoi jusqu’à quand
    .cell = Le nom de la cellule
    .after =
        Exemple :
          salus budget show --cell praxis-sonnenberg --json

salus-budget-set = Modifier durablement un budget ; ce qui n’est pas dit reste
    .cell = Le nom de la cellule
    .principal = À qui, par identifiant ; sans lui, celui de la cellule entière
    .after =
        Exemples :
          salus budget set --cell praxis-sonnenberg --chart-day 2000
          salus budget set --cell praxis-sonnenberg --principal 3f0c... --chart-30-days 1500

salus-budget-suggest = Montrer ce que le journal de la cellule suggère pour chaque rôle ; ne change rien
    .cell = Le nom de la cellule
    .after =
        Exemple :
          salus budget suggest --cell praxis-sonnenberg

salus-budget-raise-end = Retirer immédiatement une augmentation
    .cell = Le nom de la cellule
    .principal = À qui, par identifiant ; sans lui, celle de la cellule entière
    .raise = Le numéro de l’augmentation, d’après `salus budget show`
    .after =
        Exemple :
          salus budget raise-end --cell praxis-sonnenberg --principal 3f0c... --raise 4711
