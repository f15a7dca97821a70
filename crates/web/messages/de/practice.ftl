# Rahmen und gemeinsame Wörter der Seiten einer Praxis.
rail-today = Heute
rail-inbox = Eingang
rail-patients = Patienten
rail-tasks = Aufgaben
rail-admin = Verwaltung
role-physician = Ärztin oder Arzt
role-medical-assistant = Medizinische Fachangestellte
role-practice-administrator = Praxisverwaltung
role-client = Anwendung
sign-in = Anmelden
sign-in-away = Die Anmeldung ist hier gerade nicht erreichbar. Bitte wenden Sie sich an die Verwaltung Ihrer Praxis.
try-again = Noch einmal versuchen
to-today = Zu „Heute“
