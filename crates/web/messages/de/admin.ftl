# Verwaltung: Personen, Rollen, Anwendungen, Protokoll, Prüfpunkte.
admin-overview = Überblick
admin-people = Personen
admin-roles = Rollen
admin-clients = Anwendungen
admin-log = Zugriffsprotokoll
admin-checkpoints = Prüfpunkte
admin-back = Zurück
admin-not-done = Das wurde nicht gemacht
admin-not-done-what = Es wurde nichts geändert.
admin-once = Das wurde schon abgeschickt
admin-once-what = Dieses Formular wurde schon einmal abgeschickt, oder es stand zu lange offen. Einen Link oder ein Geheimnis zeigt Salus nur einmal; es wurde nichts Neues angelegt.
admin-once-again = Haben Sie nicht notiert, was gezeigt wurde? Dann sehen Sie nach, ob es da ist, und erstellen Sie dafür einen neuen Link oder einen neuen Zugang.
admin-not-yours = Hier kommt nur die Verwaltung der Praxis hinein
admin-not-yours-who = Sie sind angemeldet als { $name } ({ $role }). Wer Akten öffnet, verwaltet nicht auch Personen: So kann kein einzelner Zugang beides.
admin-not-yours-help = Wenn jemand Neues einen Zugang braucht, Ihnen ein Passkey fehlt oder Sie eine andere Rolle brauchen: Fragen Sie die Person, die Ihre Praxis verwaltet. Sie kann das sofort erledigen.
admin-invalid = Das geht bei dieser Person nicht, oder nicht durch Sie: Wozu es eine zweite Person braucht, das muss jemand anders aus der Verwaltung tun.
admin-just-now = gerade eben
admin-ago-minutes = { $count ->
    [one] vor { $count } Minute
   *[other] vor { $count } Minuten
}
admin-ago-hours = { $count ->
    [one] vor { $count } Stunde
   *[other] vor { $count } Stunden
}
admin-ago-days = { $count ->
    [one] vor { $count } Tag
   *[other] vor { $count } Tagen
}
admin-in-minutes = { $count ->
    [one] in { $count } Minute
   *[other] in { $count } Minuten
}
admin-in-hours = { $count ->
    [one] in { $count } Stunde
   *[other] in { $count } Stunden
}
admin-in-days = { $count ->
    [one] in { $count } Tag
   *[other] in { $count } Tagen
}

# Überblick
admin-count-people = { $count ->
    [one] { $count } Person
   *[other] { $count } Personen
}
admin-count-clients = { $count ->
    [one] { $count } Anwendung
   *[other] { $count } Anwendungen
}
admin-count-sessions = { $count ->
    [one] { $count } angemeldet
   *[other] { $count } angemeldet
}
admin-alone = Es gibt nur eine Person in der Verwaltung. Geht ihr Passkey verloren, kann hier niemand helfen: Laden Sie eine zweite ein.
admin-worst = Am weitesten reichen
admin-worst-lead = Was jemand bekäme, der einen dieser Zugänge stiehlt, ehe ihn jemand sperrt. Der Ring zeigt, was in den letzten 24 Stunden wirklich geöffnet wurde.
admin-worst-what = Akten von { $day } Patienten in 24 Stunden, von { $month } in 30 Tagen
admin-worst-none = Kein Zugang öffnet Akten.
admin-refused-today = Heute abgewiesen
admin-refused-none = Heute wurde nichts abgewiesen.
admin-more-than = mehr als { $count }
admin-one-passkey = Mit nur einem Passkey
admin-one-passkey-what = Geht er verloren, kommt die Person nicht mehr hinein, bis die Verwaltung hilft. Ein zweiter braucht eine Minute: Jede Person legt ihn auf der Anmeldeseite an.
admin-one-passkey-none = Niemand hat nur einen Passkey.
admin-waiting = Eingeladen, noch nicht angemeldet
admin-waiting-none = Keine Einladung wartet.
admin-good-minutes = { $count ->
    [one] gilt noch { $count } Minute
   *[other] gilt noch { $count } Minuten
}
admin-good-hours = { $count ->
    [one] gilt noch { $count } Stunde
   *[other] gilt noch { $count } Stunden
}
admin-good-days = { $count ->
    [one] gilt noch { $count } Tag
   *[other] gilt noch { $count } Tage
}
admin-good-until = der Link endet { $time }
admin-link-ended = der Link ist abgelaufen

