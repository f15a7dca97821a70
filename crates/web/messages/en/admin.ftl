# Administration: people, roles, applications, the log, checkpoints.
admin-overview = Overview
admin-people = People
admin-roles = Roles
admin-clients = Applications
admin-log = Access log
admin-checkpoints = Checkpoints
admin-back = Back
admin-not-done = That was not done
admin-not-done-what = Nothing was changed.
admin-once = This was sent already
admin-once-what = This form was sent before, or stood open for too long. Salus shows a link or a secret only once; nothing new was made.
admin-once-again = Did you not keep what was shown? See whether it is there, and make a new link or a new access for it.
admin-not-yours = Only the practice’s administration gets in here
admin-not-yours-who = You are signed in as { $name } ({ $role }). Whoever opens records does not administer people as well, so that no single access can do both.
admin-not-yours-help = If somebody new is to get access, if you lost a passkey or need another role: ask the person who administers your practice. They can do it at once.
admin-invalid = This cannot be done to this person, or by you: what needs a second person, another administrator has to do.
admin-just-now = just now
admin-ago-minutes = { $count ->
    [one] { $count } minute ago
   *[other] { $count } minutes ago
}
admin-ago-hours = { $count ->
    [one] { $count } hour ago
   *[other] { $count } hours ago
}
admin-ago-days = { $count ->
    [one] { $count } day ago
   *[other] { $count } days ago
}
admin-in-minutes = { $count ->
    [one] in { $count } minute
   *[other] in { $count } minutes
}
admin-in-hours = { $count ->
    [one] in { $count } hour
   *[other] in { $count } hours
}
admin-in-days = { $count ->
    [one] in { $count } day
   *[other] in { $count } days
}

# Overview
admin-count-people = { $count ->
    [one] { $count } person
   *[other] { $count } people
}
admin-count-clients = { $count ->
    [one] { $count } application
   *[other] { $count } applications
}
admin-count-sessions = { $count ->
    [one] { $count } signed in
   *[other] { $count } signed in
}
admin-alone = There is only one administrator. If their passkey is lost, nobody here can help: invite a second one.
admin-worst = What reaches furthest
admin-worst-lead = What somebody would get who stole one of these, until it is suspended. The ring shows what was really opened in the last 24 hours.
admin-worst-what = charts of { $day } patients in 24 hours, of { $month } in 30 days
admin-worst-none = Nothing opens a chart.
admin-refused-today = Refused today
admin-refused-none = Nothing was refused today.
admin-more-than = more than { $count }
admin-one-passkey = With one passkey only
admin-one-passkey-what = If it is lost, they are locked out until an administrator helps. A second one takes a minute: each person adds it at the sign-in page.
admin-one-passkey-none = Nobody has only one passkey.
admin-waiting = Invited, not signed in yet
admin-waiting-none = No invitation is waiting.
admin-good-minutes = { $count ->
    [one] good for { $count } more minute
   *[other] good for { $count } more minutes
}
admin-good-hours = { $count ->
    [one] good for { $count } more hour
   *[other] good for { $count } more hours
}
admin-good-days = { $count ->
    [one] good for { $count } more day
   *[other] good for { $count } more days
}
admin-good-until = the link ends { $time }
admin-link-ended = the link has ended

