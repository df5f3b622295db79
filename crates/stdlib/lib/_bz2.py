"""Names of _bz2, for those who import bz2 in case they need it."""


class BZ2Compressor:
    def __init__(self, *args):
        raise NotImplementedError('bz2 is not available here')


class BZ2Decompressor(BZ2Compressor):
    pass