# Personen
admin-name = Name
admin-role = Rolle
admin-passkeys = Passkeys
admin-used = Zuletzt benutzt
admin-unused = nie benutzt
admin-never = nie
admin-added = Hinzugefügt
admin-none = keiner
admin-invited = eingeladen
admin-only-one = kein zweiter
admin-reach = Akten von { $used } der { $limit } möglichen Patienten in 24 Stunden
admin-reach-head = Akten, 24 Std.
admin-reach-what = Die Akten wie vieler verschiedener Patienten in den letzten 24 Stunden geöffnet wurden, und wie viele es sein dürfen
admin-opens-none = öffnet keine Akten
admin-gone = { $count ->
    [one] { $count } ausgeschiedene Person
   *[other] { $count } ausgeschiedene Personen
}
admin-status-active = aktiv
admin-status-suspended = gesperrt
admin-status-revoked = ausgeschieden
admin-you = Sie
admin-their-log = Einträge im Protokoll
admin-synced = synchronisiert
admin-synced-what = Liegt auch auf anderen Geräten dieser Person
admin-link-waits = Noch nicht angemeldet. Der geschickte Link gilt bis { $time } Uhr.
admin-link-none = Kein Passkey, und kein Link, der noch gilt.
admin-passkey-unnamed = ohne Namen
admin-passkey-remove = Entfernen …
admin-self-passkeys = Um Ihre eigenen Passkeys kümmern Sie sich auf der Anmeldeseite, mit einem Passkey. Sollten alle verloren sein, hilft jemand anders aus der Verwaltung.
admin-second-how = Einen zweiten Passkey legt die Person selbst auf der Anmeldeseite an („Ihre Passkeys“), mit dem ersten.
admin-invite-again = Neuen Link erstellen
admin-recover = Alle Passkeys sind verloren …
admin-access = Zugang
admin-suspend = Sperren
admin-suspend-what = Gesperrt ist die Person sofort abgemeldet und kann sich nicht anmelden. Sie können sie jederzeit wieder freigeben.
admin-suspended-what = Diese Person kann sich nicht anmelden. Ihre Passkeys bleiben erhalten.
admin-restore = Wieder freigeben
admin-revoke = Für immer beenden …
admin-about = Zur Person
admin-sessions = Gerade angemeldet
admin-change = Ändern
admin-role-what = Die neue Rolle gilt sofort, auch wo die Person gerade angemeldet ist. Was jede darf:
admin-name-right = Name
admin-practitioner = Als Behandler geführt
admin-practitioner-hint = Die Kennung des Practitioner, der diese Person ist: Dann gehören ihr Termine und Einträge. Die Verwaltung öffnet keine Akten, darum prüft hier niemand, ob es ihn gibt: Bei einer falschen Kennung nennen ihre Einträge einen Behandler, den niemand findet.
admin-error-describe = Es braucht einen Namen mit höchstens 200 Zeichen; die Kennung eines Behandlers besteht aus Buchstaben, Ziffern, Bindestrichen und Punkten.
admin-done-suspended = { $name } ist gesperrt und überall abgemeldet.
admin-done-active = { $name } kann sich wieder anmelden.
admin-done-role = { $name } hat ab jetzt eine andere Rolle.
admin-done-name = Gespeichert: { $name }
admin-done-passkey = Mit dem Passkey von { $name } kann sich niemand mehr anmelden.
admin-done-revoked = Der Zugang von { $name } ist beendet.
admin-person-new = Jemanden einladen
admin-person-next = Als Nächstes bekommen Sie einen Link, den die Person einmal öffnet, um ihren Passkey anzulegen. Sie sehen ihn nur einmal.
admin-invite = Link erstellen
admin-name-hint = So, wie man sie in der Praxis kennt: „Dr. Ada Muster“
admin-language = Sprache
admin-error-name = Geben Sie einen Namen mit höchstens 200 Zeichen ein
admin-error-role = Wählen Sie, was die Person darf
admin-link = Einmal-Link
admin-link-for = Link für { $name }
admin-link-once = Sie sehen diesen Link nur jetzt. Wenn Sie die Seite verlassen, lässt er sich nicht noch einmal anzeigen.
admin-link-until = Gilt bis { $time } Uhr ({ $ago }), und für einen Passkey.
admin-link-how = Geben Sie ihn persönlich weiter, oder auf einem Weg, den nur diese Person liest. Sie öffnet ihn auf dem Gerät, mit dem sie arbeitet.
admin-link-whoever = Wer ihn zuerst öffnet, wird diese Person. Hatte ihn jemand anders: Erstellen Sie einen neuen Link, dann gilt dieser nicht mehr.
admin-link-no-door = Die Einladung ist erstellt, aber es gibt hier keine Anmeldeseite, zu der ein Link führen könnte. Wer den Server betreibt, muss eine einrichten; erstellen Sie dann einen neuen Link.
admin-link-kept = Ich habe den Link weitergegeben
admin-recovered = Die alten Passkeys gelten nicht mehr, und alles, was damit angemeldet war, ist beendet.
admin-copy = Kopieren
admin-copied = Kopiert
admin-for-ever = Das lässt sich nicht rückgängig machen.
admin-recover-title = Hat { $name } alle Passkeys verloren?
admin-recover-ends = Alle Passkeys von { $name } gelten sofort nicht mehr, und alles, was damit angemeldet ist, endet.
admin-recover-link = Sie bekommen einen Link, mit dem { $name } einen neuen Passkey anlegt.
admin-recover-sure = Vergewissern Sie sich, dass wirklich { $name } fragt: persönlich, oder durch Rückruf unter einer Nummer, die Sie kennen.
admin-recover-do = Passkeys beenden und Link erstellen
admin-revoke-title = Den Zugang von { $name } für immer beenden?
admin-revoke-ends = { $name } ist sofort abgemeldet und kann sich nie wieder anmelden.
admin-revoke-ever = Das lässt sich nicht zurücknehmen: Wer zurückkehrt, wird neu eingeladen. Für eine Abwesenheit genügt es, zu sperren.
admin-revoke-stays = Was { $name } geschrieben und geöffnet hat, bleibt in den Akten und im Protokoll.
admin-revoke-do = Für immer beenden
admin-passkey-title = Den Passkey „{ $passkey }“ von { $name } entfernen?
admin-passkey-ends = Mit ihm kann sich niemand mehr anmelden, und was damit angemeldet ist, endet sofort.
admin-passkey-last = Er ist der einzige: Ohne einen neuen Link kann sich die Person nicht mehr anmelden.
admin-passkey-others = Die anderen Passkeys der Person bleiben.
admin-passkey-do = Passkey entfernen

