# Cadre et mots communs des pages d’un cabinet.
rail-today = Aujourd’hui
rail-inbox = Reçu
rail-patients = Patients
rail-tasks = Tâches
rail-admin = Gestion
role-physician = Médecin
role-medical-assistant = Assistante médicale
role-practice-administrator = Gestion du cabinet
role-client = Application
sign-in = Se connecter
sign-in-away = La connexion n’est pas disponible ici pour le moment. Veuillez vous adresser à la gestion de votre cabinet.
try-again = Réessayer
to-today = Vers « Aujourd’hui »
