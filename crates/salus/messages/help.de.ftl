# The help of the command line: a message for each command, an attribute for each of its arguments; .after stands below.
# What several commands share is in `shared`. English is in src/cli.rs.

shared = Was mehrere Befehle haben
    .lang = Sprache der Meldungen: de, fr oder en (sonst aus LC_ALL, LC_MESSAGES, LANG)
    .dir = Das Datenverzeichnis [Vorgabe: ./salus-data; für die Demo ./salus-demo]
    .json = Als JSON berichten
    .help = Diese Hilfe zeigen
    .version = Die Version zeigen
    .help-command = Die Hilfe eines Befehls zeigen
    .config = Die Konfiguration [Vorgabe: DIR/salus.toml]
    .chart_hour = Akten in beliebigen 60 Minuten
    .chart_day = Akten in beliebigen 24 Stunden
    .chart_30_days = Akten in beliebigen 30 Tagen
    .glimpse_hour = Zeilen (Name und Geburtsdatum) in beliebigen 60 Minuten
    .glimpse_day = Zeilen in beliebigen 24 Stunden
    .glimpse_30_days = Zeilen in beliebigen 30 Tagen

salus = Krankenakten, die ein gestohlenes Passwort nicht leeren kann
    .after =
        Beispiele:
          salus demo                        ausprobieren, mit zwei Praxen erfundener Patienten
          salus init --data /var/lib/salus  wirklich beginnen
          salus serve --data /var/lib/salus

        Jeder Befehl hat eigene Beispiele: salus BEFEHL --help

salus-demo = Zwei Praxen erfundener Patienten bereitstellen, zum Ausprobieren
    .port = Der Port auf diesem Rechner; 0 nimmt irgendeinen freien
    .fresh = Zuerst die Daten der Demo löschen
    .patients = Patienten in jeder Praxis
    .verbose = Was die Prozesse melden, auf stderr schreiben, nicht nur Warnungen
    .after =
        Beispiele:
          salus demo
          salus demo --port 0 --patients 20 --data /tmp/demo
          salus demo --fresh                von vorn beginnen

        Gibt `ready http://localhost:PORT` aus, sobald alles bereit ist; DIR/demo.json enthält Adressen, Token und
        Einmallinks, die auch auf stderr stehen.

salus-init = Ein Datenverzeichnis anlegen: Schlüssel, Wiederherstellungs-Kit, salus.toml
    .root_key = Die Datei des Wurzelschlüssels; angelegt, wenn es sie nicht gibt [Vorgabe: DIR/trust/root.key]
    .recovery_kit = Wohin das Wiederherstellungs-Kit geschrieben wird; darf es noch nicht geben [Vorgabe: ./salus-recovery-kit.txt]
    .recovery_shares = Es teilen: 2of3 macht 3 Teile, von denen je 2 genügen; ohne --recovery-kit steht es sonst nirgends
    .recovery_shares_dir = Wohin für jeden Teil eine Datei geschrieben wird; es darf noch keine davon geben
    .after =
        Beispiele:
          salus init --data /var/lib/salus --recovery-kit /media/usb/salus-recovery-kit.txt
          salus init --root-key /etc/salus/root.key --recovery-kit kit.txt
          salus init --recovery-shares 2of3 --recovery-shares-dir /media/usb

        Wer das Wiederherstellungs-Kit hat, kann alles öffnen; ohne es ist mit dem Wurzelschlüssel alles verloren.
        Bewahren Sie es fern von diesem Rechner auf.

salus-serve = Ein Datenverzeichnis bereitstellen
    .after =
        Beispiele:
          salus serve --data /var/lib/salus
          salus serve --config /etc/salus/salus.toml --data /var/lib/salus
          SALUS_SERVER__LISTEN=0.0.0.0:8443 salus serve

        Alle Schlüssel der Konfiguration: docs/configuration.md

salus-recover = Eine verlorene oder zurückgespielte vertrauenswürdige Seite mit dem Wiederherstellungs-Kit heilen
    .recovery_kit = Das Wiederherstellungs-Kit, das `salus init` geschrieben hat
    .share = Stattdessen ein Teil davon; einmal für jeden der nötigen
    .after =
        Beispiele:
          salus recover --data /var/lib/salus --recovery-kit /media/usb/salus-recovery-kit.txt
          salus recover --config /etc/salus/salus.toml --recovery-kit kit.txt
          salus recover --share share-1.txt --share share-3.txt

        Der Server darf nicht laufen. Alle Datensätze kommen zurück, mit Zellen, Clients und Protokoll; alle Budgets
        gelten als verbraucht, da niemand weiß, was erreicht wurde: legen Sie für die, die weitermachen müssen, neue Clients an.

salus-recovery = Das Wiederherstellungs-Kit