# Rollen
admin-role-physician = Ärztin oder Arzt
admin-role-medical-assistant = Medizinische Fachangestellte
admin-role-practice-administrator = Verwaltung
admin-role-operator = Betrieb
admin-role-fhir-client = Liest und schreibt
admin-role-fhir-reader = Liest nur
admin-role-importer = Bringt Akten herein
admin-role-approver = Genehmigt
admin-short-physician = öffnet und schreibt Akten
admin-short-medical-assistant = öffnet und schreibt Akten, sieht mehr Zeilen in Listen
admin-short-practice-administrator = verwaltet Personen und Anwendungen, öffnet keine Akte
admin-short-fhir-client = öffnet, durchsucht und schreibt Akten, wie ein Laborsystem
admin-short-fhir-reader = öffnet und durchsucht Akten, ändert keine
admin-short-importer = bringt Akten herein und nimmt keine heraus
admin-roles-lead = Was jede darf, und wie viele verschiedene Patienten höchstens in einer Zeit. Der Ring zeigt, wie viel davon jede Person in den letzten 24 Stunden gebraucht hat.
admin-may-read = öffnet Akten
admin-may-create = legt Einträge an
admin-may-change = ändert Einträge
admin-may-search = sucht
admin-may-administer = verwaltet Personen, Anwendungen und Protokoll
admin-may-approve = genehmigt, was am Server zwei Zustimmungen braucht
admin-yes = Ja:
admin-no = Nein:
admin-application = Anwendung
admin-budget = Verschiedene Patienten in
admin-hour = 1 Stunde
admin-day = 24 Stunden
admin-30-days = 30 Tagen
admin-charts = Akten
admin-lines = Zeilen in Listen
admin-role-nobody = Niemand hat diese Rolle.

