# Alarme: was geschah, was zu tun ist, wer benachrichtigt wird.

admin-alarms = Alarme
admin-alarms-none = Kein Alarm. Es ist nichts zu tun.
admin-alarms-open = { $count ->
    [one] Ein Alarm, den noch niemand gesehen hat
   *[other] { $count } Alarme, die noch niemand gesehen hat
}
admin-alarms-all-seen = Alle gesehen
admin-alarms-all-seen-done = Alle Alarme sind als gesehen vermerkt.
admin-alarms-more = Frühere Alarme
admin-alarms-rules = Regeln ändern
admin-alarms-new = Neu
admin-alarms-seen = gesehen von { $who }, { $when }
admin-alarms-seen-machine = am Rechner als gesehen vermerkt, { $when }
admin-alarms-see = Gesehen
admin-alarms-seen-done = Der Alarm ist als gesehen vermerkt.
admin-alarms-restore = Sitzung wieder freigeben
admin-alarms-restore-what = Die Person kann sofort dort weiterarbeiten, wo sie war. Ihre Budgets bleiben, wie sie sind.
admin-alarms-restored = Die Sitzung ist wieder freigegeben.
admin-alarms-who = Wer es war
admin-alarms-log = Im Protokoll ansehen
admin-alarms-contain = Person oder Gerät aussperren
admin-alarms-suspended = Die Sitzung ist angehalten.
admin-alarms-goes-on = Die Sitzung ist wieder freigegeben.
admin-alarms-from = von { $address }
admin-alarms-somebody = Jemand
admin-alarms-way-mail = E-Mail
admin-alarms-way-webhook = Webhook
admin-alarms-ways-none = Alarme stehen auf dieser Seite und oben auf jeder Seite der Verwaltung.
admin-alarms-way-fine = alles zugestellt
admin-alarms-way-absent = der Bote läuft nicht
admin-alarms-way-waits = { $count ->
    [one] eine Nachricht wartet
   *[other] { $count } Nachrichten warten
}, seit { $since }
admin-alarms-trouble-no-answer = Die Gegenstelle antwortet nicht. Es wird weiter versucht.
admin-alarms-trouble-refused = Die Gegenstelle nimmt die Nachricht nicht an. Es wird weiter versucht.
admin-alarms-trouble-encryption = Das Zertifikat oder die Verschlüsselung der Gegenstelle ist nicht in Ordnung. Es wird weiter versucht.
admin-alarms-trouble-configuration = Die Einstellungen unter [alarms] in salus.toml passen nicht.

alarm-canary = Eine erfundene Akte wurde geöffnet
alarm-canary-lists = Mehrere erfundene Akten wurden in Listen gesehen
alarm-budget-spent = Ein Budget ist verbraucht
alarm-new-device = Ein neues Gerät oder eine neue Adresse
alarm-many-refusals = Viele Ablehnungen in kurzer Zeit
alarm-many-counts = Viele Suchen, die nur zählen
alarm-export = Der ganze Bestand wurde abgefragt, oder ein Export
alarm-trust-at-night = Eine Berechtigung wurde nachts oder am Wochenende geändert
alarm-tampering = Gespeichertes passt nicht zu dem, was geschrieben wurde
alarm-emergency-reserve = Jemand hat die Notfallreserve genutzt

alarm-canary-what = Diese Patientin oder diesen Patienten gibt es nicht. Wer hier arbeitet, hat keinen Grund, die Akte zu öffnen; wer Akten der Reihe nach abgreift, stößt darauf.
alarm-budget-spent-what = Es sollten mehr Patienten erreicht werden, als das Budget erlaubt. Weitere Akten öffnen sich nicht. Im Notfall öffnen sich dennoch einzelne; jede steht im Protokoll.
alarm-new-device-what = Mit diesem Passkey oder aus diesem Netz hat sich die Person noch nie angemeldet.
alarm-many-refusals-what = { $count } Anfragen wurden kurz hintereinander abgelehnt. So sieht es aus, wenn jemand ausprobiert, was geht.
alarm-many-counts-what = { $count } Suchen haben nur gezählt. Auch aus Zahlen lässt sich erraten, wer welche Diagnose hat.
alarm-export-what = Jemand hat alle Änderungen des ganzen Bestands abgefragt, oder einen Export vieler Patienten beantragt oder freigegeben.
alarm-trust-at-night-what = Zu dieser Zeit arbeitet sonst niemand an Personen, Passkeys, Rollen oder Anwendungen.
alarm-tampering-what = Eine Akte ließ sich nicht so öffnen, wie sie geschrieben wurde, oder von einem Passkey gibt es eine Kopie.
alarm-emergency-reserve-what = { $count ->
    [one] Eine Akte wurde
   *[other] { $count } Akten wurden
} im Notfall über das Budget hinaus geöffnet. Davon hat jede Person ein paar am Tag, damit niemand vor einer geschlossenen Akte steht.

