"""Nothing was built here."""

build_time_vars = {}
