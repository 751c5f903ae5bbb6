"""From stored counts to alerts.

Read in this order: `sweep` reads the counts and stores the result of a run; `judging` asks the detectors, panel by panel;
`states` keeps what a month was judged from, so that unchanged months are not judged again; `apply_verdicts` raises, revises
and withdraws alerts, month by month; `changes` says what one verdict changes in one alert. `rejudging` runs all of this
over again, for a preview or after a change of rules; `verification` judges a single alert anew and compares.
"""
