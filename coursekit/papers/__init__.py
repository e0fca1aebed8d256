"""Published tables as data, re-run: one record a row, one JSON line a finished trial.

coursekit reproduce hochreiter1997 --row 4_T100 --trials 10
coursekit reproduce hochreiter1997 --report
coursekit reproduce gers2000 --experiment reber
"""
