# What is checked before something is stored: packages of profiles.
admin-kind-checks = Checks
admin-log-checks = changed how what is written is checked
admin-log-checks-restored = checks what is written as from entry { $entry } again
changes-undo-checks = Undo: it is checked as before again.