salus-recovery-split = Ein Wiederherstellungs-Kit in Teile zerlegen und sie erproben
    .recovery_kit = Das Wiederherstellungs-Kit, das `salus init` geschrieben hat
    .shares = Wie viele genügen, von wie vielen: 2of3; höchstens 9
    .dir = Wohin für jeden Teil eine Datei geschrieben wird; es darf noch keine davon geben
    .after =
        Beispiel:
          salus recovery split --recovery-kit kit.txt --shares 2of3 --dir /media/usb

        Je 2 der 3 genügen dann; einer allein verrät nichts. Das Kit bleibt, wie es ist: löschen Sie es,
        und was davon gedruckt wurde, sobald jeder Teil bei der Person ist, die ihn verwahrt.

salus-cell = Zellen: Praxen, Netze, Krankenhäuser, Versicherer

salus-cell-create = Eine Zelle anlegen
    .name = Ihr Name in Adressen: Buchstaben, Ziffern und Bindestriche, höchstens 63
    .after =
        Beispiele:
          salus cell create praxis-sonnenberg
          salus cell create praxis-sonnenberg --chart-hour 400 --json

salus-cell-quarantine = Eine Zelle sofort abtrennen oder wieder anschließen
    .name = Ihr Name
    .lift = Wieder anschließen
    .after =
        Beispiele:
          salus cell quarantine praxis-sonnenberg
          salus cell quarantine praxis-sonnenberg --lift

salus-client = Clients: Anwendungen, die in einer Zelle handeln

salus-client-create = Einen Client anlegen; sein Geheimnis wird einmal gezeigt
    .cell = Der Name der Zelle
    .name = Sein Name für Menschen
    .role = Was er darf: fhir-client (liest, sucht, schreibt), fhir-reader (liest, sucht), importer (schreibt nur), approver (genehmigt, was zwei braucht)
    .session_hours = Nach wie vielen Stunden eine Sitzung endet
    .idle_minutes = Nach wie vielen Minuten ohne Anfrage eine Sitzung endet
    .bearer = Seine Tokens gelten ohne Nachweis: nur für einen, der keinen Schlüssel nachweisen kann (DPoP); seine Budgets sind ein Viertel, wo nichts anderes gesagt ist
    .after =
        Beispiele:
          salus client create --cell praxis-sonnenberg --name 'Labor'
          salus client create --cell praxis-sonnenberg --name Export --role fhir-client --chart-hour 50

salus-client-token = Eine Sitzung für einen Client beginnen und ihr Token einmal zeigen
    .client = Die id des Clients
    .after =
        Beispiel:
          curl -H "Authorization: Bearer $(salus client token --client 3f0c...)" https://.../praxis/fhir/Patient/1

salus-client-bearer = Sagen, ob Tokens eines Clients ohne Nachweis (DPoP) gelten; begonnene Sitzungen bleiben, wie sie sind
    .client = Die id des Clients
    .off = Sie gelten nicht: neue Sitzungen sind an einen Schlüssel gebunden
    .after =
        Beispiele:
          salus client bearer --client 3f0c... --off
          salus client bearer --client 3f0c...

salus-client-revoke = Die Zugangsdaten und alle Sitzungen eines Clients sofort beenden
    .client = Die id des Clients
    .after =
        Beispiel:
          salus client revoke --client 3f0c...

salus-session = Sitzungen

salus-session-revoke = Eine Sitzung sofort beenden
    .session = Die id der Sitzung
    .after =
        Beispiel:
          salus session revoke --session 77ab...

salus-status = Was hier läuft und wie es ihm geht
    .after =
        Beispiele:
          salus status --data /var/lib/salus
          salus status --json

salus-import = FHIR-Bundles und NDJSON in eine Zelle des laufenden Servers bringen
    .cell = Der Name der Zelle; darf fehlen, wo es nur eine gibt
    .jobs = Wie viele Bundles auf einmal unterwegs sind
    .report = Wohin geschrieben wird, was abgelehnt wurde [Vorgabe: DIR/import-report-TIME.json]
    .json = Das Ergebnis als JSON berichten
    .paths = Dateien (.json, .ndjson, jeweils auch .gz) und Ordner
    .after =
        Beispiele:
          salus import --cell praxis-sonnenberg export/
          salus import --cell praxis-sonnenberg --jobs 8 patients.ndjson.gz observations.ndjson.gz
          salus import bundle.json          wenn es nur eine Zelle gibt

        Darf wiederholt und unterbrochen werden: was importiert ist, wird nicht noch einmal importiert. Was abgelehnt
        wird, steht in einem Bericht, mit Stelle und Regel; nie mit einem Wert.

salus-log = Das Zugriffsprotokoll

salus-log-verify = Jedes Byte des Protokolls prüfen; 0: gut, 1: schlecht, 2: konnte nicht nachsehen
    .checkpoint = Ein anderswo aufbewahrter Kontrollpunkt, den das Protokoll enthalten muss
    .after =
        Beispiele:
          salus log verify
          salus log verify --checkpoint /media/witness/checkpoint --data /var/lib/salus

salus-log-show = Einträge des Protokolls zeigen
    .cell = Der Name der Zelle; ohne ihn der Baum der Plattform selbst
    .from = Ab diesem Eintrag
    .last = So viele der neuesten Einträge, statt --from und --limit
    .limit = Höchstens so viele
    .after =
        Beispiele:
          salus log show                    Änderungen des Vertrauens, auf der ganzen Plattform
          salus log show --cell praxis-sonnenberg --last 20
          salus log show --cell praxis-sonnenberg --from 1000 --limit 50

