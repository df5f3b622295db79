# What the natives of str, bytes, bytearray and memoryview leave to Python:
# operands whose own methods decide.


# The built-in value that an object's __index__ gives; other objects as they are.
def _plain(value):
    if isinstance(value, (int, str, bytes)) or value is None:
        return value
    if isinstance(value, slice):
        return slice(_plain(value.start), _plain(value.stop), _plain(value.step))
    try:
        method = type_lookup(type(value), "__index__")
    except LookupError:
        return value
    return exact_int(method(value), "__index__")


# A method called again with plain integers.
def _with_plain(method):
    def call(self, *args):
        return method(self, *[_plain(arg) for arg in args])
    return call


str_getitem = _with_plain(str.__getitem__)
str_mul = _with_plain(str.__mul__)
str_center = _with_plain(str.center)
str_ljust = _with_plain(str.ljust)
str_rjust = _with_plain(str.rjust)
str_zfill = _with_plain(str.zfill)
str_expandtabs = _with_plain(str.expandtabs)
str_count = _with_plain(str.count)
str_find = _with_plain(str.find)
str_rfind = _with_plain(str.rfind)
str_index = _with_plain(str.index)
str_rindex = _with_plain(str.rindex)
str_startswith = _with_plain(str.startswith)
str_endswith = _with_plain(str.endswith)
str_split = _with_plain(str.split)
str_rsplit = _with_plain(str.rsplit)
str_replace = _with_plain(str.replace)
bytes_getitem = _with_plain(lambda self, key: self.__getitem__(key))
bytes_contains = _with_plain(lambda self, key: self.__contains__(key))
bytes_mul = _with_plain(lambda self, count: self.__mul__(count))
bytes_center = _with_plain(lambda self, *args: self.center(*args))
bytes_ljust = _with_plain(lambda self, *args: self.ljust(*args))
bytes_rjust = _with_plain(lambda self, *args: self.rjust(*args))
bytes_zfill = _with_plain(lambda self, *args: self.zfill(*args))
bytes_expandtabs = _with_plain(lambda self, *args: self.expandtabs(*args))
bytes_count = _with_plain(lambda self, *args: self.count(*args))
bytes_find = _with_plain(lambda self, *args: self.find(*args))
bytes_rfind = _with_plain(lambda self, *args: self.rfind(*args))
bytes_index = _with_plain(lambda self, *args: self.index(*args))
bytes_rindex = _with_plain(lambda self, *args: self.rindex(*args))
bytes_startswith = _with_plain(lambda self, *args: self.startswith(*args))
bytes_endswith = _with_plain(lambda self, *args: self.endswith(*args))
bytes_split = _with_plain(lambda self, *args: self.split(*args))
bytes_rsplit = _with_plain(lambda self, *args: self.rsplit(*args))
bytes_replace = _with_plain(lambda self, *args: self.replace(*args))
bytearray_delitem = _with_plain(bytearray.__delitem__)
bytearray_imul = _with_plain(bytearray.__imul__)
bytearray_append = _with_plain(bytearray.append)
bytearray_insert = _with_plain(bytearray.insert)
bytearray_pop = _with_plain(bytearray.pop)
bytearray_remove = _with_plain(bytearray.remove)
bytearray_resize = _with_plain(bytearray.resize)
memoryview_getitem = _with_plain(memoryview.__getitem__)
memoryview_setitem = _with_plain(memoryview.__setitem__)


# str(object) of a class with its own __str__, __repr__ or codec.
def str_new(cls, object="", encoding=None, errors=None):
    if encoding is None and errors is None:
        text = type_lookup(type(object), "__str__")(object)
        if not isinstance(text, str):
            raise TypeError(f"__str__ returned non-string (type {type(text).__name__})")
    else:
        text = bytes_decode(object, "utf-8" if encoding is None else encoding,
                            "strict" if errors is None else errors)
    return text if cls is str else str.__new__(cls, text)


def bytearray_reduce(self):
    return type(self), (bytes(plain(self)),), self.__getstate__()


def str_splitlines(self, keepends=False):
    return str.splitlines(self, True if keepends else False)


def bytes_splitlines(self, keepends=False):
    return self.splitlines(True if keepends else False)