alarm-canary-do = Rufen Sie die Person an. War sie es selbst und aus Versehen, geben Sie die Sitzung wieder frei. War sie es nicht, sperren Sie sie aus.
alarm-budget-spent-do = Fragen Sie nach, ob heute wirklich so viel zu tun war.
alarm-new-device-do = Fragen Sie die Person, ob das Gerät ihres ist. Wenn nicht, entziehen Sie den Passkey.
alarm-many-refusals-do = Fragen Sie die Person, was sie sucht. Bei einer Anwendung fragen Sie, wer sie betreibt.
alarm-many-counts-do = Fragen Sie, wofür die Zahlen gebraucht werden.
alarm-export-do = Prüfen Sie, ob das so verabredet ist (Exporte). Wenn nicht, beenden Sie den Export und sperren Sie aus, wer ihn beantragt hat.
alarm-trust-at-night-do = Fragen Sie nach, ob das gewollt war. Sonst machen Sie die Änderung rückgängig.
alarm-tampering-do = Rufen Sie den Betrieb an und lassen Sie „salus log verify“ laufen. Sperren Sie den Passkey, wenn es um einen geht.
alarm-emergency-reserve-do = Fragen Sie die Person, welcher Notfall es war. Gab es keinen, sperren Sie sie aus.

alarm-rules-title = Wann Alarm ist
alarm-rules-what = Die Regeln gelten ab sofort für alle in dieser Praxis. Jede Änderung steht im Protokoll.
alarm-rules-refusals = Ablehnungen einer Person, ab denen Alarm ist
alarm-rules-refusals-minutes = innerhalb von so vielen Minuten
alarm-rules-counts = Zählende Suchen einer Person, ab denen Alarm ist
alarm-rules-counts-minutes = innerhalb von so vielen Minuten
alarm-rules-glimpses = Verschiedene erfundene Akten, die jemand binnen einer Stunde in Listen sieht
alarm-rules-night-from = Die Nacht beginnt um (Stunde)
alarm-rules-night-to = Die Nacht endet um (Stunde)
alarm-rules-weekend = Samstag und Sonntag zählen als Nacht
alarm-rules-zone = Ortszeit im Winter, Minuten östlich von UTC
alarm-rules-summer = Sommerzeit wie in der Europäischen Union
alarm-rules-quiet = Derselbe Alarm über dieselbe Person kommt erst wieder nach (Minuten)
alarm-rules-suspends = Wer eine erfundene Akte öffnet, dessen Sitzung wird sofort angehalten
alarm-rules-sent = Was per E-Mail und Webhook gemeldet wird
alarm-rules-save = Regeln speichern
alarm-rules-saved = Die Regeln gelten.
alarm-rules-bad = Nicht gespeichert: eine Angabe ist außerhalb ihrer Grenzen.

admin-kind-alarms = Alarme
admin-asked-count = suchen, um zu zählen
admin-log-alarm = löste einen Alarm aus: { $what }
admin-log-alarm-seen = hat einen Alarm als gesehen vermerkt
admin-log-alarm-told = hat einen Alarm zugestellt
admin-log-alarm-ways = stellt Alarme auf anderen Wegen zu
admin-log-alarm-rules = hat die Regeln der Alarme geändert
admin-log-alarm-restored = hat eine angehaltene Sitzung wieder freigegeben
admin-log-alarm-canaries = hat erfundene Akten angelegt oder entfernt