# Anwendungen
admin-clients-lead = Laborsysteme, Geräte und andere Programme, die selbst Akten lesen oder schreiben.
admin-clients-none = Keine Anwendung hat einen Zugang.
admin-client-new = Neue Anwendung
admin-client-name-hint = Was es ist und wo: „Labor Müller, Befunde“
admin-client-may = Was sie darf
admin-client-make = Zugang erstellen
admin-size = Wie viel sie erreichen darf
admin-size-hint = Akten verschiedener Patienten in 24 Stunden. Mehr vergibt am Server, wer ihn betreibt.
admin-client-bearer = ohne Schlüssel
admin-bearer = Diese Anwendung kann keinen Schlüssel vorweisen (DPoP)
admin-bearer-hint = Nur ankreuzen, wenn es nicht anders geht: Wer ihr Zugangszeichen kopiert, handelt dann als sie. Sie erreicht höchstens ein Viertel, 62 Akten am Tag.
admin-size-small = wenige: { $count }
admin-size-workplace = so viel wie ein voller Arbeitsplatz: { $count }
admin-error-client-name = Geben Sie einen Namen mit höchstens 200 Zeichen ein
admin-secret = Geheimnis
admin-secret-for = Zugang für { $name }
admin-secret-once = Sie sehen das Geheimnis nur jetzt. Wenn Sie die Seite verlassen, lässt es sich nicht noch einmal anzeigen.
admin-secret-how = Tragen Sie alle drei in den Einstellungen der Anwendung ein (OAuth 2.0, Client Credentials).
admin-secret-kept = Ich habe es verwahrt
admin-client-id = Client-ID
admin-token-url = Token-Adresse
admin-client-revoke-title = Den Zugang von { $name } beenden?
admin-client-revoke-ends = Die Anwendung liest und schreibt ab sofort nichts mehr. Was sie gerade tut, endet.
admin-client-revoke-ever = Ihr Geheimnis gilt nie wieder; kommt sie zurück, bekommt sie einen neuen Zugang.
admin-client-revoke-do = Beenden
admin-done-client = Der Zugang der Anwendung ist beendet.
admin-clients-gone = { $count ->
    [one] { $count } beendete Anwendung
   *[other] { $count } beendete Anwendungen
}

