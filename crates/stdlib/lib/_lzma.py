"""Names of _lzma, for those who import lzma in case they need it."""

FORMAT_AUTO, FORMAT_XZ, FORMAT_ALONE, FORMAT_RAW = range(4)
CHECK_NONE, CHECK_CRC32, CHECK_CRC64, CHECK_ID_MAX, CHECK_SHA256, CHECK_UNKNOWN = 0, 1, 4, 15, 10, 16
FILTER_LZMA1, FILTER_LZMA2 = 0x4000000000000001, 0x21
FILTER_DELTA, FILTER_X86, FILTER_POWERPC, FILTER_IA64, FILTER_ARM, FILTER_ARMTHUMB, FILTER_SPARC = 3, 4, 5, 6, 7, 8, 9
MF_HC3, MF_HC4, MF_BT2, MF_BT3, MF_BT4 = 3, 4, 18, 19, 20
MODE_FAST, MODE_NORMAL = 1, 2
PRESET_DEFAULT, PRESET_EXTREME = 6, 0x80000000


class LZMAError(Exception):
    pass


def _refused(*args, **kwargs):
    raise NotImplementedError('lzma is not available here')


class LZMACompressor:
    __init__ = _refused


class LZMADecompressor:
    __init__ = _refused


is_check_supported = _encode_filter_properties = _decode_filter_properties = _refused