salus-index = Die Suchindexe

salus-index-status = Wie es den Indexen geht: Stand, Datensätze, Segmente, Bytes
    .after =
        Beispiele:
          salus index status
          salus index status --json --data /var/lib/salus

salus-index-rebuild = Einen Index aus den versiegelten Wörtern der Datensätze neu machen, während der alte antwortet
    .cell = Der Name der Zelle; ohne ihn alle
    .no_wait = Nicht auf das Ende warten; salus index status zeigt, wie weit es ist
    .after =
        Beispiele:
          salus index rebuild
          salus index rebuild --cell praxis-sonnenberg --no-wait

salus-index-extract = Verlangen, dass Wörter neu erschlossen werden, nach Suchparametern, die später kamen; ein Zweiter gibt es frei
    .cell = Der Name der Zelle
    .client = Der Client dessen, der es verlangt; ohne ihn, wer diesen Rechner benutzen darf
    .secret_file = Eine Datei mit dem Geheimnis des Clients, `-` für die Standardeingabe
    .after =
        Beispiele:
          salus index extract --cell praxis-sonnenberg
          salus index extract --cell praxis-sonnenberg --client 3f0c... --secret-file geheim.txt

        Das öffnet, in einem eigenen Prozess, alle Datensätze, für die ein eigener Suchparameter der Zelle
        gilt und die vor ihm geschrieben wurden. Heraus kommen nur versiegelte Wörter. Jemand anderes gibt
        es binnen sieben Tagen mit salus index approve frei; beides steht im Protokoll.

salus-index-approve = Eine Erschließung freigeben, die jemand anderes verlangt hat, und ausführen
    .cell = Der Name der Zelle
    .client = Der Client dessen, der freigibt; ohne ihn, wer diesen Rechner benutzen darf
    .secret_file = Eine Datei mit dem Geheimnis des Clients, `-` für die Standardeingabe
    .no_wait = Nicht auf das Ende warten; salus index status zeigt, wie weit es ist
    .after =
        Beispiele:
          salus index approve --cell praxis-sonnenberg --client 3f0c... --secret-file geheim.txt
          salus index approve --cell praxis-sonnenberg --no-wait

        Ein Client zum Freigeben: salus client create --role approver --cell praxis-sonnenberg --name NAME

salus-scope = Wer was bekommen hat: Patienten und Datensatzversionen, die herausgegeben wurden
    .cell = Der Name der Zelle; entfällt, wo die anderen Angaben sie nennen oder es nur eine gibt
    .session = Von einer Sitzung
    .principal = Von einem Subjekt, in allen Sitzungen
    .client = Von einem Client, in allen Sitzungen
    .device = Von einem Passkey: die Sitzungen, die er begonnen hat
    .address = Von einer Netzadresse oder einem Netz: 192.0.2.7 oder 192.0.2.0/24
    .patients = Alle Patienten mit allen Versionen in diese Datei schreiben, ein JSON-Dokument je Zeile; darf nicht da sein
    .proof = Die Einträge und was sie beweist in diese Datei schreiben; darf nicht da sein. Sie öffnet wer und wen ihrer Monate: nur versiegelt weitergeben
    .from = Ab dieser Zeit: 2026-11-22 oder 2026-11-22T17:00:00+01:00
    .to = Bis zu dieser Zeit
    .after =
        Beispiele:
          salus scope --client 3f0c...  --from 2026-11-01 --to 2026-12-01
          salus scope --session 77ab... --json
          salus scope --cell praxis-sonnenberg --address 192.0.2.0/24 --from 2026-11-27 --patients affected.ndjson

        Alles Angegebene muss zutreffen. docs/incident.md sagt, was die Kategorien enthalten.

salus-drill = Ein Vorfall anderer, an einem eigenen Server nachgespielt, mit Zahlen

salus-drill-mediboard = Ein gestohlenes privilegiertes Konto nimmt auf sechs Wegen alles, was es bekommt
    .patients = Erfundene Patienten, die beraubt werden
    .json = Wohin die Zahlen als JSON geschrieben werden
    .page = Wohin die Seite mit dem Bild geschrieben wird [Vorgabe: ./drill-mediboard.html]
    .dir = Wo der Server der Übung liegt, während sie läuft; es darf ihn noch nicht geben [Vorgabe: ein Ordner für Vorübergehendes]
    .keep = Dieses Verzeichnis behalten
    .after =
        Beispiele:
          salus drill mediboard
          salus drill mediboard --patients 1000 --json drill.json
          salus drill mediboard --patients 758912 --data /var/tmp/drill

        Der Befehl macht einen eigenen Server mit erfundenen Patienten, beraubt ihn und löscht ihn. Bei
        weniger als 10.000 Patienten sind die Budgets im selben Maß kleiner. Ende 0: niemand bekam mehr als
        ein Budget, und alles Genommene steht im Umfang; 1: doch; 2: es war nicht zu spielen.

salus-person = Menschen, die sich mit Passkeys anmelden