# Encodings and error handlers that Python code provides.
def str_encode(self, encoding="utf-8", errors="strict"):
    codec = codec_lookup(encoding)
    if not getattr(codec, "_is_text_encoding", True):
        raise LookupError(f"'{encoding}' is not a text encoding; use codecs.encode() to handle arbitrary codecs")
    result = codec[0](self, errors)[0]
    if not isinstance(result, (bytes, bytearray)):
        raise TypeError(f"'{encoding}' encoder returned '{type(result).__name__}' instead of 'bytes'; "
                        "use codecs.encode() to encode to arbitrary types")
    return result


def bytes_decode(self, encoding="utf-8", errors="strict"):
    codec = codec_lookup(encoding)
    if not getattr(codec, "_is_text_encoding", True):
        raise LookupError(f"'{encoding}' is not a text encoding; use codecs.decode() to handle arbitrary codecs")
    result = codec[1](self, errors)[0]
    if not isinstance(result, str):
        raise TypeError(f"'{encoding}' decoder returned '{type(result).__name__}' instead of 'str'; "
                        "use codecs.decode() to decode to arbitrary types")
    return result


# Encodes with an error handler registered from Python, error by error.
def codec_encode(encode, text, handler):
    out = bytearray()
    at = 0
    while True:
        try:
            out += encode(text[at:])
            return bytes(out)
        except UnicodeEncodeError as error:
            end = at + error.end
            start = at + error.start
            out += encode(text[at:start])
            error = UnicodeEncodeError(error.encoding, text, start, end, error.reason)
            replacement, at = _handled(handler, error, len(text))
            out += replacement if isinstance(replacement, bytes) else encode(replacement)


def codec_decode(decode, data, handler):
    out = []
    at = 0
    data = bytes(data)
    while True:
        try:
            out.append(decode(data[at:]))
            return "".join(out)
        except UnicodeDecodeError as error:
            start = at + error.start
            out.append(decode(data[at:start]))
            error = UnicodeDecodeError(error.encoding, data, start, at + error.end, error.reason)
            replacement, at = _handled(handler, error, len(data))
            out.append(replacement)


# What an error handler answers: the replacement and where to go on.
def _handled(handler, error, length):
    answer = handler(error)
    if not isinstance(answer, tuple) or len(answer) != 2:
        what = "encoding" if isinstance(error, UnicodeEncodeError) else "decoding"
        raise TypeError(f"{what} error handler must return (str, int) tuple")
    replacement, at = answer
    if at < 0:
        at += length
    if not 0 <= at <= length:
        raise IndexError(f"position {at} from error handler out of bounds")
    return replacement, at


def str_maketrans(x, y=None, z=None):
    return {ord(key) if isinstance(key, str) else key: value for key, value in x.items()}


# A table that is not a plain dict.
def str_translate(self, table):
    out = []
    for char in self:
        try:
            found = table[ord(char)]
        except LookupError:
            out.append(char)
            continue
        if found is None:
            continue
        if isinstance(found, str):
            out.append(found)
        elif isinstance(found, int):
            if not 0 <= found < 0x110000:
                raise ValueError("character mapping must be in range(0x110000)")
            out.append(chr(found))
        else:
            raise TypeError("character mapping must return integer, None or str")
    return "".join(out)


# str.format where a field runs Python code.
def str_format(self, args=(), kwargs={}):
    return _expand(self, args, kwargs, [None], 2)


def str_format_map(self, mapping):
    return _expand(self, None, mapping, [None], 2)


def _expand(template, args, kwargs, numbering, depth):
    if depth == 0:
        raise ValueError("Max string recursion exceeded")
    out = []
    for literal, name, spec, conversion in text_pieces(template):
        if literal:
            out.append(literal)
        if name is None:
            continue
        value = _field(name, args, kwargs, numbering)
        if conversion == "r":
            value = repr(value)
        elif conversion == "s":
            value = str(value)
        elif conversion == "a":
            value = ascii(value)
        elif conversion is not None:
            shown = conversion if conversion.isascii() and conversion.isprintable() else f"\\x{ord(conversion):x}"
            raise ValueError(f"Unknown conversion specifier {shown}")
        if "{" in spec:
            spec = _expand(spec, args, kwargs, numbering, depth - 1)
        out.append(format(value, spec))
    return "".join(out)


