# Budgets: what stands around their limits.
admin-kind-budgets = Budgets
admin-refused-touch = a passkey was to be touched first
admin-log-used-touch = confirmed with the passkey “{ $passkey }” that a session goes on
admin-log-used-raise = confirmed with the passkey “{ $passkey }” that somebody gets more
budget-log-touched = confirmed by passkey to open more charts
budget-log-emergency = { $count ->
    [one] opened one chart from the emergency reserve
   *[other] opened { $count } charts from the emergency reserve
}
budget-log-asked = asked for { $count } more for { $about }
budget-log-asked-cell = asked for { $count } more for the practice as a whole
budget-log-raised = gave { $about } { $count } more
budget-log-raised-cell = gave the practice as a whole { $count } more
budget-log-ended = withdrew a raise of { $about }
budget-log-ended-cell = withdrew a raise of the practice as a whole
budget-log-ask-ended = closed a request for more
budget-log-changed = changed the budget of { $about }
budget-log-changed-cell = changed the practice’s budget
not-saved-touch = Most of what you may open is used up for now, so please confirm by your passkey first that it is you. What you typed is kept.
trouble-touch = Please confirm that it is you
trouble-touch-what = You have opened most of the charts that are foreseen for now. So that nobody who got hold of this session can carry on, touch your passkey once. Nothing is lost.
trouble-touch-do = After that it goes on where you were.
budgets = Budgets
budgets-cell = The practice as a whole
budgets-change = Change
budgets-most = At most, in charts an hour, a day and 30 days:
budgets-patients = { $count } patients
budgets-set = From now on
budgets-suggested = { $role }: on 999 of 1,000 days at most { $count } charts.
budgets-suggested-from = Seen on { $days } days of people; where nothing is said, { $own } a day.
budgets-suggestions = What your own log suggests
budgets-suggestions-none = No day with an opened chart is over yet.
budgets-suggestions-what = Nothing is changed by itself. A day counts when it is over.
budgets-used = Charts in the last hour, day and 30 days, of how many
budgets-wrong = That was not changed. An hour may have at most as much as a day, a day at most as much as 30 days, and nobody more than their role; more is given at the machine.
emergency-go = Open in an emergency
emergency-what = Somebody needs help now? A few charts a day can be opened all the same. Each use stands in the log with your name, and whoever administers the practice sees it.
emergency-why = What has happened (may stay empty)
more-30-days = 30 days
more-amount = How many charts more
more-ask = Ask for more
more-ask-what = Somebody else gives it by their passkey: who administers the practice, or another physician. It ends by itself.
more-asked-by = Asked for by { $name }:
more-asked-charts = { $count } charts more, until { $until }
more-asked-lines = { $count } lines more, until { $until }
more-asks = Asked for
more-asks-none = Nobody asks for more just now.
more-charts = Charts you opened
more-charts-what = Different patients. Whoever is open already costs nothing again.
more-close = Close
more-day = Day
more-for = For how long
more-give = Give it, at the door
more-hour = Hour
more-hours = { $count ->
    [one] one hour
   *[other] { $count } hours
}
more-limit = of
more-lines = Lines in lists
more-many-patients = many patients on one day
more-nobody = nobody here may give it: ask at the machine
more-on-duty = on duty at night or at the weekend
more-other = something else
more-paperwork = paperwork
more-raised = { $count } more until { $until },
more-raised-by = given by { $name }
more-reserve = { $count ->
    [0] The reserve for emergencies is used up for today.
    [one] For an emergency, one more chart can be opened today in spite of everything.
   *[other] For an emergency, { $count } more charts can be opened today in spite of everything.
}
more-standing-in = standing in for somebody
more-take-back = Take back
more-title = What I may open
more-transfer = a transfer of records
more-used = opened
more-who = may give it: { $names }
more-why = Why
more-withdraw = Withdraw
more-wrong = That cannot be asked for: a number, at most as many as you have in 30 days, and at most five times a day.
reach-admin-key = The administrator’s key at the machine
reach-cell = The practice as a whole
reach-credential = What is stolen
reach-head = How far each credential gets
reach-in-day = in a day
reach-in-hour = in an hour
reach-in-month = in 30 days
reach-lead = The most different patients whose charts a thief could open from now on; those who are open already count.
reach-link = A one-time link of
reach-passkey = A passkey of
reach-record-server = The record server, with whoever is signed in
reach-root-key = The root key, with a copy of the data
reach-secret = The secret of
reach-session = A session of
reach-token = A token of
reach-why = Bounded by
reach-why-budget = its own budget
reach-why-cell = the practice’s budget
reach-why-cut-off = the practice is cut off
reach-why-hands-out = opens nothing, but could let { $count } others in today; the practice’s budget bounds them
reach-why-nothing = nothing: keep it where nobody gets
reach-why-only-brings-in = brings records in and takes none out; it can ask whether somebody is there
reach-why-opens-nothing = it opens nothing
reach-why-patients = there are no more patients
reach-why-touch = its own budget, up to where a passkey is needed
reach-worst = The worst credential: charts it could open
trouble-touch-go = Confirm with your passkey
rest-hour = { $count ->
    [one] 1 chart left this hour
   *[other] { $count } charts left this hour
}
rest-today = { $count ->
    [one] 1 chart left today
   *[other] { $count } charts left today
}
