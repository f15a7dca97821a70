# What is checked before something is stored: packages of profiles.
admin-kind-checks = Checks
admin-log-checks = changed how what is written is checked
admin-log-checks-restored = checks what is written as from entry { $entry } again
changes-undo-checks = Undo: it is checked as before again.
admin-checks = Checks
checks-lead = What is written is checked against FHIR R4 and every profile that it claims and that is loaded. Here stands which packages of profiles and code lists count, from when, and how strictly. What would change is shown before it holds.
checks-packages = Packages
checks-packages-none = No package yet: it is checked against FHIR R4 alone. A claimed profile that is not loaded is only a warning.
checks-profiles = { $count ->
    [one] one profile
   *[other] { $count } profiles
}
checks-codes = { $count ->
    [one] one code
   *[other] { $count } codes
}
checks-strict-tag = strict
checks-unusable = cannot be used: its file is missing or was changed. Add the package again.
checks-lacks = Needs, and it is not loaded: { $names }. What depends on it is not checked.
checks-always = counts always
checks-from = counts from { $day }
checks-until = counts until { $day }
checks-from-until = counts from { $from } until { $until }
checks-remove = Take out
checks-modes = How it is checked
checks-claimed = Every claimed profile that is loaded must be kept; otherwise it is refused, with the place and what to do.
checks-import = Only warn at an import: what breaks a profile is stored all the same.
checks-strict = Strictly, as the KBV does
checks-strict-what = What claims a profile of these packages may claim no second one, and have no unknown extensions.
checks-demanded = Demanded profiles
checks-demanded-what = A line for each: type, space, address of the profile. Everything of this type must keep it, whether it claims it or not.
checks-table = What counts when
checks-table-own = own table
checks-table-what = For a document the packages of its own date count. A line goes when you empty it; a kind of document, when you empty the element that has its date.
checks-table-more = Another kind of document
checks-table-profile = Document: the profile that it claims
checks-table-dates = Where its date stands (like Composition.date; the first that is there counts)
checks-table-name = Package
checks-table-version = Version
checks-table-from = Counts from
checks-table-until = Counts until
checks-table-kbv = See what the KBV’s table would change
checks-versions = Earlier settings
checks-versions-none = Nobody has changed the settings yet.
checks-version = { $who } changed the settings
checks-version-back = { $who } put back the settings of entry { $entry }
checks-version-title = Settings of entry { $entry }
checks-version-own = The settings that Salus comes with: R4 alone, and the KBV’s table
checks-text = As text
checks-text-what = All settings in lines, as the log has them and as salus package show shows them.
checks-done = The settings hold.
checks-undone = Undone: the settings of before hold again.
checks-overtaken = Somebody changed the settings meanwhile. Nothing was changed: please look again.
checks-same = Nothing would change.
checks-looser = Less strict than now
checks-stricter = Stricter than now
checks-days = What counts when
checks-diff-added = { $name } { $version }: what claims a profile of this package is checked from then on, and refused if it breaks it.
checks-diff-other = { $name } { $version } has other content.
checks-diff-strict = { $name } { $version }: a second profile and unknown extensions are refused.
checks-diff-fhir = { $name } { $version }: a second profile and unknown extensions are taken.
checks-diff-removed = { $name } { $version }: its profiles are not known any more. What claims them is stored with a warning.
checks-diff-demand = Everything of type { $type } must keep { $profile }.
checks-diff-free = Of type { $type }, { $profile } is not demanded any more.
checks-diff-import-warns = What an import brings and breaks a profile is stored, with warnings.
checks-diff-import-refuses = What an import brings and breaks a profile is refused.
checks-diff-new = New: { $what }
checks-diff-gone = No longer: { $what }
checks-fault-settings = The settings cannot be read, so what claims a profile is refused. Put earlier ones back.
checks-fault-package = { $name } { $version } cannot be used: its file is missing or was changed. What claims a profile that no other package has is refused until the package is back.
checks-wrong-line = Line { $line } is none that is known. Nothing was changed.
checks-wrong-long = That is too much: at most { $packages } packages, { $packages } demanded profiles and { $kib } KiB of text. Nothing was changed.
checks-wrong-demand = “{ $line }” is no type with a profile. Like this: Patient https://example.org/StructureDefinition/patient
checks-wrong-profile = “{ $what }” is no address of a profile: one word, like https://example.org/StructureDefinition/letter
checks-wrong-dates = “{ $what }” does not say where the date stands. Like this: Composition.date
checks-wrong-row = “{ $what }”: a line needs the package’s name and its version, one word each.
checks-wrong-day = { $what }: a day is none. Like this: 2026-01-27
checks-wrong-order = { $what }: the last day is before the first.
checks-wrong-empty = There is no empty table. Leave a kind of document, or take the KBV’s table.
checks-file = Add packages
checks-file-what = Files like kbv.ita.eau-1.2.1.tgz, several at once and in any order, at most { $mib } MiB together. The version is that of the file’s name. You first see what would change.
checks-brought = New files
checks-claims = What claims a profile or extension of these is checked from then on
checks-passed-by = { $count ->
    [one] one file in it cannot be used
   *[other] { $count } files in it cannot be used
}
checks-missing = The file of { $name } is not there or was changed: what claims a profile that no other package has would be refused. Add the package again afterwards.
checks-wrong-none = Choose a file, like kbv.ita.eau-1.2.1.tgz.
checks-wrong-large = That is too large: at most { $mib } MiB together. Send fewer at a time; a single larger package is added by whoever runs the server (salus package add).
checks-wrong-no-tgz = { $file } is no package: it is no .tgz file. Take the file as its publisher offers it, without unpacking it.
checks-wrong-broken = { $file } is damaged or not whole. Download the file once more.
checks-wrong-unpacked = { $file } is too large when unpacked: at most { $mib } MiB, and at most 200 times the file.
checks-wrong-many = { $file } has too many files: at most { $count }.
checks-wrong-path = { $file } is not taken: it has links, or paths that lead out.
checks-wrong-manifest = { $file } is no FHIR package: package/package.json is missing or tells no name and version.
checks-wrong-release = { $file } is a package for another version of FHIR; here it is R4 (4.0).
checks-wrong-other = { $name } { $version } is there already, with other content. Compare where the file comes from; if it is to count, take the other package out first.
checks-wrong-full = Your practice’s folder is full: at most { $count } packages and { $mib } MiB, those that were taken out included, since they can be put back. Whoever runs the server can remove old ones, or add packages (salus package add).
checks-wrong-waited = { $names }: the file is there no more; it waits for an hour at most. Nothing was changed: choose it once more.
checks-diff-back = { $name } { $version }: its file is there again. What was refused for it is checked as usual again.