salus-person-invite = Jemanden in eine Zelle aufnehmen und den Einmallink ausgeben
    .cell = Der Name der Zelle
    .name = Der Name, wie er auf den Seiten steht
    .role = Was die Person darf
    .practitioner = Die Id des FHIR-Practitioners, der die Person ist
    .after =
        Beispiele:
          salus person invite --cell praxis-sonnenberg --name 'Dr. Ada Muster' --role physician
          salus person invite --cell praxis-sonnenberg --name 'Bea Beispiel' --role practice-administrator

        Rollen: physician, medical-assistant, locum, insurer-clerk, practice-administrator. Der Link gilt einmal, drei Tage lang.

salus-person-list = Die Menschen einer Zelle zeigen
    .cell = Der Name der Zelle
    .after =
        Beispiel:
          salus person list --cell praxis-sonnenberg

salus-person-revoke = Eine Person sperren, wieder zulassen oder ausschließen; was endet, endet sofort
    .person = Die Id der Person
    .suspend = Nur bis sie wieder zugelassen wird
    .restore = Eine gesperrte Person wieder zulassen
    .after =
        Beispiele:
          salus person revoke --person 3f0c...
          salus person revoke --person 3f0c... --suspend
          salus person revoke --person 3f0c... --restore

salus-person-passkeys = Die Passkeys einer Person zeigen, oder einen mit den Sitzungen beenden, die er begann
    .cell = Der Name der Zelle; ohne ihn ist ein Betreiber gemeint
    .person = Die Id der Person
    .revoke = Der Passkey, der enden soll
    .after =
        Beispiele:
          salus person passkeys --cell praxis-sonnenberg --person 3f0c...
          salus person passkeys --cell praxis-sonnenberg --person 3f0c... --revoke 77ab...

salus-person-recover = Passkeys und Sitzungen einer Person beenden und einen neuen Einmallink ausgeben
    .person = Die Id der Person
    .after =
        Beispiel:
          salus person recover --person 3f0c...

        Für alle, die ihre Passkeys verloren haben oder deren erster Link abgelaufen ist.

salus-operator = Betreiber: Sie betreiben die Plattform und erreichen keinen Patienten

salus-operator-invite = Jemanden aufnehmen, der die Plattform betreibt und keinen Patienten erreicht, und den Einmallink ausgeben
    .name = Der Name
    .after =
        Beispiel:
          salus operator invite --name 'Olga Operator'

salus-operator-list = Die Betreiber zeigen
    .after =
        Beispiel:
          salus operator list

salus-incident = Nach einem Diebstahl: was inzwischen geändert wurde, wessen ein angebotenes Muster ist, was Ermittler bekommen

salus-incident-changes = Jede Änderung des Vertrauens seit einem Zeitpunkt: was eine Hintertür wäre
    .since = Ab dieser Zeit: 2026-11-22 oder 2026-11-22T17:00:00+01:00
    .cell = Der Name der Zelle
    .after =
        Beispiele:
          salus incident changes --since 2026-11-27T22:00:00+01:00
          salus incident changes --since 2026-11-27 --cell praxis-sonnenberg --json

        Ohne --cell: von der Plattform und von jeder Zelle. Was `umkehrbar` ist, macht salus incident revert rückgängig.

salus-incident-revert = Änderungen des Vertrauens rückgängig machen, als neue Einträge des Protokolls
    .cell = Der Name der Zelle; ohne ihn Einträge der Plattform, mit --all-by alles
    .entries = Die Einträge
    .all_by = Alles, was dieses Subjekt tat oder was in dieser Sitzung geschah
    .since = Ab dieser Zeit
    .after =
        Beispiele:
          salus incident revert --cell praxis-sonnenberg 1703 1688
          salus incident revert --all-by 3f0c... --since 2026-11-27

salus-incident-match = Ein Muster, das zum Kauf angeboten wird: ist es unseres, von wann, und durch wessen Sitzungen ging es
    .file = Das Muster
    .cell = Der Name der Zelle; entbehrlich, wo es nur eine gibt
    .client = Der Client dessen, der freigibt, neben dem, der an der Maschine ist
    .secret_file = Eine Datei mit dem Geheimnis des Clients, `-` für die Standardeingabe
    .from = Sitzungen ab dieser Zeit [Vorgabe: seit das Muster wahr sein kann]
    .to = Sitzungen bis zu dieser Zeit
    .rows = Was aus jeder Zeile wurde in diese Datei schreiben, ein JSON-Dokument je Zeile; sie darf nicht da sein
    .after =
        Beispiele:
          salus incident match muster.csv --cell praxis-sonnenberg --client 3f0c... --secret-file geheim.txt
          salus incident match muster.ndjson --cell praxis-sonnenberg --client 3f0c... --secret-file - --json

        CSV mit Kopfzeile, JSON, ein JSON-Dokument je Zeile (FHIR oder flach) oder einfache Zeilen; höchstens 20.000 Zeilen und 64 MiB.
        Es braucht zwei: wer an der Maschine ist, und den Client eines Freigebenden (salus client create --role approver).
        Wer geöffnet wird, zählt und steht im Protokoll wie alle; erfundene Patienten lösen hier keinen Alarm aus.

        Zugänge und Sitzungen enden, eine Rolle oder ein Status ist wieder wie zuvor, eine Einladung wird zurückgezogen;
        wer aufgenommen wurde, wird ausgesetzt.

