# Alarms: what happened, what to do, who is told.

admin-alarms = Alarms
admin-alarms-none = No alarm. There is nothing to do.
admin-alarms-open = { $count ->
    [one] One alarm that nobody has seen yet
   *[other] { $count } alarms that nobody has seen yet
}
admin-alarms-all-seen = All seen
admin-alarms-all-seen-done = All alarms are marked as seen.
admin-alarms-more = Earlier alarms
admin-alarms-rules = Change the rules
admin-alarms-new = New
admin-alarms-seen = seen by { $who }, { $when }
admin-alarms-seen-machine = marked as seen at the machine, { $when }
admin-alarms-see = Seen
admin-alarms-seen-done = The alarm is marked as seen.
admin-alarms-restore = Let the session go on
admin-alarms-restore-what = The person can at once go on where they were. Their budgets stay as they are.
admin-alarms-restored = The session goes on.
admin-alarms-who = Who it was
admin-alarms-log = See it in the log
admin-alarms-contain = Shut out the person or device
admin-alarms-suspended = The session is suspended.
admin-alarms-goes-on = The session goes on again.
admin-alarms-from = from { $address }
admin-alarms-somebody = Somebody
admin-alarms-way-mail = Mail
admin-alarms-way-webhook = Webhook
admin-alarms-ways-none = Alarms stand on this page, and on top of every page of whoever administers.
admin-alarms-way-fine = everything delivered
admin-alarms-way-absent = the messenger does not run
admin-alarms-way-waits = { $count ->
    [one] one message waits
   *[other] { $count } messages wait
}, since { $since }
admin-alarms-trouble-no-answer = The other end does not answer. It is tried again.
admin-alarms-trouble-refused = The other end does not take the message. It is tried again.
admin-alarms-trouble-encryption = The other end’s certificate or encryption is not in order. It is tried again.
admin-alarms-trouble-configuration = The settings under [alarms] in salus.toml do not fit.

alarm-canary = An invented record was opened
alarm-canary-lists = Several invented records were seen in lists
alarm-budget-spent = A budget is spent
alarm-new-device = A new device or a new address
alarm-many-refusals = Many refusals within a short time
alarm-many-counts = Many searches that only count
alarm-export = The whole of the records was asked for, or an export
alarm-trust-at-night = An authorization was changed at night or at the weekend
alarm-tampering = What is stored does not fit what was written
alarm-emergency-reserve = Somebody used their emergency reserve

alarm-canary-what = This patient does not exist. Whoever works here has no reason to open the record; whoever takes records one after the other comes across it.
alarm-budget-spent-what = More patients were to be reached than the budget allows. No further records open. In an emergency a few open all the same; each stands in the log.
alarm-new-device-what = The person has never signed in with this passkey, or from this network.
alarm-many-refusals-what = { $count } requests were refused one shortly after the other. It looks like this when somebody tries what works.
alarm-many-counts-what = { $count } searches only counted. From numbers, too, can be guessed who has which diagnosis.
alarm-export-what = Somebody asked for all changes of all records, or asked for an export of many patients, or approved one.
alarm-trust-at-night-what = Nobody else works on people, passkeys, roles or applications at this time.
alarm-tampering-what = A record did not open as it was written, or there is a copy of a passkey.
alarm-emergency-reserve-what = { $count ->
    [one] One record was
   *[other] { $count } records were
} opened in an emergency, beyond the budget. Everybody has a few of these a day, so that nobody stands before a closed record.

alarm-canary-do = Call the person. If it was they themselves, by mistake, let the session go on. If it was not, shut them out.
alarm-budget-spent-do = Ask whether there really was so much to do today.
alarm-new-device-do = Ask the person whether the device is theirs. If not, revoke the passkey.
alarm-many-refusals-do = Ask the person what they are looking for. Of an application, ask whoever runs it.
alarm-many-counts-do = Ask what the numbers are needed for.
alarm-export-do = See whether that was agreed (Exports). If not, end the export and shut out whoever asked for it.
alarm-trust-at-night-do = Ask whether it was meant. Otherwise undo the change.
alarm-tampering-do = Call whoever runs the machine, and have “salus log verify” run. Revoke the passkey, if it is about one.
alarm-emergency-reserve-do = Ask the person what the emergency was. If there was none, lock them out.

alarm-rules-title = When there is an alarm
alarm-rules-what = The rules hold at once, for everybody in this practice. Each change stands in the log.
alarm-rules-refusals = Refusals of one person from which on there is an alarm
alarm-rules-refusals-minutes = within so many minutes
alarm-rules-counts = Counting searches of one person from which on there is an alarm
alarm-rules-counts-minutes = within so many minutes
alarm-rules-glimpses = Different invented records that somebody sees in lists within an hour
alarm-rules-night-from = The night begins at (hour)
alarm-rules-night-to = The night ends at (hour)
alarm-rules-weekend = Saturday and Sunday count as night
alarm-rules-zone = Local time in winter, minutes east of UTC
alarm-rules-summer = Summer time as in the European Union
alarm-rules-quiet = The same alarm about the same person comes again only after (minutes)
alarm-rules-suspends = The session of whoever opens an invented record is suspended at once
alarm-rules-sent = What is told by mail and webhook
alarm-rules-save = Save the rules
alarm-rules-saved = The rules hold.
alarm-rules-bad = Not saved: a value is out of its bounds.

admin-kind-alarms = Alarms
admin-asked-count = to search in order to count
admin-log-alarm = raised an alarm: { $what }
admin-log-alarm-seen = marked an alarm as seen
admin-log-alarm-told = delivered an alarm
admin-log-alarm-ways = delivers alarms by other ways
admin-log-alarm-rules = changed the rules of alarms
admin-log-alarm-restored = let a suspended session go on
admin-log-alarm-canaries = made or removed invented records
