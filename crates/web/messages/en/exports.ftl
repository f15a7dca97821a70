# Exports of many patients.
exports = Exports
exports-lead = Whoever needs many charts at once asks for an export. Nothing is read before a second person, who administers the practice, approves exactly this request with their passkey. Each file is given once, for a day. What is fetched has left the practice.
exports-all = Requests and exports
exports-none = Nobody asked for an export.
exports-by = Asked for by { $name },
exports-system = All charts, and the practice’s lists
exports-patients = All charts
exports-group = The charts of a group
exports-count = { $count ->
    [one] one patient at most
   *[other] { $count } patients at most
}
exports-room = After it, used of the practice’s budget (hour · day · 30 days): { $room }.
exports-asked = Waits until { $until } for a second person to approve it.
exports-approved = Approved; begins in a moment.
exports-running = { $count ->
    [one] Is being written: one patient so far.
   *[other] Is being written: { $count } patients so far.
}
exports-ready = { $count ->
    [0] Done; there was nothing, or all is fetched.
    [one] Done: one file can be fetched until { $until }.
   *[other] Done: { $count } files can be fetched until { $until }.
}
exports-approved-by = Approved by { $name }.
exports-once = Each file is given once, even if the transfer breaks off:
exports-cancelled = Withdrawn.
exports-declined = Declined.
exports-finished = All files are fetched.
exports-expired = Expired; keys and files are destroyed.
exports-stopped = Stopped, because the session that asked for it ended, or the practice was cut off. Keys and files are destroyed.
exports-keys-lost = The server was started anew; the keys are destroyed. Please ask again: who was reached already does not count twice.
exports-budget = The practice’s budget had no room.
exports-more-patients = There are more patients than were approved. Please ask again.
exports-failed = Could not be finished. Please ask again.
exports-approve = Look and approve
exports-cancel = Withdraw
exports-decline = End it
exports-ask = Ask for an export
exports-ask-what = Asked for is all that your role may read. The request stands in the log, and raises an alarm. If you sign out, the export ends.
exports-of = What
exports-no-room = The practice’s budget has no room for it. { $room } Have it raised by a second person (Budgets), or wait.
exports-too-many = Too many exports are asked for. End one, or come back tomorrow.
exports-log-asked = { $count ->
    [one] asked for an export of one patient at most
   *[other] asked for an export of { $count } patients at most
}
exports-log-approved = approved export { $export }
exports-log-begun = Export { $export } is being written
exports-log-ready = Export { $export } is ready
exports-log-taken = fetched a file of export { $export }
exports-log-ended = Export { $export } is over
admin-kind-exports = Exports
admin-asked-export = to export many records at once
admin-log-used-export = approved an export with the passkey “{ $passkey }”