salus-incident-evidence = Ein versiegeltes Paket für Ermittler: der Umfang mit Beweis, Änderungen, Alarme, was angehalten ist, Kontrollpunkte, eine Übersicht
    .cell = Der Name der Zelle; entbehrlich, wo die anderen Angaben ihn sagen oder es nur eine gibt
    .session = Einer Sitzung
    .principal = Eines Subjekts, in allen Sitzungen
    .client = Eines Clients, in allen Sitzungen
    .device = Eines Passkeys: die Sitzungen, die er begonnen hat
    .address = Von einer Netzadresse oder einem Netz: 192.0.2.7 oder 192.0.2.0/24
    .from = Ab dieser Zeit: 2026-11-22 oder 2026-11-22T17:00:00+01:00
    .to = Bis zu dieser Zeit
    .recipient = Der öffentliche Schlüssel dessen, der ermittelt, oder eine Datei damit
    .out = Das Paket; es darf nicht da sein
    .witness = Der Ordner eines Zeugen, dessen Kontrollpunkte hineinkommen; mehrfach möglich
    .after =
        Beispiele:
          salus incident evidence --session 77ab... --recipient salus-evidence-1-5f0c... --out fall.salus
          salus incident evidence --cell praxis-sonnenberg --from 2026-11-27 --recipient polizei.pub --witness /media/zeuge --out fall.salus

        Wer ermittelt, macht den Schlüssel mit salus incident key und öffnet das Paket mit salus incident open.
        Es nennt keinen Patienten außer unter Pseudonym; sein Beweis öffnet wer und wen seiner Monate für jeden mit einer Kopie des Protokolls.

salus-incident-key = Einen Schlüssel machen, auf den Pakete versiegelt werden: das Geheimnis in eine Datei, die öffentliche Hälfte auf die Standardausgabe
    .out = Die Datei für das Geheimnis; sie darf nicht da sein
    .after =
        Beispiel:
          salus incident key --out ermittler.key

salus-incident-open = Ein Paket öffnen, Prüfsummen und Signatur prüfen, und seine Dateien in einen Ordner schreiben
    .file = Das Paket
    .key = Die Datei mit dem Geheimnis
    .out = Der Ordner für den Inhalt; er darf nicht da sein
    .after =
        Beispiele:
          salus incident open fall.salus --key ermittler.key --out fall/
          python3 tests/verify_evidence.py fall/ --verifier-keys verifier-keys
salus-role = Was die Rollen einer Zelle dürfen: die Regeln, was andere ändern würden, frühere

salus-role-list = Was jede Rolle einer Zelle darf, und wer sie hat
    .cell = Der Name der Zelle
    .after =
        Beispiel:
          salus role list --cell praxis-sonnenberg

salus-role-show = Die Regeln dahinter, als Cedar-Text
    .cell = Der Name der Zelle
    .version = Die dieses Eintrags, oder die, mit denen Salus kommt: own
    .after =
        Beispiele:
          salus role show --cell praxis-sonnenberg > rules.cedar
          salus role show --cell praxis-sonnenberg --version 1703
          salus role show --cell praxis-sonnenberg --version own

salus-role-propose = Was andere Regeln ändern würden, und für wen; mit --set treten sie in Kraft
    .cell = Der Name der Zelle
    .file = Die Regeln, als Cedar-Text
    .set = Sie in Kraft setzen
    .reason = Warum; es bleibt für immer im Protokoll
    .after =
        Beispiele:
          salus role propose --cell praxis-sonnenberg rules.cedar
          salus role propose --cell praxis-sonnenberg rules.cedar --set --reason 'less at the desk'

        Wovon Regeln sprechen können, und was keine von ihnen aufhebt: docs/roles.md

salus-role-history = Frühere Regeln, die neuesten zuerst
    .cell = Der Name der Zelle
    .after =
        Beispiel:
          salus role history --cell praxis-sonnenberg

salus-role-revert = Frühere Regeln wieder in Kraft setzen
    .cell = Der Name der Zelle
    .version = Die dieses Eintrags, oder die, mit denen Salus kommt: own
    .after =
        Beispiele:
          salus role revert --cell praxis-sonnenberg 1703
          salus role revert --cell praxis-sonnenberg own

salus-codes = Codelisten von Herausgebern (ICD-10-GM, LOINC), nach denen Codes geprüft werden

salus-codes-add = Codelisten hinzufügen, wie ihre Herausgeber sie abgeben; ihre Codes werden von da an geprüft
    .url = Die URL des Codesystems, wo die Datei sie nicht sagt
    .version = Die Version, wo weder die Datei noch ihr Name sie sagt
    .cell = Nur in diesen Zellen [Vorgabe: in allen]
    .reason = Warum; es bleibt für immer im Protokoll
    .files = Codelisten
    .after =
        Beispiele:
          salus codes add icd10gm2026syst_kodes.txt
          salus codes add --cell praxis-sonnenberg --version 2.80 Loinc.csv

        ICD-10-GM des BfArM (ClaML oder die Textdatei der Kodes) und die CSV-Datei von LOINC; jede wird ein Paket wie andere:
        salus package list, salus package remove