def _field(name, args, kwargs, numbering):
    first, rest = text_field(name)
    if first == "" or isinstance(first, int):
        state = numbering[0]
        if first == "":
            if state == "manual":
                raise ValueError("cannot switch from manual field specification to automatic field numbering")
            first = 0 if state is None else state
            numbering[0] = first + 1
        else:
            if isinstance(state, int):
                raise ValueError("cannot switch from automatic field numbering to manual field specification")
            numbering[0] = "manual"
        if args is None:
            raise ValueError("Format string contains positional fields")
        if first >= len(args):
            raise IndexError(f"Replacement index {first} out of range for positional args tuple")
        value = args[first]
    else:
        value = kwargs[first]
    for is_attribute, key in rest:
        value = getattr(value, key) if is_attribute else value[key]
    return value


# The pieces of a format string, and the parts of a field's name.
def text_pieces(template):
    import _string
    return _string.formatter_parser(template)


def text_field(name):
    import _string
    return _string.formatter_field_name_split(name)


# template % values where a value's own method runs: the arguments are
# converted one by one, then formatted as built-in values.
def str_mod(self, values):
    return _percent(self, values, str)


def bytes_mod(self, values):
    template = bytes(self).decode("latin-1")
    result = _percent(template, values, bytes).encode("latin-1")
    return type(self)(result)


def _percent(template, values, kind):
    single = not isinstance(values, tuple)
    items = [values] if single else list(values)
    mapping = single and not isinstance(values, kind) and hasattr(type(values), "__getitem__")
    keyed = False
    out = []
    taken = 0
    at = 0
    end = len(template)

    def take():
        nonlocal taken
        if keyed or taken >= len(items):
            raise TypeError("not enough arguments for format string")
        taken += 1
        return items[taken - 1]

    while at < end:
        found = template.find("%", at)
        if found < 0:
            out.append(template[at:])
            break
        out.append(template[at:found])
        start = at = found + 1
        value = missing = object()
        if at < end and template[at] == "(":
            if not mapping:
                raise TypeError("format requires a mapping")
            depth = 1
            at += 1
            begin = at
            while depth:
                if at >= end:
                    raise ValueError("incomplete format key")
                depth += (template[at] == "(") - (template[at] == ")")
                at += 1
            key = template[begin:at - 1]
            value = values[key if kind is str else key.encode("latin-1")]
            keyed = True
            start = at
        numbers = []
        while at < end and template[at] in "-+ #0":
            at += 1
        if at < end and template[at] == "*":
            numbers.append(take())
            at += 1
        while at < end and template[at].isdigit():
            at += 1
        if at < end and template[at] == ".":
            at += 1
            if at < end and template[at] == "*":
                numbers.append(take())
                at += 1
            while at < end and template[at].isdigit():
                at += 1
        if at < end and template[at] in "hlL":
            at += 1
        if at >= end:
            raise ValueError("incomplete format")
        code = template[at]
        at += 1
        if code == "%":
            out.append("%")
            continue
        if value is missing:
            value = take()
        piece = "%" + template[start:at]
        if code not in "diouxXeEfFgGcrsa" + ("b" if kind is bytes else ""):
            raise ValueError(f"unsupported format character '{code}' (0x{ord(code):x}) at index {at - 1}")
        value = _percent_value(value, code, kind)
        if kind is bytes:
            piece = piece.encode("latin-1")
            out.append((piece % (*numbers, value)).decode("latin-1"))
        else:
            if code in "ra":
                piece = piece[:-1] + "s"
            out.append(piece % (*numbers, value))
    if taken < len(items) and not mapping:
        what = "string" if kind is str else "bytes"
        raise TypeError(f"not all arguments converted during {what} formatting")
    return "".join(out)


# The built-in value that a conversion makes of any value.
def _percent_value(value, code, kind):
    if kind is bytes and code in "sb":
        try:
            method = type_lookup(type(value), "__bytes__")
        except LookupError:
            return value
        return method(value)
    if code == "s":
        return str(value)
    if kind is str and code == "r":
        return repr(value)
    if code in "ra":
        text = ascii(value)
        return text.encode("ascii") if kind is bytes else text
    if isinstance(value, (int, float, str, bytes)):
        return value
    cls = type(value)
    if code in "diu":
        names = ("__int__", "__index__")
    elif code in "oxXc":
        names = ("__index__",)
    else:
        names = ("__float__", "__index__")
    for name in names:
        try:
            method = type_lookup(cls, name)
        except LookupError:
            continue
        return method(value)
    return value


