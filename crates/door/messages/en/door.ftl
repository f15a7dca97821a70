# The door: signing in, one-time links, passkeys.
front = The door
front-what = Here you sign in to Salus with a passkey. To begin, open your practice's address.
sign-in = Sign in
sign-in-to = To { $cell }
sign-in-go = Sign in with your passkey
lost = I have lost my passkey
lost-second = If you have a second passkey, on your phone say, sign in with that one and remove the lost one under “My passkeys”.
lost-administrator = Otherwise ask whoever administers your practice: they make you a new one-time link, and the lost passkey ends.
lost-administrators = Administrators ask another administrator. If there is none, somebody at the server's machine can help: salus person recover.
lost-stolen = Was the device stolen? Then ask right away: until the passkey is ended, somebody who also knows how to unlock the device could use it.
my-passkeys = My passkeys
back-to-practice = Back to the practice
to-salus = To Salus
my-passkeys-what = See your passkeys, add a second one, or remove one that you no longer use. You confirm each of these with a passkey.
my-passkeys-go = Show my passkeys
invitation = Your one-time link
invitation-what = Create a passkey now. You will sign in with it from then on: with your finger, your face, the device's PIN or a security key. There is no password.
invitation-go = Create a passkey
look-round = Look round
look-round-what = This is a demo with invented patients. Here, and only here, you can look round without a passkey.
look-round-go = Look round
label = Name of this passkey
label-example = Laptop at the front desk
rename = Save name
added = Created
used = last used
synced = on all your devices
this-one = You have just used this one.
remove = Remove
only-one = This is your only passkey. With a second one you are not locked out if you lose this one.
add = Add a passkey
say-refused = That did not work. Nothing is lost: please try again. If it happens again, ask whoever administers your practice.
say-away = Salus cannot be reached just now. Please try again in a moment.
say-cancelled = Nothing was done. Try again when you are ready.
say-already = This device has a passkey of yours already. Sign in with it.
say-link = This link is no longer good: it was used, or is too old. Ask for a new one.
say-unable = This browser or device cannot do that with passkeys. Try another one, or a security key.
say-waiting = One moment …
say-added = The passkey was added. Show your passkeys again to see it.
say-done = Done.
no-script = This page needs JavaScript, because browsers offer passkeys in no other way.
bad-request = Please begin again
bad-request-what = This sign-in was not begun by Salus. Open your practice's address and sign in from there.
unknown = There is nothing here
unknown-what = Perhaps the address was cut off. A one-time link must be opened whole.
touch = Please confirm that it is you
touch-what = Most of what you may open in { $cell } is used up for now. Touch your passkey once, and it goes on where you were.
touch-not-you = If you have not just come from there, close this page: somebody else may want to go on in your name.
touch-go = Confirm with your passkey
raise = Give somebody more
raise-cell = The practice as a whole
raise-charts = { $count ->
    [one] One chart more than usual, in each hour, day and month,
   *[other] { $count } charts more than usual, in each hour, day and month,
}
raise-lines = { $count ->
    [one] One line in lists more than usual, in each hour, day and month,
   *[other] { $count } lines in lists more than usual, in each hour, day and month,
}
raise-hours = { $count ->
    [one] for an hour at most.
   *[other] for { $count } hours at most.
}
raise-by = Asked for by { $name }:
raise-what = Ask them whether it was them before you confirm. It ends by itself, everybody who administers sees it, and it can be withdrawn.
raise-go = Give it, with your passkey
raise-none = There is nothing to be given
raise-none-what = It was given or withdrawn already, or its time is over.
reason-many-patients = many patients on one day.
reason-standing-in = standing in for somebody.
reason-on-duty = on duty at night or at the weekend.
reason-paperwork = paperwork.
reason-transfer = a transfer of records.
reason-other = something else.
export = Approve an export
export-system = All charts, and the practice’s lists
export-patients = All charts
export-group = The charts of a group
export-count = { $count ->
    [one] Of one patient at most,
   *[other] Of { $count } patients at most,
}
export-kinds = { $count ->
    [one] records of one type.
   *[other] records of { $count } types.
}
export-all-kinds = all that the role may read.
export-since = Only what was changed since a day that the request names.
export-by = { $name } asked for it.
export-by-application = The application { $name } asked for it.
export-room = After it, of its budget of charts the practice has used:
export-hour = in the hour
export-day = in the day
export-30-days = in 30 days
export-what = Whoever asked can then fetch each file once, for a day. What is fetched has left the practice. Ask them whether the request is really theirs before you confirm. It stands in the log, and raises an alarm.
export-go = Approve it, with your passkey