salus-package = Pakete mit Profilen, nach denen geprüft wird, was geschrieben wird

salus-package-add = Pakete mit Profilen hinzufügen, in beliebiger Reihenfolge; was eines ihrer Profile angibt, muss es von da an einhalten
    .check = Wie streng [Vorgabe: strict für kbv.ita.*, sonst fhir]
    .cell = Nur in diesen Zellen [Vorgabe: in allen]
    .reason = Warum; es bleibt für immer im Protokoll
    .files = Pakete (.tgz)
    .after =
        Beispiele:
          salus package add kbv.ita.eau-1.2.1.tgz kbv.ita.for-1.2.1.tgz kbv.basis-1.7.0.tgz
          salus package add --cell praxis-sonnenberg --check strict house.profiles-2.0.0.tgz

        Dateien, wie Registries sie haben: NAME-VERSION.tgz. Welche Version für ein Dokument gilt, sagt dessen Datum:
        docs/profiles.md

salus-package-list = Die Pakete jeder Zelle, was wann gilt, und wie geprüft wird
    .cell = Nur von dieser Zelle
    .after =
        Beispiel:
          salus package list --cell praxis-sonnenberg

salus-package-remove = Pakete herausnehmen: Ihre Profile sind dann unbekannt, und wer sie angibt, wird nur gewarnt
    .cell = Nur in diesen Zellen [Vorgabe: in allen]
    .reason = Warum; es bleibt für immer im Protokoll
    .packages = NAME für alle Versionen, oder NAME@VERSION
    .after =
        Beispiele:
          salus package remove kbv.ita.eau@1.2.0
          salus package remove --cell praxis-sonnenberg kbv.ita.eau

salus-package-tidy = Die Dateien von Paketen, die keine Einstellungen mehr nennen, zeigen oder entfernen
    .cell = Nur, was die Verwaltung dieser Zellen gebracht hat [Vorgabe: von allen, und was am Rechner hinzugefügt wurde]
    .remove = Sie entfernen
    .after =
        Beispiele:
          salus package tidy
          salus package tidy --remove

        Zeigt nur, außer es soll entfernen. Frühere Einstellungen, die ein entferntes Paket nennen, lassen sich wieder einsetzen, gelten dafür aber
        erst, wenn es wieder hinzugefügt ist.

salus-package-mode = Wie Zellen prüfen: Importe, verlangte Profile, Strenge, welche Version wann gilt
    .import = Was aus dem wird, was ein Import bringt und ein Profil verletzt: ablehnen (refuse) oder mit Warnung speichern (warn)
    .demand = Jede Ressource dieses Typs muss dieses Profil einhalten, ob sie es angibt oder nicht
    .free = Von diesem Typ wird nichts mehr verlangt
    .strict = Was ein Profil dieses Pakets angibt, wird geprüft, wie die KBV prüft
    .fhir = Was ein Profil dieses Pakets angibt, wird geprüft, wie FHIR es vorsieht
    .table = Welche Version wann gilt: eine Datei, oder die der KBV: kbv
    .cell = Nur in diesen Zellen [Vorgabe: in allen]
    .reason = Warum; es bleibt für immer im Protokoll
    .after =
        Beispiele:
          salus package mode --import warn
          salus package mode --cell praxis-sonnenberg --demand Patient=https://example.org/StructureDefinition/patient
          salus package mode --fhir house.profiles --table validity.txt

        Das Format der Tabelle, und die, die ohne gilt: docs/profiles.md

salus-package-show = Die Einstellungen als Text
    .cell = Der Name der Zelle
    .version = Die dieses Eintrags
    .after =
        Beispiele:
          salus package show --cell praxis-sonnenberg
          salus package show --cell praxis-sonnenberg --version 1703

salus-package-history = Frühere Einstellungen, die neuesten zuerst
    .cell = Der Name der Zelle
    .after =
        Beispiel:
          salus package history --cell praxis-sonnenberg

salus-package-revert = Frühere Einstellungen wieder in Kraft setzen
    .cell = Der Name der Zelle
    .version = Die dieses Eintrags, oder die, mit denen Salus kommt: own
    .after =
        Beispiele:
          salus package revert --cell praxis-sonnenberg 1703
          salus package revert --cell praxis-sonnenberg own

salus-validate = Dateien nach R4 und Paketen mit Profilen prüfen, ohne Server
    .package = Ein Paket mit Profilen, nach dem geprüft wird (.tgz); welche von mehreren Versionen gilt, sagt das Datum des Dokuments
    .profile = Ein Profil, das jede Ressource einhalten muss, ob sie es angibt oder nicht
    .check = Wie streng [Vorgabe: strict für das, was Profile von kbv.ita.* angibt, sonst fhir]
    .files = Ressourcen, in JSON oder XML; eine darf die Standardeingabe sein: -
    .after =
        Beispiele:
          salus validate note.xml
          salus validate --package kbv.ita.eau-1.2.1.tgz --package kbv.ita.for-1.2.1.tgz --check strict *.xml
          salus validate --profile http://hl7.org/fhir/StructureDefinition/bodyweight weight.json

        Es braucht keinen Server. 0: alle sind gültig; 1: eine ist es nicht; 2: etwas ließ sich nicht lesen.

