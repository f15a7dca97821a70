# Rollen und die Regeln dahinter.
admin-kind-rules = Regeln
admin-role-locum = Vertretung
admin-role-insurer-clerk = Sachbearbeitung der Kasse
admin-role-worker = Arbeitet von selbst
role-locum = Vertretung
role-insurer-clerk = Sachbearbeitung der Kasse
admin-short-locum = öffnet und schreibt einige Wochen lang Akten, in engeren Grenzen
admin-short-insurer-clerk = bei einer Kasse: sieht, wer jemand ist, die Versicherung und was eingereicht wurde
admin-short-worker = erledigt etwas von selbst und sieht keine Patienten
admin-log-rules = hat geändert, was Rollen dürfen
admin-log-rules-restored = hat wieder eingesetzt, was Rollen ab Eintrag { $entry } durften
roles-lead = Ein Schalter ändert noch nichts: Zuerst sehen Sie mit Namen, wer mehr oder weniger sähe.
roles-fixed = Diese Rolle lässt sich hier nicht ändern.
roles-patients = Patienten erreichen immer nur die eigene Akte. Sie können weniger bekommen als hier, nie mehr.
roles-what = Einträge
roles-finds = Findet
roles-opens = Öffnet
roles-adds = Legt an
roles-changes = Ändert
roles-identity = wer jemand ist
roles-notes = Notizen und Besuche
roles-diagnoses = Diagnosen und Allergien
roles-results = Laborwerte und Messungen
roles-medication = Medikamente und Impfungen
roles-appointments = Termine und Aufgaben
roles-documents = Briefe, Krankschreibungen, Formulare
roles-insurance = Versicherung und Rechnungen
roles-house = die Listen der Praxis selbst
roles-other = alles andere
roles-unasked = Wird nicht nach dem Grund gefragt, wo keine Behandlung bekannt ist
roles-export = Darf einen Export vieler Patienten beantragen; jeden gibt eine zweite Person frei
roles-exact = Erfährt genaue Zahlen, wo viele passen
roles-look = Ansehen, was sich ändern würde
roles-done = Diese Regeln gelten ab jetzt, auch für alle, die angemeldet sind.
roles-versions = Frühere Regeln
roles-versions-none = Noch hat niemand die Regeln geändert.
roles-in-force = in Kraft
roles-version = { $who } hat die Regeln geändert
roles-version-back = { $who } hat die Regeln von Eintrag { $entry } wieder eingesetzt
roles-version-title = Regeln von Eintrag { $entry }
roles-version-own = Die Regeln, mit denen Salus kommt
roles-read = Lesen
roles-back = Wieder einsetzen
roles-text = Die Regeln als Text (Cedar)
roles-text-what = Die Schalter oben schreiben diesen Text neu; Anmerkungen darin gehen dann verloren und bleiben in den früheren Regeln. Wer verwaltet, und dass Verwaltende keine Akte öffnen, lässt sich auch hier nicht ändern.
roles-preview = Danach
roles-same = Für niemanden ändert sich etwas.
roles-more = Mehr als jetzt
roles-fewer = Weniger als jetzt
roles-reason = Warum (wenn Sie mögen)
roles-reason-what = Es bleibt für immer im Protokoll. Nichts über einen Patienten.
roles-set-what = Es gilt sofort, steht mit Ihrem Namen im Protokoll und lässt sich jederzeit zurücknehmen.
roles-set = In Kraft setzen
roles-overtaken = Inzwischen hat jemand die Regeln geändert. Es wurde nichts geändert: Bitte sehen Sie noch einmal nach.
roles-wrong = Es wurde nichts geändert. { $why }
roles-and-more = und { $count } weitere
roles-more-read = { $count ->
    [one] 1 weitere Person kann öffnen: { $what }
   *[other] { $count } weitere können öffnen: { $what }
}
roles-more-create = { $count ->
    [one] 1 weitere Person kann anlegen: { $what }
   *[other] { $count } weitere können anlegen: { $what }
}
roles-more-change = { $count ->
    [one] 1 weitere Person kann ändern: { $what }
   *[other] { $count } weitere können ändern: { $what }
}
roles-more-search = { $count ->
    [one] 1 weitere Person kann finden: { $what }
   *[other] { $count } weitere können finden: { $what }
}
roles-more-match = { $count ->
    [one] 1 weitere Person kann feststellen, ob es das gibt: { $what }
   *[other] { $count } weitere können feststellen, ob es das gibt: { $what }
}
roles-more-exact = { $count ->
    [one] 1 weitere Person erfährt genaue Zahlen
   *[other] { $count } weitere erfahren genaue Zahlen
}
roles-more-unasked = { $count ->
    [one] 1 weitere Person wird nicht mehr nach dem Grund gefragt
   *[other] { $count } weitere werden nicht mehr nach dem Grund gefragt
}
roles-more-export = { $count ->
    [one] 1 weitere Person kann Exporte beantragen
   *[other] { $count } weitere können Exporte beantragen
}
roles-fewer-read = { $count ->
    [one] 1 Person kann nicht mehr öffnen: { $what }
   *[other] { $count } können nicht mehr öffnen: { $what }
}
roles-fewer-create = { $count ->
    [one] 1 Person kann nicht mehr anlegen: { $what }
   *[other] { $count } können nicht mehr anlegen: { $what }
}
roles-fewer-change = { $count ->
    [one] 1 Person kann nicht mehr ändern: { $what }
   *[other] { $count } können nicht mehr ändern: { $what }
}
roles-fewer-search = { $count ->
    [one] 1 Person kann nicht mehr finden: { $what }
   *[other] { $count } können nicht mehr finden: { $what }
}
roles-fewer-match = { $count ->
    [one] 1 Person kann nicht mehr feststellen, ob es das gibt: { $what }
   *[other] { $count } können nicht mehr feststellen, ob es das gibt: { $what }
}
roles-fewer-exact = { $count ->
    [one] 1 Person erfährt keine genauen Zahlen mehr
   *[other] { $count } erfahren keine genauen Zahlen mehr
}
roles-fewer-unasked = { $count ->
    [one] 1 Person wird ab jetzt nach dem Grund gefragt
   *[other] { $count } werden ab jetzt nach dem Grund gefragt
}
roles-fewer-export = { $count ->
    [one] 1 Person kann keine Exporte mehr beantragen
   *[other] { $count } können keine Exporte mehr beantragen
}
roles-fault-long = Der Text ist zu lang: höchstens { $count } Bytes.
roles-fault-many = Es sind zu viele Regeln: höchstens { $count }.
roles-fault-line = Zeile { $line } ist nicht zu verstehen: { $said }
roles-fault-cedar = Der Text ist nicht zu verstehen: { $said }
roles-fault-template = Regeln mit Stellen zum Ausfüllen gehen hier nicht.
roles-fault-reason = Der Grund ist zu lang.
roles-fault-unknown = Diese Fassung oder diese Rolle gibt es nicht.
roles-guard-opens = Wer verwaltet, öffnet keine Akte: Das schützt beide. Wer beides tut, bekommt zwei Zugänge.
roles-guard-locked-out = Dann könnte niemand mehr verwalten.
roles-guard-administers = Nur die Rolle für die Verwaltung verwaltet.
roles-guard-patient = Patienten bleiben in ihrer eigenen Akte.
roles-guard-fixed = Diese Rolle bleibt, wie sie ist: Der Server verlässt sich auf sie.
roles-guard-approves = Wer am Server freigibt, lässt sich hier nicht ändern.
roles-guard-place = (Rolle: { $role }, Regel: { $rule })
roles-guard-missing = (Rolle: { $role }; eine Regel für sie fehlt)
roles-hidden = Ihre Rolle zeigt nicht: { $what }. Wer Ihre Praxis verwaltet, kann das ändern.
