"""What CPython also has in C. `warnings` finds no lock here and goes on with its own."""

from _py_warnings import defaultaction as _defaultaction, filters, onceregistry as _onceregistry, warn, warn_explicit
