"""The names of `os` that CPython defines in C."""

from os import *
from os import _exit