# Das Protokoll
admin-log-title = Wer was getan hat
admin-log-lead = Jeder Zugriff und jede Änderung, das Neueste zuerst. Patienten werden hier nicht genannt: Wer eine Akte angesehen hat, steht in dieser Akte.
admin-filter-who = Person oder Anwendung
admin-filter-anybody = alle
admin-filter-kind = Was
admin-filter-anything = alles
admin-filter-any-purpose = alle
admin-filter-from = Von
admin-filter-to = Bis
admin-filter-refused = nur Abgewiesenes
admin-filter-wrong-who = Diese Person oder Anwendung gibt es hier nicht
admin-filter-wrong-choice = Das gibt es hier nicht: Wählen Sie aus der Liste
admin-filter-wrong-before = Diese Seite des Protokolls gibt es nicht
admin-filter-wrong = Was gesucht wird, ist nicht zu verstehen. Darum wird nichts gezeigt, und nicht etwa alles.
admin-filter-show = Anzeigen
admin-filter-reset = Alles
admin-kind-opened = Akten geöffnet
admin-kind-searched = Gesucht
admin-kind-written = Geschrieben
admin-kind-sign-in = An- und Abmeldungen
admin-kind-people = Personen und Passkeys
admin-kind-clients = Anwendungen
admin-kind-cell = Praxis abgetrennt
admin-kind-bookkeeping = Buchführung
admin-purpose = Zweck
admin-purpose-TREAT = Behandlung
admin-purpose-HPAYMT = Abrechnung
admin-purpose-HOPERAT = Betrieb der Praxis
admin-purpose-ETREAT = Notfall
admin-purpose-PATRQT = Auf Wunsch der Patientin oder des Patienten
admin-purpose-SYSADMIN = Verwaltung
admin-log-none = Nichts passt dazu.
admin-log-reached = Das Protokoll reicht weiter zurück, als durchgesehen wurde: weiter mit „Ältere“.
admin-log-older = Ältere
admin-log-newest = Neueste
admin-log-end = Das ist der Anfang.
admin-entry = Eintrag
admin-when = Wann
admin-asked = Gefragt
admin-patients = Patienten
admin-versions = Fassungen von Einträgen
admin-address = Netzwerkadresse
admin-log-somebody = Jemand
admin-log-system = Salus
admin-log-machine = Jemand am Server
admin-log-forgotten = hat etwas getan, dessen Einzelheiten nicht mehr aufbewahrt werden
admin-log-opened = { $count ->
    [0] hat Einträge der Praxis geöffnet
    [one] hat die Akte von { $count } Patienten geöffnet
   *[other] hat die Akten von { $count } Patienten geöffnet
}
admin-log-glimpsed = { $count ->
    [0] hat eine Liste ohne Patienten gesehen
    [one] hat { $count } Patienten in einer Liste gesehen
   *[other] hat { $count } Patienten in einer Liste gesehen
}
admin-log-searched = { $count ->
    [0] hat gesucht und niemanden gefunden
    [one] hat gesucht und { $count } Patienten erreicht
   *[other] hat gesucht und { $count } Patienten erreicht
}
admin-log-written = { $versions ->
    [one] hat { $versions } Eintrag geschrieben
   *[other] hat { $versions } Einträge geschrieben
} ({ $count ->
    [0] der Praxis
    [one] { $count } Patient
   *[other] { $count } Patienten
})
admin-log-refused = wollte { $asked } – abgewiesen: { $why }
admin-log-signed-in = hat sich mit dem Passkey „{ $passkey }“ angemeldet
admin-log-session = hat eine Sitzung begonnen
admin-log-session-ended = ist abgemeldet
admin-log-client = hat die Anwendung „{ $about }“ angelegt ({ $role })
admin-log-client-ended = hat die Anwendung „{ $about }“ beendet
admin-log-proof-required = hat bestimmt, dass die Anwendung „{ $about }“ sich bei jeder Anfrage mit ihrem Schlüssel ausweist
admin-log-bearer-allowed = hat erlaubt, dass die Anwendung „{ $about }“ sich nur mit ihrem Zugangszeichen ausweist (ohne Schlüssel)
admin-log-cut-off = hat die Praxis abgetrennt
admin-log-cut-off-because = hat gesagt, warum die Praxis abgetrennt wurde: { $reason }
admin-log-joined = hat die Praxis wieder verbunden
admin-log-held = hat { $about } angehalten
admin-log-held-all = hat alle angehalten, die angemeldet waren
admin-log-released = hat das Anhalten aus Eintrag { $hold } aufgehoben
admin-log-except = hat { $about } erlaubt, im Notfall zu lesen
admin-log-except-ended = hat { $about } das Lesen im Notfall wieder genommen
admin-log-added = hat { $about } hinzugefügt ({ $role })
admin-log-invited = hat einen Einmal-Link für { $about } erstellt
admin-log-looks-round = hat für { $about } einen Link zum Umsehen erstellt
admin-log-invitation-ended = hat einen Link zum Umsehen benutzt
admin-log-passkey-first = hat mit einem Einmal-Link den Passkey „{ $passkey }“ angelegt
admin-log-passkey-more = hat den Passkey „{ $passkey }“ hinzugefügt
admin-log-passkey-named = hat einen Passkey „{ $passkey }“ genannt
admin-log-passkey-ended = hat den Passkey „{ $passkey }“ von { $about } beendet
admin-log-passkey-gone = hat einen Passkey beendet
admin-log-used-sign-in = hat sich mit dem Passkey „{ $passkey }“ ausgewiesen
admin-log-used-list = hat die eigenen Passkeys angesehen, mit „{ $passkey }“
admin-log-used-add = hat mit „{ $passkey }“ einen weiteren Passkey erlaubt
admin-log-used-rename = hat mit dem Passkey „{ $passkey }“ einen neuen Namen bestätigt
admin-log-used-remove = hat mit dem Passkey „{ $passkey }“ bestätigt, dass einer entfernt wird
admin-log-sign-in-refused = konnte sich nicht anmelden: { $why }
admin-log-restored = hat { $about } wieder freigegeben
admin-log-suspended = hat { $about } gesperrt
admin-log-revoked = hat den Zugang von { $about } für immer beendet
admin-log-role = hat { $about } die Rolle { $role } gegeben
admin-log-described = hat den Namen von { $about } berichtigt
admin-log-language = hat die Sprache { $language } gewählt
admin-log-bookkeeping = hat vermerkt, dass etwas gespeichert oder ausgeliefert wurde
admin-asked-read = eine Akte öffnen
admin-asked-history = frühere Fassungen sehen
admin-asked-histories = alles sehen, was geändert wurde
admin-asked-create = einen Eintrag anlegen
admin-asked-update = einen Eintrag ändern
admin-asked-delete = einen Eintrag löschen
admin-asked-bundle = mehreres auf einmal tun
admin-asked-search = suchen
admin-asked-accesses = sehen, wer eine Akte angesehen hat
admin-asked-administer = verwalten
admin-asked-session = die Sitzung zu benutzen
admin-refused-session = war nicht mehr angemeldet
admin-refused-role = die Rolle erlaubt es nicht
admin-refused-missing = das gibt es nicht
admin-refused-cut-off = die Praxis ist abgetrennt
admin-refused-budget = für jetzt genug verschiedene Patienten
admin-refused-handed = für den Tag genug vergeben
admin-refused-damaged = das Gespeicherte lässt sich nicht öffnen
admin-refused-malformed = die Frage war falsch gestellt
admin-refused-full = der Speicherplatz ist voll
admin-refused-no-proof = der Nachweis fehlte, dass die Sitzung auf ihrem Gerät benutzt wird
admin-refused-bad-proof = der Nachweis, dass die Sitzung auf ihrem Gerät benutzt wird, war falsch oder alt
admin-fault-elsewhere = die Antwort war für eine andere Seite, Person oder Anfrage bestimmt
admin-fault-replayed = dieselbe Antwort kam zweimal
admin-fault-late = es dauerte zu lange
admin-fault-proof = der Browser wies keinen eigenen Schlüssel vor
admin-fault-copied = der Passkey könnte kopiert worden sein
admin-fault-unknown = der Passkey ist unbekannt oder beendet
admin-fault-status = die Person ist gesperrt, ausgeschieden oder gehört woandershin
admin-fault-invitation = der Link ist unbekannt, benutzt oder zu alt
admin-fault-registered = dieser Passkey wurde schon angelegt
admin-fault-nobody = das Gerät hat nicht geprüft, wer da war
admin-fault-wrong = die Antwort stimmte nicht

