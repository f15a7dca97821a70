# Was geprüft wird, bevor etwas gespeichert wird: Pakete mit Profilen.
admin-kind-checks = Prüfung
admin-log-checks = hat geändert, wie geprüft wird, was geschrieben wird
admin-log-checks-restored = prüft, was geschrieben wird, wieder wie ab Eintrag { $entry }
changes-undo-checks = Umkehren: Es wird wieder geprüft wie vorher.
admin-checks = Prüfung
checks-lead = Was geschrieben wird, wird gegen FHIR R4 geprüft und gegen jedes Profil, das es angibt und das geladen ist. Hier steht, welche Pakete mit Profilen und Codelisten gelten, ab wann, und wie streng. Was sich ändern würde, wird gezeigt, bevor es gilt.
checks-packages = Pakete
checks-packages-none = Noch kein Paket: Geprüft wird gegen FHIR R4 allein. Ein angegebenes Profil, das nicht geladen ist, ist nur eine Warnung.
checks-profiles = { $count ->
    [one] ein Profil
   *[other] { $count } Profile
}
checks-codes = { $count ->
    [one] ein Code
   *[other] { $count } Codes
}
checks-strict-tag = streng
checks-unusable = nicht verwendbar: Die Datei fehlt oder wurde verändert. Fügen Sie das Paket erneut hinzu.
checks-lacks = Braucht, und es ist nicht geladen: { $names }. Was davon abhängt, wird nicht geprüft.
checks-always = gilt immer
checks-from = gilt ab { $day }
checks-until = gilt bis { $day }
checks-from-until = gilt von { $from } bis { $until }
checks-remove = Herausnehmen
checks-modes = Wie geprüft wird
checks-claimed = Jedes angegebene Profil, das geladen ist, muss eingehalten sein; sonst wird abgelehnt, mit der Stelle und dem, was zu tun ist.
checks-import = Bei einem Import nur warnen: Was ein Profil verletzt, wird trotzdem gespeichert.
checks-strict = Streng wie die KBV
checks-strict-what = Was ein Profil dieser Pakete angibt, darf kein zweites angeben und keine unbekannten Erweiterungen haben.
checks-demanded = Verlangte Profile
checks-demanded-what = Eine Zeile für jedes: Typ, Leerzeichen, Adresse des Profils. Alles dieses Typs muss es einhalten, ob es das Profil angibt oder nicht.
checks-table = Was wann gilt
checks-table-own = eigene Tabelle
checks-table-what = Für ein Dokument gelten die Pakete seines eigenen Datums. Eine Zeile fällt weg, wenn Sie sie leeren; eine Art von Dokument, wenn Sie das Element leeren, in dem das Datum steht.
checks-table-more = Eine weitere Art von Dokument
checks-table-profile = Dokument: das Profil, das es angibt
checks-table-dates = Wo sein Datum steht (wie Composition.date; das erste, das da ist, zählt)
checks-table-name = Paket
checks-table-version = Version
checks-table-from = Gilt ab
checks-table-until = Gilt bis
checks-table-kbv = Ansehen, was die Tabelle der KBV ändern würde
checks-versions = Frühere Einstellungen
checks-versions-none = Noch hat niemand die Einstellungen geändert.
checks-version = { $who } hat die Einstellungen geändert
checks-version-back = { $who } hat die Einstellungen von Eintrag { $entry } wieder eingesetzt
checks-version-title = Einstellungen von Eintrag { $entry }
checks-version-own = Die Einstellungen, mit denen Salus kommt: R4 allein, und die Tabelle der KBV
checks-text = Als Text
checks-text-what = Alle Einstellungen in Zeilen, wie das Protokoll sie hat und wie salus package show sie zeigt.
checks-done = Die Einstellungen gelten.
checks-undone = Rückgängig gemacht: Es gelten die Einstellungen von vorher.
checks-overtaken = Inzwischen hat jemand die Einstellungen geändert. Es wurde nichts geändert: Bitte sehen Sie noch einmal nach.
checks-same = Es würde sich nichts ändern.
checks-looser = Weniger streng als jetzt
checks-stricter = Strenger als jetzt
checks-days = Was wann gilt
checks-diff-added = { $name } { $version }: Was ein Profil dieses Pakets angibt, wird ab dann geprüft und abgelehnt, wenn es das Profil verletzt.
checks-diff-other = { $name } { $version } hat einen anderen Inhalt.
checks-diff-strict = { $name } { $version }: Ein zweites Profil und unbekannte Erweiterungen werden abgelehnt.
checks-diff-fhir = { $name } { $version }: Ein zweites Profil und unbekannte Erweiterungen werden angenommen.
checks-diff-removed = { $name } { $version }: Seine Profile sind nicht mehr bekannt. Was sie angibt, wird mit einer Warnung gespeichert.
checks-diff-demand = Alles vom Typ { $type } muss { $profile } einhalten.
checks-diff-free = Vom Typ { $type } wird { $profile } nicht mehr verlangt.
checks-diff-import-warns = Was ein Import bringt und ein Profil verletzt, wird gespeichert, mit Warnungen.
checks-diff-import-refuses = Was ein Import bringt und ein Profil verletzt, wird abgelehnt.
checks-diff-new = Neu: { $what }
checks-diff-gone = Nicht mehr: { $what }
checks-fault-settings = Die Einstellungen sind nicht lesbar; was ein Profil angibt, wird darum abgelehnt. Setzen Sie frühere wieder ein.
checks-fault-package = { $name } { $version } ist nicht verwendbar: Die Datei fehlt oder wurde verändert. Was ein Profil angibt, das kein anderes Paket hat, wird abgelehnt, bis das Paket wieder da ist.
checks-wrong-line = Zeile { $line } ist keine, die bekannt ist. Es wurde nichts geändert.
checks-wrong-long = Das ist zu viel: höchstens { $packages } Pakete, { $packages } verlangte Profile und { $kib } KiB Text. Es wurde nichts geändert.
checks-wrong-demand = „{ $line }“ ist kein Typ mit einem Profil. So: Patient https://example.org/StructureDefinition/patient
checks-wrong-profile = „{ $what }“ ist keine Adresse eines Profils: ein Wort, wie https://example.org/StructureDefinition/brief
checks-wrong-dates = „{ $what }“ sagt nicht, wo das Datum steht. So: Composition.date
checks-wrong-row = „{ $what }“: Eine Zeile braucht den Namen des Pakets und seine Version, je ein Wort.
checks-wrong-day = { $what }: Ein Tag ist keiner. So: 2026-01-27
checks-wrong-order = { $what }: Der letzte Tag liegt vor dem ersten.
checks-wrong-empty = Eine leere Tabelle gibt es nicht. Lassen Sie eine Art von Dokument stehen, oder nehmen Sie die Tabelle der KBV.
checks-file = Pakete hinzufügen
checks-file-what = Dateien wie kbv.ita.eau-1.2.1.tgz, mehrere auf einmal und in beliebiger Reihenfolge, zusammen höchstens { $mib } MiB. Die Version ist die im Dateinamen. Sie sehen zuerst, was sich ändern würde.
checks-brought = Neue Dateien
checks-claims = Was ein Profil oder eine Erweiterung davon angibt, wird ab dann geprüft
checks-passed-by = { $count ->
    [one] eine Datei darin ist nicht verwendbar
   *[other] { $count } Dateien darin sind nicht verwendbar
}
checks-missing = Die Datei von { $name } ist nicht da oder wurde verändert: Was ein Profil angibt, das kein anderes Paket hat, würde abgelehnt. Fügen Sie das Paket danach erneut hinzu.
checks-wrong-none = Wählen Sie eine Datei, wie kbv.ita.eau-1.2.1.tgz.
checks-wrong-large = Das ist zu groß: zusammen höchstens { $mib } MiB. Schicken Sie weniger auf einmal; ein einzelnes größeres Paket fügt hinzu, wer den Server betreibt (salus package add).
checks-wrong-no-tgz = { $file } ist kein Paket: Es ist keine .tgz-Datei. Nehmen Sie die Datei, wie ihr Herausgeber sie anbietet, ohne sie zu entpacken.
checks-wrong-broken = { $file } ist beschädigt oder nicht vollständig. Laden Sie die Datei noch einmal herunter.
checks-wrong-unpacked = { $file } ist entpackt zu groß: höchstens { $mib } MiB, und höchstens das 200-Fache der Datei.
checks-wrong-many = { $file } hat zu viele Dateien: höchstens { $count }.
checks-wrong-path = { $file } wird nicht angenommen: Es hat Verweise, oder Pfade, die hinausführen.
checks-wrong-manifest = { $file } ist kein FHIR-Paket: package/package.json fehlt oder nennt keinen Namen und keine Version.
checks-wrong-release = { $file } ist ein Paket für eine andere FHIR-Version; hier gilt R4 (4.0).
checks-wrong-other = { $name } { $version } ist schon da, mit anderem Inhalt. Vergleichen Sie, woher die Datei kommt; soll sie gelten, nehmen Sie das andere Paket zuerst heraus.
checks-wrong-full = Der Ordner Ihrer Praxis ist voll: höchstens { $count } Pakete und { $mib } MiB, die herausgenommenen mitgezählt, denn sie lassen sich wieder einsetzen. Wer den Server betreibt, kann alte entfernen oder Pakete selbst hinzufügen (salus package add).
checks-wrong-waited = { $names }: Die Datei ist nicht mehr da; sie wartet höchstens eine Stunde. Es wurde nichts geändert: Wählen Sie sie noch einmal.
checks-diff-back = { $name } { $version }: Die Datei ist wieder da. Was ihretwegen abgelehnt wurde, wird wieder geprüft wie sonst.