# bytes(object) where __bytes__, __index__ or an iterator decides.
def bytes_new(cls, source=b"", encoding=None, errors=None):
    if encoding is not None:
        data = str_encode(source, encoding, "strict" if errors is None else errors)
    else:
        try:
            method = type_lookup(type(source), "__bytes__")
        except LookupError:
            data = _bytes_of(source)
        else:
            data = method(source)
            if not isinstance(data, bytes):
                raise TypeError(f"__bytes__ returned non-bytes (type {type(data).__name__})")
    return data if cls is bytes else bytes.__new__(cls, data)


def _bytes_of(source):
    plain = _plain(source)
    if isinstance(plain, int):
        return bytes(plain)
    return bytes([_plain(item) for item in source])


def bytearray_init(self, source=b"", encoding=None, errors=None):
    if isinstance(source, str):
        data = str_encode(source, encoding, "strict" if errors is None else errors)
    else:
        data = _bytes_of(source)
    bytearray.__init__(self, data)


def bytearray_setitem(self, key, value):
    if isinstance(key, slice):
        if not isinstance(value, (bytes, bytearray, memoryview)):
            value = bytes([_plain(item) for item in value])
    else:
        value = _plain(value)
    bytearray.__setitem__(self, _plain(key), value)


def bytearray_extend(self, iterable):
    bytearray.extend(self, bytes([_plain(item) for item in iterable]))


# pattern.sub with a function: the matches were found beforehand.
def re_sub_calling(pattern, string, matches, function, counted):
    import _sre
    parts = [function(found) for found in matches]
    if not matches:
        result = string
    else:
        result = _sre.join_matches(pattern, string, matches, parts)
    return (result, len(matches)) if counted else result


# pattern.sub with backslashes in the replacement.
def re_sub_template(pattern, template, string, count, counted):
    import re
    template = re._compile_template(pattern, template)
    return (pattern.subn if counted else pattern.sub)(template, string, count)


# Groups by an object with __index__.
def re_group(self, groups=()):
    return self.group(*[_plain(group) for group in groups])


re_start = _with_plain(lambda self, group: self.start(group))
re_end = _with_plain(lambda self, group: self.end(group))
re_span = _with_plain(lambda self, group: self.span(group))
re_getitem = _with_plain(lambda self, group: self[group])


def re_expand(match, template):
    import re
    import _sre
    return _sre.expand_match(re._compile_template(match.re, template), match)


# The codec registry.
_codec_searches = []
_codec_cache = {}
_codec_handlers = {}


def codec_register(search):
    if not callable(search):
        raise TypeError("argument must be callable")
    _codec_searches.append(search)


def codec_unregister(search):
    if search in _codec_searches:
        _codec_cache.clear()
        _codec_searches.remove(search)


def codec_lookup(encoding):
    if not isinstance(encoding, str):
        raise TypeError(f"lookup() argument must be str, not {type(encoding).__name__}")
    name = ""
    for char in encoding:
        if char.isascii() and (char.isalnum() or char == "."):
            name += char.lower()
        elif name and name[-1] != "_":
            name += "_"
    found = _codec_cache.get(name)
    if found is not None:
        return found
    # `encodings` registers its search function when first imported.
    import encodings
    for search in _codec_searches:
        found = search(name)
        if found is not None:
            if not isinstance(found, tuple) or len(found) != 4:
                raise TypeError("codec search functions must return 4-tuples")
            _codec_cache[name] = found
            return found
    raise LookupError(f"unknown encoding: {encoding}")


def codec_encode_any(obj, encoding, errors):
    codec = codec_lookup(encoding)[0]
    try:
        return codec(obj, errors)[0]
    except BaseException as error:
        error.add_note(f"encoding with '{encoding}' codec failed")
        raise


def codec_decode_any(obj, encoding, errors):
    codec = codec_lookup(encoding)[1]
    try:
        return codec(obj, errors)[0]
    except BaseException as error:
        error.add_note(f"decoding with '{encoding}' codec failed")
        raise


def codec_register_error(name, handler):
    if not callable(handler):
        raise TypeError("handler must be callable")
    _codec_handlers[name] = handler


