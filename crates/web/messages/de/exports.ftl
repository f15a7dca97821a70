# Exporte vieler Patienten.
exports = Exporte
exports-lead = Wer viele Akten auf einmal braucht, beantragt einen Export. Gelesen wird erst, wenn eine zweite Person, die die Praxis verwaltet, genau diesen Antrag mit ihrem Passkey freigibt. Jede Datei gibt es einmal, einen Tag lang. Was abgeholt ist, ist aus der Praxis hinaus.
exports-all = Anträge und Exporte
exports-none = Niemand hat einen Export beantragt.
exports-by = Beantragt von { $name },
exports-system = Alle Akten und die Listen der Praxis
exports-patients = Alle Akten
exports-group = Die Akten einer Gruppe
exports-count = { $count ->
    [one] höchstens ein Patient
   *[other] höchstens { $count } Patienten
}
exports-room = Danach ist vom Budget der Praxis verbraucht (Stunde · Tag · 30 Tage): { $room }.
exports-asked = Wartet bis { $until } auf die Freigabe durch eine zweite Person.
exports-approved = Freigegeben; beginnt gleich.
exports-running = { $count ->
    [one] Wird geschrieben: ein Patient bisher.
   *[other] Wird geschrieben: { $count } Patienten bisher.
}
exports-ready = { $count ->
    [0] Fertig; es gab nichts, oder alles ist abgeholt.
    [one] Fertig: eine Datei kann bis { $until } abgeholt werden.
   *[other] Fertig: { $count } Dateien können bis { $until } abgeholt werden.
}
exports-approved-by = Freigegeben von { $name }.
exports-once = Jede Datei gibt es einmal, auch wenn die Übertragung abbricht:
exports-cancelled = Zurückgezogen.
exports-declined = Abgelehnt.
exports-finished = Alle Dateien sind abgeholt.
exports-expired = Abgelaufen; Schlüssel und Dateien sind vernichtet.
exports-stopped = Beendet, weil die Sitzung endete, die ihn beantragt hat, oder die Praxis abgetrennt wurde. Schlüssel und Dateien sind vernichtet.
exports-keys-lost = Der Server wurde neu gestartet; die Schlüssel sind vernichtet. Bitte neu beantragen: Wer schon erreicht wurde, zählt nicht noch einmal.
exports-budget = Das Budget der Praxis reichte nicht.
exports-more-patients = Es gibt mehr Patienten, als freigegeben wurden. Bitte neu beantragen.
exports-failed = Konnte nicht beendet werden. Bitte neu beantragen.
exports-approve = Ansehen und freigeben
exports-cancel = Zurückziehen
exports-decline = Beenden
exports-ask = Export beantragen
exports-ask-what = Beantragt wird alles, was Ihre Rolle lesen darf. Der Antrag steht im Protokoll und löst einen Alarm aus. Wenn Sie sich abmelden, endet der Export.
exports-of = Was
exports-no-room = Das Budget der Praxis reicht dafür nicht. { $room } Lassen Sie es von einer zweiten Person erhöhen (Budgets), oder warten Sie.
exports-too-many = Zu viele Exporte sind beantragt. Beenden Sie einen, oder kommen Sie morgen wieder.
exports-log-asked = { $count ->
    [one] hat einen Export von höchstens einem Patienten beantragt
   *[other] hat einen Export von höchstens { $count } Patienten beantragt
}
exports-log-approved = hat den Export { $export } freigegeben
exports-log-begun = Export { $export } wird geschrieben
exports-log-ready = Export { $export } liegt bereit
exports-log-taken = hat eine Datei des Exports { $export } abgeholt
exports-log-ended = Export { $export } ist vorbei
admin-kind-exports = Exporte
admin-asked-export = viele Akten auf einmal exportieren
admin-log-used-export = hat mit dem Passkey „{ $passkey }“ einen Export freigegeben
