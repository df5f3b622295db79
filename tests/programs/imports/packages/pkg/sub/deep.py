from .. import helper
from ..helper import greet
from .. import helper as again
from . import star
def up():
    return helper.greet(star), again is helper