def codec_lookup_error(name):
    try:
        return _codec_handlers[name]
    except KeyError:
        raise LookupError(f"unknown error handler name '{name}'") from None


def _wrong_error(error):
    return TypeError(f"don't know how to handle {type(error).__name__} in error callback")


def strict_errors(error):
    if isinstance(error, BaseException):
        raise error
    raise TypeError("codec must pass exception instance")


def ignore_errors(error):
    if not isinstance(error, UnicodeError):
        raise _wrong_error(error)
    return "", error.end


def replace_errors(error):
    if isinstance(error, UnicodeEncodeError):
        return "?" * (error.end - error.start), error.end
    if isinstance(error, UnicodeDecodeError):
        return "\ufffd", error.end
    if isinstance(error, UnicodeTranslateError):
        return "\ufffd" * (error.end - error.start), error.end
    raise _wrong_error(error)


def xmlcharrefreplace_errors(error):
    if not isinstance(error, UnicodeEncodeError):
        raise _wrong_error(error)
    return "".join([f"&#{ord(char)};" for char in error.object[error.start:error.end]]), error.end


def backslashreplace_errors(error):
    if not isinstance(error, UnicodeError):
        raise _wrong_error(error)
    part = error.object[error.start:error.end]
    if isinstance(part, bytes):
        return "".join([f"\\x{byte:02x}" for byte in part]), error.end
    return part.encode("ascii", "backslashreplace").decode("ascii"), error.end


def namereplace_errors(error):
    if not isinstance(error, UnicodeEncodeError):
        raise _wrong_error(error)
    import unicodedata
    out = []
    for char in error.object[error.start:error.end]:
        if 0xD800 <= ord(char) <= 0xDFFF:
            out.append(f"\\u{ord(char):04x}")
        else:
            out.append(f"\\N{{{unicodedata.name(char)}}}")
    return "".join(out), error.end


def surrogateescape_errors(error):
    part = error.object[error.start:error.end]
    if isinstance(error, UnicodeEncodeError):
        return part.encode("ascii", "surrogateescape"), error.end
    if isinstance(error, UnicodeDecodeError):
        return part.decode("ascii", "surrogateescape"), error.end
    raise _wrong_error(error)


def surrogatepass_errors(error):
    part = error.object[error.start:error.end]
    if isinstance(error, UnicodeEncodeError):
        return part.encode(error.encoding, "surrogatepass"), error.end
    if isinstance(error, UnicodeDecodeError):
        part = error.object[error.start:error.start + 3]
        return part.decode(error.encoding, "surrogatepass"), error.start + len(part)
    raise _wrong_error(error)


_codec_handlers.update({
    "strict": strict_errors, "ignore": ignore_errors, "replace": replace_errors,
    "xmlcharrefreplace": xmlcharrefreplace_errors, "backslashreplace": backslashreplace_errors,
    "namereplace": namereplace_errors, "surrogateescape": surrogateescape_errors,
    "surrogatepass": surrogatepass_errors,
})


# Natives called again, error by error, with a handler from the registry.
def _slow_encoder(encoding, mark=b""):
    def encode(text, errors=None, order=0):
        handler = codec_lookup_error(errors)
        return mark + codec_encode(lambda part: part.encode(encoding), text, handler), len(text)
    return encode


def _slow_decoder(encoding):
    def decode(data, errors=None, final=True):
        handler = codec_lookup_error(errors)
        return codec_decode(lambda part: part.decode(encoding), data, handler), len(data)
    return decode


codec_utf_8_encode = _slow_encoder("utf-8")
codec_utf_8_decode = _slow_decoder("utf-8")
codec_ascii_encode = _slow_encoder("ascii")
codec_ascii_decode = _slow_decoder("ascii")
codec_latin_1_encode = _slow_encoder("latin-1")
codec_latin_1_decode = _slow_decoder("latin-1")
codec_utf_16_encode = _slow_encoder("utf-16-le", b"\xff\xfe")
codec_utf_16_decode = _slow_decoder("utf-16")
codec_utf_16_le_encode = _slow_encoder("utf-16-le")
codec_utf_16_le_decode = _slow_decoder("utf-16-le")
codec_utf_16_be_encode = _slow_encoder("utf-16-be")
codec_utf_16_be_decode = _slow_decoder("utf-16-be")
codec_utf_32_encode = _slow_encoder("utf-32-le", b"\xff\xfe\0\0")
codec_utf_32_decode = _slow_decoder("utf-32")
codec_utf_32_le_encode = _slow_encoder("utf-32-le")
codec_utf_32_le_decode = _slow_decoder("utf-32-le")
codec_utf_32_be_encode = _slow_encoder("utf-32-be")
codec_utf_32_be_decode = _slow_decoder("utf-32-be")
codec_unicode_escape_encode = _slow_encoder("unicode-escape")
codec_unicode_escape_decode = _slow_decoder("unicode-escape")
codec_raw_unicode_escape_encode = _slow_encoder("raw-unicode-escape")
codec_raw_unicode_escape_decode = _slow_decoder("raw-unicode-escape")


