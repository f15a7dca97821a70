# Roles and the rules behind them.
admin-kind-rules = Rules
admin-role-locum = Locum
admin-role-insurer-clerk = Insurer’s clerk
admin-role-worker = Works by itself
role-locum = Locum
role-insurer-clerk = Insurer’s clerk
admin-short-locum = opens and writes records for some weeks, within smaller limits
admin-short-insurer-clerk = at an insurer: sees who somebody is, their insurance and what was sent in
admin-short-worker = carries things on by itself and sees no patient
admin-log-rules = changed what roles may do
admin-log-rules-restored = put back what roles might do since entry { $entry }
roles-lead = A switch changes nothing yet: first you see by name who would see more or less.
roles-fixed = This role cannot be changed here.
roles-patients = Patients only ever reach their own record. They can be given less than this, never more.
roles-what = Records
roles-finds = Finds
roles-opens = Opens
roles-adds = Adds
roles-changes = Changes
roles-identity = who they are
roles-notes = notes and encounters
roles-diagnoses = diagnoses and allergies
roles-results = lab results and measurements
roles-medication = medication and vaccinations
roles-appointments = appointments and tasks
roles-documents = letters, sick notes, forms
roles-insurance = insurance and bills
roles-house = the practice’s own lists
roles-other = everything else
roles-unasked = Is not asked why, where no treating relationship is known
roles-export = May ask for an export of many patients; a second person approves each
roles-exact = Is told exact numbers, where many match
roles-look = See what this would change
roles-done = These rules hold from now on, also for whoever is signed in.
roles-versions = Earlier rules
roles-versions-none = Nobody has changed the rules yet.
roles-in-force = in force
roles-version = { $who } changed the rules
roles-version-back = { $who } put back the rules of entry { $entry }
roles-version-title = Rules of entry { $entry }
roles-version-own = The rules that Salus comes with
roles-read = Read
roles-back = Put back
roles-text = The rules as text (Cedar)
roles-text-what = The switches above write this text anew; comments in it are lost then, and stay in the earlier rules. Who administers, and that administrators open no record, cannot be changed here either.
roles-preview = After this
roles-same = Nothing changes for anybody.
roles-more = More than now
roles-fewer = Less than now
roles-reason = Why (if you like)
roles-reason-what = It stays in the log for ever. Nothing about a patient.
roles-set-what = It holds at once, stands in the log with your name, and can be put back at any time.
roles-set = Put in force
roles-overtaken = Somebody changed the rules meanwhile. Nothing was changed: please look again.
roles-wrong = Nothing was changed. { $why }
roles-and-more = and { $count } more
roles-more-read = { $count ->
    [one] 1 more can open: { $what }
   *[other] { $count } more can open: { $what }
}
roles-more-create = { $count ->
    [one] 1 more can add: { $what }
   *[other] { $count } more can add: { $what }
}
roles-more-change = { $count ->
    [one] 1 more can change: { $what }
   *[other] { $count } more can change: { $what }
}
roles-more-search = { $count ->
    [one] 1 more can find: { $what }
   *[other] { $count } more can find: { $what }
}
roles-more-match = { $count ->
    [one] 1 more can find out whether there is one: { $what }
   *[other] { $count } more can find out whether there is one: { $what }
}
roles-more-exact = { $count ->
    [one] 1 more is told exact numbers
   *[other] { $count } more are told exact numbers
}
roles-more-unasked = { $count ->
    [one] 1 more is no longer asked why
   *[other] { $count } more are no longer asked why
}
roles-more-export = { $count ->
    [one] 1 more can ask for exports
   *[other] { $count } more can ask for exports
}
roles-fewer-read = { $count ->
    [one] 1 can no longer open: { $what }
   *[other] { $count } can no longer open: { $what }
}
roles-fewer-create = { $count ->
    [one] 1 can no longer add: { $what }
   *[other] { $count } can no longer add: { $what }
}
roles-fewer-change = { $count ->
    [one] 1 can no longer change: { $what }
   *[other] { $count } can no longer change: { $what }
}
roles-fewer-search = { $count ->
    [one] 1 can no longer find: { $what }
   *[other] { $count } can no longer find: { $what }
}
roles-fewer-match = { $count ->
    [one] 1 can no longer find out whether there is one: { $what }
   *[other] { $count } can no longer find out whether there is one: { $what }
}
roles-fewer-exact = { $count ->
    [one] 1 is no longer told exact numbers
   *[other] { $count } are no longer told exact numbers
}
roles-fewer-unasked = { $count ->
    [one] 1 is asked why from now on
   *[other] { $count } are asked why from now on
}
roles-fewer-export = { $count ->
    [one] 1 can ask for exports no more
   *[other] { $count } can ask for exports no more
}
roles-fault-long = The text is too long: at most { $count } bytes.
roles-fault-many = There are too many rules: at most { $count }.
roles-fault-line = Line { $line } is not understood: { $said }
roles-fault-cedar = The text is not understood: { $said }
roles-fault-template = Rules with places to be filled in are not possible here.
roles-fault-reason = The reason is too long.
roles-fault-unknown = There is no such version, or no such role.
roles-guard-opens = Whoever administers opens no record: that protects both. Somebody who does both gets two accesses.
roles-guard-locked-out = Then nobody could administer any more.
roles-guard-administers = Only the role for administration administers.
roles-guard-patient = Patients stay within their own record.
roles-guard-fixed = This role is as it is: the server counts on it.
roles-guard-approves = Who approves at the server cannot be changed here.
roles-guard-place = (Role: { $role }, rule: { $rule })
roles-guard-missing = (Role: { $role }; a rule for it is missing)
roles-hidden = Your role does not show: { $what }. Whoever administers your practice can change that.