salus-alarm = Alarme: was ausgelöst wurde, wer es gesehen hat, nach welchen Regeln

salus-alarm-list = Was einen Alarm ausgelöst hat, das Neueste zuerst
    .cell = Der Name der Zelle
    .after =
        Beispiele:
          salus alarm list --cell praxis-sonnenberg
          salus alarm list --cell praxis-sonnenberg --json

salus-alarm-acknowledge = Alarme als gesehen vermerken
    .cell = Der Name der Zelle
    .alarm = Der Eintrag, der ihn auslöste
    .all = Alle
    .after =
        Beispiele:
          salus alarm acknowledge --cell praxis-sonnenberg 1703
          salus alarm acknowledge --cell praxis-sonnenberg --all

salus-alarm-restore = Eine Sitzung wieder freigeben, die ein Alarm angehalten hat
    .cell = Der Name der Zelle
    .session = Die Sitzung
    .after =
        Beispiele:
          salus alarm restore --cell praxis-sonnenberg 77ab...

salus-alarm-rules = Wonach Alarme ausgelöst werden: zeigen, oder ändern, was genannt ist
    .cell = Der Name der Zelle
    .changes = Was geändert wird
    .after =
        Beispiele:
          salus alarm rules --cell praxis-sonnenberg
          salus alarm rules --cell praxis-sonnenberg refusals=25 refusals-minutes=5 canary-suspends=false
          salus alarm rules --cell praxis-sonnenberg sent=canary,tampering,budget-spent

        Was jede Regel bedeutet, und ihre Grenzen: docs/alarms.md

salus-alarm-test = Allen, die von Alarmen benachrichtigt werden, eine Nachricht senden, die kein Alarm ist, und sagen, was daraus wurde
    .after =
        Beispiele:
          salus alarm test
          salus alarm test --config /etc/salus/salus.toml --data /var/lib/salus

        Gesendet wird von diesem Befehl, mit den Einstellungen unter [alarms]; der Server muss nicht laufen.

salus-canary = Patienten, die es nicht gibt: wer einen öffnet, verrät sich

salus-canary-add = Patienten anlegen, die es nicht gibt: wer einen öffnet, verrät sich
    .cell = Der Name der Zelle
    .count = Wie viele
    .country = In welchem Land sie leben: de oder fr
    .practitioner = Ids von Practitioners der Praxis, die sie behandelt haben
    .organization = Die Id der Organization der Praxis
    .insurer = Ids von Organizations der Versicherer in der Zelle; sonst ist ein Versicherer nur benannt
    .place = Wo die Patienten der Praxis leben, etwa "10115 Berlin"; sonst in Freiburg oder Lyon
    .after =
        Beispiele:
          salus canary add --cell praxis-sonnenberg --practitioner 12ab... --organization 7c0e... --count 3

        Am besten, während Patienten eingelesen werden, zwischen zwei Teilen davon. Ihre Einträge verweisen auf die
        genannten Ärztinnen und Ärzte, die Praxis und die Versicherer, die es dort geben muss. docs/alarms.md sagt,
        was niemand unterscheiden kann.

salus-canary-list = Ihre Ids
    .cell = Der Name der Zelle
    .after =
        Beispiele:
          salus canary list --cell praxis-sonnenberg

salus-canary-remove = Einen zu einer gewöhnlichen Akte machen, deren Öffnen keinen Alarm auslöst
    .cell = Der Name der Zelle
    .patient = Die Id des Patienten
    .after =
        Beispiele:
          salus canary remove --cell praxis-sonnenberg 5f0c...

        Die Akte bleibt; sie wird gelöscht wie jede andere.
salus-contain = Jemanden oder etwas sofort anhalten, und ebenso leicht wieder freigeben

salus-contain-session = Eine Sitzung anhalten: nichts wird mehr zugelassen, und nichts davon wird noch gesendet
    .id = Die id der Sitzung
    .cell = Der Name der Zelle; entbehrlich, wenn es nur eine gibt
    .reason = Warum; bleibt für immer im Protokoll lesbar: nennen Sie keinen Patienten
    .after =
        Beispiel:
          salus contain session 77ab... --cell praxis-sonnenberg --reason 'kopiertes Cookie'

salus-contain-person = Eine Person anhalten: alle ihre Sitzungen, auch neue
    .id = Die id der Person
    .cell = Der Name der Zelle; entbehrlich, wenn es nur eine gibt
    .reason = Warum; bleibt für immer im Protokoll lesbar: nennen Sie keinen Patienten
    .after =
        Beispiel:
          salus contain person 3f0c... --cell praxis-sonnenberg --reason 'Telefon gestohlen'