# People
admin-name = Name
admin-role = Role
admin-passkeys = Passkeys
admin-used = Last used
admin-unused = never used
admin-never = never
admin-added = Added
admin-none = none
admin-invited = invited
admin-only-one = no second one
admin-reach = { $used } of { $limit } patients’ charts in 24 hours
admin-reach-head = Charts, 24 h
admin-reach-what = How many different patients’ charts were opened in the last 24 hours, and how many may be
admin-opens-none = opens no charts
admin-gone = { $count ->
    [one] { $count } person who has left
   *[other] { $count } people who have left
}
admin-status-active = active
admin-status-suspended = suspended
admin-status-revoked = has left
admin-you = you
admin-their-log = Their entries in the log
admin-synced = synced
admin-synced-what = Is also on this person’s other devices
admin-link-waits = Not signed in yet. The link that was sent is good until { $time }.
admin-link-none = No passkey, and no link that is still good.
admin-passkey-unnamed = without a name
admin-passkey-remove = Remove …
admin-self-passkeys = You look after your own passkeys at the sign-in page, with a passkey. Should all be lost, another administrator helps.
admin-second-how = A second passkey is added by the person at the sign-in page (“Your passkeys”), with the first one.
admin-invite-again = Make a new link
admin-recover = All passkeys are lost …
admin-access = Access
admin-suspend = Suspend
admin-suspend-what = Suspended, the person is signed out at once and cannot sign in. You can restore them at any time.
admin-suspended-what = This person cannot sign in. Their passkeys are kept.
admin-restore = Restore
admin-revoke = End for ever …
admin-about = About
admin-sessions = Signed in now
admin-change = Change
admin-role-what = The new role holds at once, also where the person is signed in. What each may do:
admin-name-right = Name
admin-practitioner = Record as practitioner
admin-practitioner-hint = The id of the Practitioner that this person is, so that appointments and entries are theirs. Administration opens no record, so nobody checks here that there is one: with a wrong id, their entries name a practitioner whom nobody finds.
admin-error-describe = A name is needed, of at most 200 characters; the id of a practitioner consists of letters, digits, dashes and dots.
admin-done-suspended = { $name } is suspended and signed out everywhere.
admin-done-active = { $name } can sign in again.
admin-done-role = { $name } has another role from now on.
admin-done-name = Saved: { $name }
admin-done-passkey = The passkey of { $name } signs nobody in any more.
admin-done-revoked = The access of { $name } has ended.
admin-person-new = Invite somebody
admin-person-next = Next you get a link that this person opens once, to make their passkey. You see it only once.
admin-invite = Make the link
admin-name-hint = As colleagues know them: “Dr. Ada Muster”
admin-language = Language
admin-error-name = Enter a name, of at most 200 characters
admin-error-role = Choose what the person may do
admin-link = One-time link
admin-link-for = Link for { $name }
admin-link-once = You see this link only now. When you leave this page it cannot be shown again.
admin-link-until = Good until { $time } ({ $ago }), and for one passkey.
admin-link-how = Hand it over in person or through a channel that only this person reads. They open it on the device they work with.
admin-link-whoever = Whoever opens it first becomes this person. If somebody else had it: make a new link, and this one ends.
admin-link-no-door = The invitation is made, but there is no sign-in page here to which a link could lead. Whoever runs the server has to set one up; then make a new link.
admin-link-kept = I have handed the link on
admin-recovered = The old passkeys have ended, and so has everything that was signed in with them.
admin-copy = Copy
admin-copied = Copied
admin-for-ever = This cannot be undone.
admin-recover-title = Has { $name } lost all passkeys?
admin-recover-ends = All passkeys of { $name } end at once, and so does everything that is signed in with them.
admin-recover-link = You get a link with which { $name } makes a new passkey.
admin-recover-sure = Make sure that it is really { $name } who asks: in person, or call them back on a number that you know.
admin-recover-do = End the passkeys and make a link
admin-revoke-title = End the access of { $name } for ever?
admin-revoke-ends = { $name } is signed out at once and can never sign in again.
admin-revoke-ever = It cannot be taken back: should they return, they are invited anew. For an absence, suspend them instead.
admin-revoke-stays = What { $name } wrote and opened stays in the records and in the log.
admin-revoke-do = End for ever
admin-passkey-title = Remove the passkey “{ $passkey }” of { $name }?
admin-passkey-ends = It signs nobody in any more, and what is signed in with it ends at once.
admin-passkey-last = It is the only one: without another link the person cannot sign in.
admin-passkey-others = The person’s other passkeys stay.
admin-passkey-do = Remove the passkey

# Roles
admin-role-physician = Physician
admin-role-medical-assistant = Medical assistant
admin-role-practice-administrator = Administration
admin-role-operator = Operator
admin-role-fhir-client = Reads and writes
admin-role-fhir-reader = Reads only
admin-role-importer = Brings records in
admin-role-approver = Approves
admin-short-physician = opens and writes records
admin-short-medical-assistant = opens and writes records, and sees more lines in lists
admin-short-practice-administrator = administers people and applications, opens no record
admin-short-fhir-client = opens, searches and writes records, as a laboratory system does
admin-short-fhir-reader = opens and searches records, changes none
admin-short-importer = brings records in and takes none out
admin-roles-lead = What each may do, and how many different patients at most within a time. The ring shows how much of it each person has used in the last 24 hours.
admin-may-read = opens records
admin-may-create = makes new entries
admin-may-change = changes entries
admin-may-search = searches
admin-may-administer = administers people, applications and the log
admin-may-approve = approves what needs two approvals at the server
admin-yes = Yes:
admin-no = No:
admin-application = Application
admin-budget = Different patients in
admin-hour = 1 hour
admin-day = 24 hours
admin-30-days = 30 days
admin-charts = Charts
admin-lines = Lines in lists
admin-role-nobody = Nobody has this role.