# Prüfpunkte
admin-checkpoints-lead = Ein Prüfpunkt ist eine unterschriebene Aussage darüber, wie lang das Protokoll ist und was darin steht. Wer einen älteren aufbewahrt, kann beweisen, dass seither nichts abgeschnitten oder geändert wurde.
admin-checkpoint-last = Letzter Prüfpunkt
admin-checkpoint-size = Einträge
admin-checkpoint-newer = Neuere Einträge
admin-checkpoint-none-newer = keine
admin-checkpoint-some-newer = { $count ->
    [one] { $count } neuerer Eintrag, im nächsten Prüfpunkt
   *[other] { $count } neuere Einträge, im nächsten Prüfpunkt
}
admin-checkpoint-root = Wurzel
admin-checkpoint-witnesses = Zeugen
admin-checkpoint-none = Es gibt noch keinen Prüfpunkt.
admin-checkpoint-not-yet = { $count ->
    [one] Der erste Prüfpunkt wird gerade gemacht; es gibt { $count } Eintrag.
   *[other] Der erste Prüfpunkt wird gerade gemacht; es gibt { $count } Einträge.
}
admin-witness-none = niemand sonst verwahrt eine Kopie
admin-witness-fails = ein Zeuge nimmt keine Kopien an
admin-witness-good = die Zeugen haben ihn
admin-checkpoint-says = Er umfasst { $count } Einträge; { $newer } sind neuer.
admin-checkpoint-note = Unterschriebener Wortlaut
admin-checkpoint-keep = Verwahren Sie ihn außerhalb der Praxis: auf Papier, oder per E-Mail bei Ihrer Datenschutzbeauftragten.
admin-verify = Wie jeder das Protokoll prüfen kann
admin-verify-how = Speichern Sie den Wortlaut als checkpoint.txt, und lassen Sie später am Server laufen:
admin-verify-what = Das liest jeden Eintrag, braucht keinen Schlüssel, und sagt, ob das Protokoll noch mit dem beginnt, was der Prüfpunkt unterschrieben hat.

