"""What leaves the explorer: run folders, films, archives, and the settings inside every file.

Contract: pictures come in as encoded files or bytes with a *record*, the JSON-able dict of one run, and leave as files
that a visitor can keep; each of them carries the record and gives it back when it is dropped on the page. Nothing is
ever seen half written, and no visitor can guess the folder of another.

This room does not know experiments, engines or the page: of a record it looks at `settings`, and no further than a
file's name and playback need. Read `settings` (the record inside files), `films` and `archives` (the writers),
`runs` (the folders) and `export` (from one to the other), in that order.
"""
