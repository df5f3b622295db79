"""Where libraries in C lie: nowhere."""


def find_library(name):
    return None
