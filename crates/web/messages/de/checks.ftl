# Was geprüft wird, bevor etwas gespeichert wird: Pakete mit Profilen.
admin-kind-checks = Prüfung
admin-log-checks = hat geändert, wie geprüft wird, was geschrieben wird
admin-log-checks-restored = prüft, was geschrieben wird, wieder wie ab Eintrag { $entry }
changes-undo-checks = Umkehren: Es wird wieder geprüft wie vorher.