def codec_charmap_encode(text, errors=None, mapping=None):
    import _codecs
    table = {ord(char): mapping[ord(char)] for char in set(text) if _has(mapping, ord(char))}
    handler = codec_lookup_error("strict" if errors is None else errors)
    return codec_encode(lambda part: _codecs.charmap_encode(part, None, table)[0], text, handler), len(text)


def codec_charmap_decode(data, errors=None, mapping=None):
    import _codecs
    if not isinstance(mapping, str):
        mapping = {byte: mapping[byte] for byte in set(bytes(data)) if _has(mapping, byte)}
    handler = codec_lookup_error("strict" if errors is None else errors)
    return codec_decode(lambda part: _codecs.charmap_decode(part, None, mapping)[0], data, handler), len(data)


def _has(mapping, key):
    try:
        mapping[key]
    except LookupError:
        return False
    return True


# json where hooks, subclasses or errors need Python.
def json_error(message, document, position):
    from json.decoder import JSONDecodeError
    raise JSONDecodeError(message, document, position)


def json_scan(context, string, index):
    from json.scanner import py_make_scanner
    return py_make_scanner(context)(string, index)


def json_encode(arguments, obj, level):
    from json.encoder import _make_iterencode
    markers, default, encoder, indent, key_separator, item_separator, sort_keys, skipkeys, allow_nan = arguments

    def floatstr(value):
        if value != value:
            text = "NaN"
        elif value == float("inf"):
            text = "Infinity"
        elif value == float("-inf"):
            text = "-Infinity"
        else:
            return float.__repr__(value)
        if not allow_nan:
            raise ValueError("Out of range float values are not JSON compliant: " + float.__repr__(value))
        return text

    encode = _make_iterencode(markers, default, encoder, indent, floatstr, key_separator,
                              item_separator, sort_keys, skipkeys, True)
    return tuple(encode(obj, level))


# array.array of values with their own __index__ or __float__.
def array_new(cls, typecode, values=()):
    import array
    made = array.array(typecode)
    for value in values:
        value = _plain(value)
        made.append(value if isinstance(value, (int, float, str)) else float(value))
    return made if cls is array.array else cls(typecode, made)


# array.array with files.
def array_fromfile(self, file, count):
    if count < 0:
        raise ValueError("negative count")
    size = count * self.itemsize
    data = file.read(size)
    if not isinstance(data, bytes):
        raise TypeError("read() didn't return bytes")
    short = len(data) != size
    self.frombytes(data)
    if short:
        raise EOFError("read() didn't return enough bytes")


def array_tofile(self, file):
    file.write(self.tobytes())


# struct packing of values with their own __index__, __float__ or __bool__.
def _struct_plain(values):
    out = []
    for value in values:
        if not isinstance(value, (int, float, bytes, bytearray)):
            cls = type(value)
            if hasattr(cls, "__index__"):
                value = _plain(value)
            elif hasattr(cls, "__float__"):
                value = float(value)
            else:
                value = True if value else False
        out.append(value)
    return out


def struct_pack(format, values=()):
    import _struct
    return _struct.pack(format, *_struct_plain(values))


def struct_pack_into(format, buffer, offset, values=()):
    import _struct
    return _struct.pack_into(format, buffer, _plain(offset), *_struct_plain(values))


def struct_object_pack(self, values=()):
    return self.pack(*_struct_plain(values))


def struct_object_pack_into(self, buffer, offset, values=()):
    return self.pack_into(buffer, _plain(offset), *_struct_plain(values))