# Applications
admin-clients-lead = Laboratory systems, devices and other software that reads or writes records by itself.
admin-clients-none = No application has access.
admin-client-new = New application
admin-client-name-hint = What it is and where: “Laboratory Müller, results”
admin-client-may = What it may do
admin-client-make = Make the access
admin-size = How much it may reach
admin-size-hint = Different patients’ charts in 24 hours. More is given at the server, by whoever runs it.
admin-client-bearer = without a key
admin-bearer = This application cannot prove a key (DPoP)
admin-bearer-hint = Tick this only if there is no other way: whoever copies its token then acts as the application. It reaches a quarter at most, 62 charts a day.
admin-size-small = a few: { $count }
admin-size-workplace = as much as a busy workplace: { $count }
admin-error-client-name = Enter a name, of at most 200 characters
admin-secret = Secret
admin-secret-for = Access for { $name }
admin-secret-once = You see the secret only now. When you leave this page it cannot be shown again.
admin-secret-how = Enter all three in the application’s settings (OAuth 2.0, client credentials).
admin-secret-kept = I have kept it
admin-client-id = Client id
admin-token-url = Token address
admin-client-revoke-title = End the access of { $name }?
admin-client-revoke-ends = The application reads and writes nothing from now on. What it had under way ends.
admin-client-revoke-ever = Its secret is never good again; should it come back, it gets a new access.
admin-client-revoke-do = End
admin-done-client = The application’s access has ended.
admin-clients-gone = { $count ->
    [one] { $count } application that has ended
   *[other] { $count } applications that have ended
}

