# Frame and common words of a practice's pages.
rail-today = Today
rail-inbox = Inbox
rail-patients = Patients
rail-tasks = Tasks
rail-admin = Admin
role-physician = Physician
role-medical-assistant = Medical assistant
role-practice-administrator = Practice administration
role-client = Application
sign-in = Sign in
sign-in-away = Signing in is not available here at the moment. Please ask your practice's administrator.
try-again = Try again
to-today = To Today
