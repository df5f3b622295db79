"""Time zones that are the same all year, as `zoneinfo` reads them from a file (RFC 9636)."""

import io
import re
import struct

_UTC = {'UTC', 'Etc/UTC', 'Etc/UCT', 'Etc/Universal', 'Etc/Zulu', 'UCT', 'Universal', 'Zulu'}
_GMT = {'GMT', 'GMT0', 'GMT+0', 'GMT-0', 'Greenwich', 'Etc/GMT', 'Etc/GMT0', 'Etc/GMT+0', 'Etc/GMT-0', 'Etc/Greenwich'}


# The file of a zone, or None for one that is not fixed.
def open_zone(key):
    if key in _UTC:
        return _file('UTC', 0, 'UTC0')
    if key in _GMT:
        return _file('GMT', 0, 'GMT0')
    found = re.fullmatch(r'Etc/GMT([+-])(\d{1,2})', key)
    if found is None or int(found[2]) > (12 if found[1] == '+' else 14):
        return None
    # These names count westwards.
    hours = int(found[2]) * (-1 if found[1] == '+' else 1)
    name = f'{hours:+03d}'
    return _file(name, hours * 3600, f'<{name}>{-hours}')


def _file(name, offset, rule):
    head = b'TZif2' + bytes(15) + struct.pack('>6l', 0, 0, 0, 0, 1, len(name) + 1)
    data = struct.pack('>lbb', offset, 0, 0) + name.encode() + b'\0'
    return io.BytesIO((head + data) * 2 + f'\n{rule}\n'.encode())