# The log
admin-log-title = Who has done what
admin-log-lead = Every access and every change, newest first. Patients are not named here: who looked at a record is shown in that record.
admin-filter-who = Person or application
admin-filter-anybody = anybody
admin-filter-kind = What
admin-filter-anything = anything
admin-filter-any-purpose = any
admin-filter-from = From
admin-filter-to = To
admin-filter-refused = only what was refused
admin-filter-wrong-who = There is no such person or application here
admin-filter-wrong-choice = There is no such thing here: choose from the list
admin-filter-wrong-before = There is no such page of the log
admin-filter-wrong = What is looked for is not understood. So nothing is shown, rather than everything.
admin-filter-show = Show
admin-filter-reset = All
admin-kind-opened = Records opened
admin-kind-searched = Searched
admin-kind-written = Written
admin-kind-sign-in = Signed in and out
admin-kind-people = People and passkeys
admin-kind-clients = Applications
admin-kind-cell = Practice cut off
admin-kind-bookkeeping = Bookkeeping
admin-purpose = Purpose
admin-purpose-TREAT = Treatment
admin-purpose-HPAYMT = Billing
admin-purpose-HOPERAT = Running the practice
admin-purpose-ETREAT = Emergency
admin-purpose-PATRQT = At the patient’s request
admin-purpose-SYSADMIN = Administration
admin-log-none = Nothing fits.
admin-log-reached = The log goes further back than was looked through: go on with “Older”.
admin-log-older = Older
admin-log-newest = Newest
admin-log-end = That is the beginning.
admin-entry = Entry
admin-when = When
admin-asked = Asked for
admin-patients = Patients
admin-versions = Versions of records
admin-address = Network address
admin-log-somebody = Somebody
admin-log-system = Salus
admin-log-machine = Somebody at the server
admin-log-forgotten = did something whose details are kept no longer
admin-log-opened = { $count ->
    [0] opened entries of the practice
    [one] opened the record of { $count } patient
   *[other] opened the records of { $count } patients
}
admin-log-glimpsed = { $count ->
    [0] saw a list without patients
    [one] saw { $count } patient in a list
   *[other] saw { $count } patients in a list
}
admin-log-searched = { $count ->
    [0] searched and found nobody
    [one] searched and reached { $count } patient
   *[other] searched and reached { $count } patients
}
admin-log-written = { $versions ->
    [one] wrote { $versions } entry
   *[other] wrote { $versions } entries
} ({ $count ->
    [0] of the practice
    [one] { $count } patient
   *[other] { $count } patients
})
admin-log-refused = wanted { $asked } – refused: { $why }
admin-log-signed-in = signed in with the passkey “{ $passkey }”
admin-log-session = began a session
admin-log-session-ended = is signed out
admin-log-client = made the application “{ $about }” ({ $role })
admin-log-client-ended = ended the application “{ $about }”
admin-log-proof-required = decided that the application “{ $about }” proves its key with each request
admin-log-bearer-allowed = allowed the application “{ $about }” to use its token alone (without a key)
admin-log-cut-off = cut the practice off
admin-log-cut-off-because = said why the practice was cut off: { $reason }
admin-log-joined = joined the practice again
admin-log-held = held { $about }
admin-log-held-all = held everyone who was signed in
admin-log-released = let go what entry { $hold } held
admin-log-except = allowed { $about } to read in an emergency
admin-log-except-ended = ended that { $about } may read in an emergency
admin-log-added = added { $about } ({ $role })
admin-log-invited = made a one-time link for { $about }
admin-log-looks-round = made a link for { $about } to look round
admin-log-invitation-ended = used a link to look round
admin-log-passkey-first = made the passkey “{ $passkey }” with a one-time link
admin-log-passkey-more = added the passkey “{ $passkey }”
admin-log-passkey-named = named a passkey “{ $passkey }”
admin-log-passkey-ended = ended the passkey “{ $passkey }” of { $about }
admin-log-passkey-gone = ended a passkey
admin-log-used-sign-in = proved to be there with the passkey “{ $passkey }”
admin-log-used-list = looked at their passkeys, with “{ $passkey }”
admin-log-used-add = allowed another passkey with “{ $passkey }”
admin-log-used-rename = confirmed a new name with the passkey “{ $passkey }”
admin-log-used-remove = confirmed with the passkey “{ $passkey }” that one is removed
admin-log-sign-in-refused = could not sign in: { $why }
admin-log-restored = restored { $about }
admin-log-suspended = suspended { $about }
admin-log-revoked = ended the access of { $about } for ever
admin-log-role = gave { $about } the role { $role }
admin-log-described = put the name of { $about } right
admin-log-language = chose the language { $language }
admin-log-bookkeeping = noted that something was stored or delivered
admin-asked-read = to open a record
admin-asked-history = to see earlier versions
admin-asked-histories = to see everything that was changed
admin-asked-create = to make an entry
admin-asked-update = to change an entry
admin-asked-delete = to delete an entry
admin-asked-bundle = to do several things at once
admin-asked-search = to search
admin-asked-accesses = to see who has looked at a record
admin-asked-administer = to administer
admin-asked-session = to use the session
admin-refused-session = was not signed in any more
admin-refused-role = the role does not allow it
admin-refused-missing = there is no such thing
admin-refused-cut-off = the practice is cut off
admin-refused-budget = enough different patients for now
admin-refused-handed = enough handed out for the day
admin-refused-damaged = what is stored does not open
admin-refused-malformed = the question was wrong
admin-refused-full = the disk is full
admin-refused-no-proof = nothing proved that the session is used on its own device
admin-refused-bad-proof = what should prove that the session is used on its own device was wrong or old
admin-fault-elsewhere = the answer was meant for another page, person or request
admin-fault-replayed = the same answer came twice
admin-fault-late = it took too long
admin-fault-proof = the browser showed no key of its own
admin-fault-copied = the passkey may have been copied
admin-fault-unknown = the passkey is unknown or has ended
admin-fault-status = the person is suspended, has left, or belongs elsewhere
admin-fault-invitation = the link is unknown, used or too old
admin-fault-registered = this passkey was made already
admin-fault-nobody = the device did not check who was there
admin-fault-wrong = the answer was not right