admin-contain = Anhalten
contain-title = Wenn etwas nicht stimmt
contain-lead = Ein Knopf hält jemanden sofort an, ein anderer gibt es zurück. Niemand verliert Arbeit: was geschrieben ist, bleibt, Entwürfe auch.
contain-why = Warum
contain-why-what = Für das Protokoll; es bleibt dort für immer lesbar: kein Name von Patienten. Darf leer bleiben.
contain-living = { $count } angemeldet
contain-is-cut-off = Die Praxis ist abgetrennt
contain-cut-off-what = Niemand liest, sucht oder ändert etwas. Was Labore und andere schicken, wird angenommen und verschlossen aufbewahrt.
contain-came-in = Seither hereingekommen: { $count }.
contain-join = Wieder verbinden
contain-of-alarm-what = Sperren Sie die Sitzung, bekommt sie nichts mehr; sperren Sie den Passkey oder wer es ist, beginnt damit auch keine neue. Beides lässt sich weiter unten zurücknehmen.
contain-of-alarm-reason = Alarm { $number }
contain-exceptions = Wer im Notfall lesen darf
contain-until = bis { $time }
contain-end = Beenden
contain-except = Im Notfall soll lesen dürfen
contain-hours = Wie lange
contain-hours-of = { $count } Stunden
contain-except-do = Lesen im Notfall erlauben
contain-held = Was angehalten ist
contain-sessions = { $count } Sitzungen
contain-undo = Zurückgeben
contain-only-machine = nur am Server zurückzugeben
contain-at-machine = am Server
contain-known = Was bekannt ist
contain-known-what = Jeder Zugriff steht im Protokoll, bevor etwas herausgegeben wird. Sehen Sie zuerst, was einen Alarm ausgelöst hat und wer angemeldet ist.
contain-signed-in = Wer angemeldet ist
contain-nobody = Niemand.
contain-application = Anwendung
contain-since = seit { $time }
contain-used = zuletzt { $time }
contain-reached = heute { $charts } Akten und { $lines } Zeilen
contain-hold-session = Nur diese Sitzung anhalten
contain-hold-device = Passkey anhalten
contain-hold-whose = Ganz anhalten
contain-unknown = Was nicht bekannt ist
contain-unknown-taken = Ob jemand abgeschrieben oder fotografiert hat, was zu sehen war.
contain-unknown-who = Wer vor einem Gerät saß: das Protokoll nennt den Passkey, nicht die Hand.
contain-unknown-more = Ob noch ein Zugang in falschen Händen ist. Im Zweifel halten Sie alle an.
contain-do = Was Sie tun können
contain-do-cell-what = Beendet { $count } Sitzungen, auch Ihre. Alle melden sich mit ihrem Passkey neu an, Anwendungen mit ihrem Schlüssel. Niemand verliert Arbeit, und es lässt sich zurückgeben.
contain-do-cell = Alle Sitzungen anhalten
contain-do-cut-off-what = Trennt die Praxis ab: niemand liest oder ändert etwas, bis Sie sie wieder verbinden. Was von außen kommt, geht nicht verloren. Im Notfall kann lesen, wen Sie dafür benennen.
contain-do-cut-off = Praxis abtrennen
contain-next = Was danach zu tun ist
contain-next-hold = Halten Sie an, was verdächtig ist. Lieber zu viel: es lässt sich zurückgeben.
contain-next-write = Schreiben Sie auf, was Sie gesehen haben, und wann.
contain-next-call = Rufen Sie an, wer Ihren Server betreibt.
contain-next-scope = Lassen Sie dort feststellen, welche Akten erreicht wurden: genau diese sind betroffen.
contain-next-changes = Sehen Sie im Protokoll nach, wer inzwischen Personen, Rollen oder Anwendungen geändert hat.
contain-next-undo = Geben Sie zurück, was sich als unbedenklich erweist.
contain-held-session = Eine Sitzung von { $name }
contain-held-person = { $name }
contain-held-device = Ein Passkey von { $name }
contain-held-client = Die Anwendung { $name }
contain-held-cell = Alle Sitzungen, die da waren
contain-held-everyone = Alle Sitzungen aller Praxen
contain-done-held = Angehalten: { $count } Sitzungen gelten nicht mehr, und nichts davon wird noch gesendet.
contain-done-released = Zurückgegeben: { $count } Sitzungen gelten wieder.
contain-done-cut-off = Die Praxis ist abgetrennt.
contain-done-joined = Die Praxis ist wieder verbunden. Inzwischen hereingekommen: { $count }.
contain-done-changed = Geändert.
