value = 1
from . import helper
from .sub import deep
counter = 0
