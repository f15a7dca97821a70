# Budgets: was um ihre Grenzen herum steht.
admin-kind-budgets = Budgets
admin-refused-touch = erst war ein Passkey zu berühren
admin-log-used-touch = hat mit dem Passkey „{ $passkey }“ bestätigt, dass eine Sitzung weitergeht
admin-log-used-raise = hat mit dem Passkey „{ $passkey }“ bestätigt, dass jemand mehr bekommt
budget-log-touched = hat mit Passkey bestätigt, mehr Akten zu öffnen
budget-log-emergency = { $count ->
    [one] hat eine Akte aus der Notfallreserve geöffnet
   *[other] hat { $count } Akten aus der Notfallreserve geöffnet
}
budget-log-asked = hat um { $count } mehr für { $about } gebeten
budget-log-asked-cell = hat um { $count } mehr für die Praxis als Ganze gebeten
budget-log-raised = hat { $about } { $count } mehr gegeben
budget-log-raised-cell = hat der Praxis als Ganzer { $count } mehr gegeben
budget-log-ended = hat eine Erhöhung von { $about } zurückgenommen
budget-log-ended-cell = hat eine Erhöhung der Praxis als Ganzer zurückgenommen
budget-log-ask-ended = hat eine Bitte um mehr geschlossen
budget-log-changed = hat das Budget von { $about } geändert
budget-log-changed-cell = hat das Budget der Praxis geändert
not-saved-touch = Das meiste, was Sie für jetzt öffnen können, ist verbraucht. Bitte bestätigen Sie erst mit Ihrem Passkey, dass Sie es sind. Was Sie eingegeben haben, bleibt erhalten.
trouble-touch = Bitte bestätigen Sie, dass Sie es sind
trouble-touch-what = Sie haben die meisten Akten geöffnet, die für jetzt vorgesehen sind. Damit niemand weitermachen kann, der an diese Sitzung gekommen ist, berühren Sie einmal Ihren Passkey. Nichts geht verloren.
trouble-touch-do = Danach geht es dort weiter, wo Sie waren.
budgets = Budgets
budgets-cell = Die Praxis als Ganze
budgets-change = Ändern
budgets-most = Höchstens, in Akten je Stunde, Tag und 30 Tage:
budgets-patients = { $count } Patienten
budgets-set = Ab jetzt so
budgets-suggested = { $role }: an 999 von 1.000 Tagen höchstens { $count } Akten.
budgets-suggested-from = Gesehen an { $days } Tagen; wo nichts gesagt ist, { $own } am Tag.
budgets-suggestions = Was Ihr eigenes Protokoll vorschlägt
budgets-suggestions-none = Noch ist kein Tag mit einer geöffneten Akte vorbei.
budgets-suggestions-what = Von selbst wird nichts geändert. Ein Tag zählt, wenn er vorbei ist.
budgets-used = Akten der letzten Stunde, des Tages und der 30 Tage, von wie vielen
budgets-wrong = Das wurde nicht geändert. Eine Stunde darf höchstens so viel haben wie ein Tag, ein Tag höchstens so viel wie 30 Tage, und niemand mehr als die Rolle; mehr wird an der Maschine gegeben.
emergency-go = Im Notfall öffnen
emergency-what = Braucht jemand jetzt Hilfe? Einige Akten am Tag lassen sich trotzdem öffnen. Jedes Mal steht es mit Ihrem Namen im Protokoll, und die Verwaltung der Praxis sieht es.
emergency-why = Was geschehen ist (darf leer bleiben)
more-30-days = 30 Tage
more-amount = Wie viele Akten mehr
more-ask = Um mehr bitten
more-ask-what = Jemand anderes gibt es mit Passkey: die Verwaltung der Praxis oder eine andere Ärztin, ein anderer Arzt. Es endet von selbst.
more-asked-by = Gebeten von { $name }:
more-asked-charts = { $count } Akten mehr, bis { $until }
more-asked-lines = { $count } Zeilen mehr, bis { $until }
more-asks = Gebeten wird um
more-asks-none = Gerade bittet niemand um mehr.
more-charts = Akten, die Sie geöffnet haben
more-charts-what = Verschiedene Patienten. Wer schon offen ist, kostet nicht noch einmal.
more-close = Schließen
more-day = Tag
more-for = Für wie lange
more-give = An der Tür geben
more-hour = Stunde
more-hours = { $count ->
    [one] eine Stunde
   *[other] { $count } Stunden
}
more-limit = von
more-lines = Zeilen in Listen
more-many-patients = viele Patienten an einem Tag
more-nobody = niemand hier kann es geben: an der Maschine fragen
more-on-duty = Dienst in der Nacht oder am Wochenende
more-other = etwas anderes
more-paperwork = Schreibarbeit
more-raised = { $count } mehr bis { $until },
more-raised-by = gegeben von { $name }
more-reserve = { $count ->
    [0] Die Reserve für Notfälle ist für heute verbraucht.
    [one] Für einen Notfall lässt sich heute trotz allem noch eine Akte öffnen.
   *[other] Für einen Notfall lassen sich heute trotz allem noch { $count } Akten öffnen.
}
more-standing-in = Vertretung
more-take-back = Zurücknehmen
more-title = Was ich öffnen kann
more-transfer = eine Übergabe von Akten
more-used = geöffnet
more-who = geben können es: { $names }
more-why = Warum
more-withdraw = Zurücknehmen
more-wrong = Darum lässt sich nicht bitten: eine Zahl, höchstens so viele, wie Sie in 30 Tagen haben, und höchstens fünfmal am Tag.
reach-admin-key = Der Schlüssel der Verwaltung an der Maschine
reach-cell = Die Praxis als Ganze
reach-credential = Was gestohlen wird
reach-head = Wie weit jeder Zugang reicht
reach-in-day = an einem Tag
reach-in-hour = in einer Stunde
reach-in-month = in 30 Tagen
reach-lead = Die meisten verschiedenen Patienten, deren Akten ein Dieb von jetzt an öffnen könnte; wer schon offen ist, zählt mit.
reach-link = Ein Einmallink von
reach-passkey = Ein Passkey von
reach-record-server = Der Datenserver, mit allen, die angemeldet sind
reach-root-key = Der Wurzelschlüssel, mit einer Kopie der Daten
reach-secret = Das Geheimnis von
reach-session = Eine Sitzung von
reach-token = Ein Token von
reach-why = Begrenzt durch
reach-why-budget = das eigene Budget
reach-why-cell = das Budget der Praxis
reach-why-cut-off = die Praxis ist abgeschaltet
reach-why-hands-out = öffnet nichts, könnte heute aber { $count } andere einlassen; das Budget der Praxis begrenzt sie
reach-why-nothing = nichts: dort aufbewahren, wo niemand hinkommt
reach-why-only-brings-in = bringt Datensätze herein und nimmt keine heraus; kann fragen, ob jemand da ist
reach-why-opens-nothing = es öffnet nichts
reach-why-patients = mehr Patienten gibt es nicht
reach-why-touch = das eigene Budget, bis ein Passkey nötig ist
reach-worst = Der schlimmste Zugang: Akten, die er öffnen könnte
trouble-touch-go = Mit Passkey bestätigen
rest-hour = { $count ->
    [one] noch 1 Akte in dieser Stunde
   *[other] noch { $count } Akten in dieser Stunde
}
rest-today = { $count ->
    [one] heute noch 1 Akte
   *[other] heute noch { $count } Akten
}
