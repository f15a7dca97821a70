# Die Tür: Anmelden, Einmallinks, Passkeys.
front = Die Tür
front-what = Hier melden Sie sich mit einem Passkey bei Salus an. Öffnen Sie dazu die Adresse Ihrer Praxis.
sign-in = Anmelden
sign-in-to = Bei { $cell }
sign-in-go = Mit dem Passkey anmelden
lost = Ich habe meinen Passkey verloren
lost-second = Haben Sie einen zweiten Passkey, etwa auf dem Telefon, melden Sie sich damit an und entfernen Sie den verlorenen unter „Meine Passkeys“.
lost-administrator = Sonst wenden Sie sich an die Praxisverwaltung: Sie macht Ihnen einen neuen Einmallink, und der verlorene Passkey endet.
lost-administrators = Wer selbst verwaltet, fragt eine zweite Person aus der Verwaltung. Gibt es keine, hilft jemand am Rechner des Servers: salus person recover.
lost-stolen = Wurde das Gerät gestohlen? Dann fragen Sie sofort: Bis der Passkey beendet ist, könnte ihn benutzen, wer das Gerät auch entsperren kann.
my-passkeys = Meine Passkeys
back-to-practice = Zurück in die Praxis
to-salus = Zu Salus
my-passkeys-what = Sehen Sie Ihre Passkeys, fügen Sie einen zweiten hinzu oder entfernen Sie einen, den Sie nicht mehr benutzen. Alles davon bestätigen Sie mit einem Passkey.
my-passkeys-go = Meine Passkeys zeigen
invitation = Ihr Einmallink
invitation-what = Erstellen Sie jetzt einen Passkey. Damit melden Sie sich künftig an: mit Finger, Gesicht, der PIN des Geräts oder einem Sicherheitsschlüssel. Ein Passwort gibt es nicht.
invitation-go = Passkey erstellen
look-round = Umsehen
look-round-what = Dies ist eine Demo mit erfundenen Patienten. Hier, und nur hier, können Sie sich ohne Passkey umsehen.
look-round-go = Umsehen
label = Name dieses Passkeys
label-example = Laptop am Empfang
rename = Namen speichern
added = Erstellt
used = zuletzt benutzt
synced = auf allen Ihren Geräten
this-one = Diesen haben Sie gerade benutzt.
remove = Entfernen
only-one = Das ist Ihr einziger Passkey. Mit einem zweiten sind Sie nicht ausgesperrt, wenn Sie diesen verlieren.
add = Passkey hinzufügen
say-refused = Das hat nicht geklappt. Es ist nichts verloren: Bitte versuchen Sie es noch einmal. Passiert es wieder, fragen Sie Ihre Praxisverwaltung.
say-away = Salus ist gerade nicht erreichbar. Bitte versuchen Sie es gleich noch einmal.
say-cancelled = Es ist nichts geschehen. Versuchen Sie es, wenn Sie so weit sind.
say-already = Dieses Gerät hat schon einen Passkey von Ihnen. Melden Sie sich damit an.
say-link = Dieser Link gilt nicht mehr: Er wurde benutzt oder ist zu alt. Bitte lassen Sie sich einen neuen geben.
say-unable = Dieser Browser oder dieses Gerät kann das mit Passkeys nicht. Versuchen Sie ein anderes oder einen Sicherheitsschlüssel.
say-waiting = Einen Moment …
say-added = Der Passkey ist hinzugefügt. Zeigen Sie Ihre Passkeys noch einmal an, um ihn zu sehen.
say-done = Erledigt.
no-script = Diese Seite braucht JavaScript, denn anders bieten Browser keine Passkeys an.
bad-request = Bitte beginnen Sie noch einmal
bad-request-what = Diese Anmeldung wurde nicht von Salus begonnen. Öffnen Sie die Adresse Ihrer Praxis und melden Sie sich von dort aus an.
unknown = Hier ist nichts
unknown-what = Vielleicht wurde die Adresse abgeschnitten. Ein Einmallink muss ganz geöffnet werden.
touch = Bitte bestätigen Sie, dass Sie es sind
touch-what = Das meiste, was Sie in { $cell } für jetzt öffnen können, ist verbraucht. Berühren Sie einmal Ihren Passkey, und es geht dort weiter, wo Sie waren.
touch-not-you = Wenn Sie nicht eben von dort kommen, schließen Sie diese Seite: Jemand anderes will vielleicht in Ihrem Namen weitermachen.
touch-go = Mit Passkey bestätigen
raise = Jemandem mehr geben
raise-cell = Die Praxis als Ganze
raise-charts = { $count ->
    [one] Eine Akte mehr als sonst, je Stunde, Tag und Monat,
   *[other] { $count } Akten mehr als sonst, je Stunde, Tag und Monat,
}
raise-lines = { $count ->
    [one] Eine Zeile in Listen mehr als sonst, je Stunde, Tag und Monat,
   *[other] { $count } Zeilen in Listen mehr als sonst, je Stunde, Tag und Monat,
}
raise-hours = { $count ->
    [one] für höchstens eine Stunde.
   *[other] für höchstens { $count } Stunden.
}
raise-by = Gebeten hat { $name }:
raise-what = Fragen Sie nach, ob die Bitte wirklich von dort kommt, bevor Sie bestätigen. Es endet von selbst, die Verwaltung sieht es, und es kann zurückgenommen werden.
raise-go = Mit Passkey geben
raise-none = Hier ist nichts zu geben
raise-none-what = Es wurde schon gegeben oder zurückgenommen, oder die Zeit ist vorbei.
reason-many-patients = viele Patienten an einem Tag.
reason-standing-in = Vertretung.
reason-on-duty = Dienst in der Nacht oder am Wochenende.
reason-paperwork = Schreibarbeit.
reason-transfer = eine Übergabe von Akten.
reason-other = etwas anderes.
export = Einen Export freigeben
export-system = Alle Akten und die Listen der Praxis
export-patients = Alle Akten
export-group = Die Akten einer Gruppe
export-count = { $count ->
    [one] Von höchstens einem Patienten,
   *[other] Von höchstens { $count } Patienten,
}
export-kinds = { $count ->
    [one] Einträge einer Art.
   *[other] Einträge von { $count } Arten.
}
export-all-kinds = alles, was die Rolle lesen darf.
export-since = Nur, was seit einem Tag geändert wurde, den die Anfrage nennt.
export-by = Beantragt hat es { $name }.
export-by-application = Beantragt hat es die Anwendung { $name }.
export-room = Danach hat die Praxis von ihrem Budget an Akten verbraucht:
export-hour = in der Stunde
export-day = am Tag
export-30-days = in 30 Tagen
export-what = Wer es beantragt hat, kann danach einen Tag lang jede Datei einmal abholen. Was abgeholt ist, ist aus der Praxis hinaus. Fragen Sie nach, ob der Antrag wirklich von dort kommt, bevor Sie bestätigen. Er steht im Protokoll und löst einen Alarm aus.
export-go = Mit Passkey freigeben