salus-contain-device = Einen Passkey anhalten: alle Sitzungen, die er begann, auch neue
    .id = Die id des Passkeys
    .cell = Der Name der Zelle; entbehrlich, wenn es nur eine gibt
    .reason = Warum; bleibt für immer im Protokoll lesbar: nennen Sie keinen Patienten
    .after =
        Beispiel:
          salus contain device 51d0... --cell praxis-sonnenberg

salus-contain-client = Eine Anwendung anhalten: alle ihre Sitzungen, auch neue
    .id = Die id des Clients
    .cell = Der Name der Zelle; entbehrlich, wenn es nur eine gibt
    .reason = Warum; bleibt für immer im Protokoll lesbar: nennen Sie keinen Patienten
    .after =
        Beispiel:
          salus contain client 3f0c... --cell praxis-sonnenberg

salus-contain-cell = Alle Sitzungen einer Zelle anhalten; man meldet sich mit dem Passkey neu an
    .name = Der Name der Zelle
    .reason = Warum; bleibt für immer im Protokoll lesbar: nennen Sie keinen Patienten
    .after =
        Beispiel:
          salus contain cell praxis-sonnenberg --reason 'ein gestohlener Laptop, wessen ist nicht bekannt'

salus-contain-everyone = Alle Sitzungen aller Zellen anhalten; man meldet sich mit dem Passkey neu an
    .reason = Warum; bleibt für immer im Protokoll lesbar: nennen Sie keinen Patienten
    .after =
        Beispiel:
          salus contain everyone --reason 'beim Anbieter wurde eingebrochen'

salus-contain-quarantine = Eine Zelle abtrennen: nichts wird gelesen; was Anwendungen bringen, wird angenommen, versiegelt und aufbewahrt
    .name = Der Name der Zelle
    .except = Eine Person, die inzwischen im Notfall lesen darf
    .until = Bis wann: 2026-11-28T18:00:00+01:00
    .end_exception = Eine Person, die das nicht mehr darf
    .lift = Wieder anschließen
    .reason = Warum; bleibt für immer im Protokoll lesbar: nennen Sie keinen Patienten
    .after =
        Beispiele:
          salus contain quarantine praxis-sonnenberg --reason 'Erpresserbrief auf einem Schreibtisch'
          salus contain quarantine praxis-sonnenberg --except 3f0c... --until 2026-11-28T18:00:00+01:00
          salus contain quarantine praxis-sonnenberg --end-exception 3f0c...
          salus contain quarantine praxis-sonnenberg --lift

        Wer ausgenommen ist, darf im Notfall lesen (Zweck ETREAT), höchstens 72 Stunden lang.

salus-contain-undo = Freigeben, was ein Eintrag anhält: was darunter fiel, gilt wieder
    .entry = Die Nummer des Eintrags, wie `contain` und `contain status` sie nennen
    .cell = Der Name der Zelle; entbehrlich, wenn es nur eine gibt
    .everyone = Es wurden alle angehalten
    .after =
        Beispiele:
          salus contain undo 1703 --cell praxis-sonnenberg
          salus contain undo 12 --everyone

salus-contain-status = Was angehalten ist, wer angemeldet ist, und wer im Notfall lesen darf
    .cell = Der Name der Zelle; entbehrlich, wenn es nur eine gibt
    .after =
        Beispiele:
          salus contain status --cell praxis-sonnenberg
          salus contain status --json
salus-blast-radius = Wie weit jeder Zugang reicht: die meisten Patienten in einer Stunde, einem Tag und 30 Tagen, das Schlimmste zuerst
    .cell = Der Name der Zelle; ohne ihn jede Zelle
    .after =
        Beispiele:
          salus blast-radius --cell praxis-sonnenberg
          salus blast-radius --json

salus-budget = Wie viele Patienten Menschen und Anwendungen erreichen dürfen

salus-budget-show = Zeigen, was von jedem Budget einer Zelle verbraucht ist, und wer was bis wann erhöht hat
    .cell = Der Name der Zelle
    .after =
        Beispiel:
          salus budget show --cell praxis-sonnenberg --json

salus-budget-set = Ein Budget dauerhaft ändern; was nicht gesagt ist, bleibt
    .cell = Der Name der Zelle
    .principal = Wessen, nach Kennung; ohne sie das der Zelle als Ganzer
    .after =
        Beispiele:
          salus budget set --cell praxis-sonnenberg --chart-day 2000
          salus budget set --cell praxis-sonnenberg --principal 3f0c... --chart-30-days 1500

salus-budget-suggest = Zeigen, was das eigene Protokoll der Zelle für jede Rolle vorschlägt; ändert nichts
    .cell = Der Name der Zelle
    .after =
        Beispiel:
          salus budget suggest --cell praxis-sonnenberg

salus-budget-raise-end = Eine Erhöhung sofort zurücknehmen
    .cell = Der Name der Zelle
    .principal = Wessen, nach Kennung; ohne sie die der Zelle als Ganzer
    .raise = Die Nummer der Erhöhung, aus `salus budget show`
    .after =
        Beispiel:
          salus budget raise-end --cell praxis-sonnenberg --principal 3f0c... --raise 4711
