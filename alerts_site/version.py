"""The version of the site, in this one place. CHANGELOG.md says what each version brought."""

VERSION = "0.1.0"