# Checkpoints
admin-checkpoints-lead = A checkpoint is a signed statement of how long the log is and what stands in it. Whoever keeps an older one can prove that nothing was cut off or changed since.
admin-checkpoint-last = Last checkpoint
admin-checkpoint-size = Entries
admin-checkpoint-newer = Newer entries
admin-checkpoint-none-newer = none
admin-checkpoint-some-newer = { $count ->
    [one] { $count } newer entry, in the next checkpoint
   *[other] { $count } newer entries, in the next checkpoint
}
admin-checkpoint-root = Root
admin-checkpoint-witnesses = Witnesses
admin-checkpoint-none = There is no checkpoint yet.
admin-checkpoint-not-yet = { $count ->
    [one] The first checkpoint is being made; there is { $count } entry.
   *[other] The first checkpoint is being made; there are { $count } entries.
}
admin-witness-none = nobody else keeps a copy
admin-witness-fails = a witness does not take copies
admin-witness-good = the witnesses have it
admin-checkpoint-says = It covers { $count } entries; { $newer } are newer.
admin-checkpoint-note = Signed note
admin-checkpoint-keep = Keep it outside this practice: on paper, or in an email to your data protection officer.
admin-verify = How anybody can verify the log
admin-verify-how = Save the note as checkpoint.txt, and later run this at the server:
admin-verify-what = It reads every entry, needs no key, and says whether the log still begins with what the checkpoint signed.

admin-contain = Contain
contain-title = When something is wrong
contain-lead = One button stops somebody at once, another gives it back. Nobody loses work: what is written stays, and so do drafts.
contain-why = Why
contain-why-what = For the log, where it stays readable for ever: no patient’s name. It may stay empty.
contain-living = { $count } signed in
contain-is-cut-off = The practice is cut off
contain-cut-off-what = Nobody reads, searches or changes anything. What laboratories and others send is accepted and kept sealed.
contain-came-in = Came in since then: { $count }.
contain-join = Join again
contain-of-alarm-what = Hold the session, and it gets nothing any more; hold the passkey or whoever it is, and no new session begins with it either. Each can be undone below.
contain-of-alarm-reason = Alarm { $number }
contain-exceptions = Who may read in an emergency
contain-until = until { $time }
contain-end = End
contain-except = May read in an emergency
contain-hours = For how long
contain-hours-of = { $count } hours
contain-except-do = Allow reading in an emergency
contain-held = What is held
contain-sessions = { $count } sessions
contain-undo = Give back
contain-only-machine = given back at the server only
contain-at-machine = at the server
contain-known = What is known
contain-known-what = Every access is in the log before anything is given out. Look first at what raised an alarm and at who is signed in.
contain-signed-in = Who is signed in
contain-nobody = Nobody.
contain-application = application
contain-since = since { $time }
contain-used = last { $time }
contain-reached = today { $charts } charts and { $lines } lines
contain-hold-session = Hold this session only
contain-hold-device = Hold the passkey
contain-hold-whose = Hold altogether
contain-unknown = What is not known
contain-unknown-taken = Whether somebody wrote down or photographed what was shown.
contain-unknown-who = Who sat at a device: the log names the passkey, not the hand.
contain-unknown-more = Whether another credential is in wrong hands. When in doubt, hold everybody.
contain-do = What you can do
contain-do-cell-what = Ends { $count } sessions, yours too. Everybody signs in again with their passkey, applications with their secret. Nobody loses work, and it can be given back.
contain-do-cell = Hold all sessions
contain-do-cut-off-what = Cuts the practice off: nobody reads or changes anything until you join it again. What comes from outside is not lost. In an emergency, whoever you name for it can read.
contain-do-cut-off = Cut the practice off
contain-next = What to do next
contain-next-hold = Hold whatever is suspicious. Rather too much: it can be given back.
contain-next-write = Write down what you saw, and when.
contain-next-call = Call whoever runs your server.
contain-next-scope = Have them find out which records were reached: exactly these are affected.
contain-next-changes = See in the log who changed people, roles or applications meanwhile.
contain-next-undo = Give back what turns out to be harmless.
contain-held-session = A session of { $name }
contain-held-person = { $name }
contain-held-device = A passkey of { $name }
contain-held-client = The application { $name }
contain-held-cell = All sessions that there were
contain-held-everyone = All sessions of all practices
contain-done-held = Held: { $count } sessions are of no use any more, and nothing of them is sent.
contain-done-released = Given back: { $count } sessions can be used again.
contain-done-cut-off = The practice is cut off.
contain-done-joined = The practice is joined again. Came in meanwhile: { $count }.
contain-done-changed = Changed.
