"""How the cost of everything grows with the number of rows: `python -m tests.benchmarks.scale` (make bench-scale).

fill     invents the rows, inside MariaDB
measure  times jobs, pages and admin lists on one database
load     how many requests a second two web processes hold
report   the table with the ratios
explain  how MariaDB answers the queries behind the pages
"""
