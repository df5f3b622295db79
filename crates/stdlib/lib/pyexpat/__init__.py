"""Reads XML as CPython's module over the C library expat does: the same handlers, in the same order, the same errors.

It is Python because XML is what few programs read: nothing of it is in the engine's download. Tokens are found by
regular expressions; each has a second one for its beginnings, whose match ends where the text stops being
well-formed, or with what has been given so far: then the token may still be completed.
"""

import codecs
import re

from . import _dtd
from ._dtd import EXTERNAL, NAME, PIECE, identifiers
from ._names import MESSAGES, ExpatError, Malformed, errors, model

__all__ = [
    'EXPAT_VERSION', 'ErrorString', 'ExpatError', 'ParserCreate', 'XMLParserType',
    'XML_PARAM_ENTITY_PARSING_ALWAYS', 'XML_PARAM_ENTITY_PARSING_NEVER',
    'XML_PARAM_ENTITY_PARSING_UNLESS_STANDALONE', 'error', 'errors', 'features', 'model',
    'native_encoding', 'version_info',
]

# The version of expat whose behaviour this follows.
EXPAT_VERSION = 'expat_2.7.1'
version_info = (2, 7, 1)
native_encoding = 'UTF-8'
features = [('sizeof(XML_Char)', 1), ('sizeof(XML_LChar)', 1), ('XML_DTD', 0), ('XML_NS', 0)]
error = ExpatError
XML_PARAM_ENTITY_PARSING_NEVER = 0
XML_PARAM_ENTITY_PARSING_UNLESS_STANDALONE = 1
XML_PARAM_ENTITY_PARSING_ALWAYS = 2

# What entities may make of a text: expat's limit and the size from which it counts.
_AMPLIFICATION = 100
_AMPLIFICATION_FROM = 8 << 20

_S = r'[ \t\r\n]'
_VALUE = r'(?:"[^"<]*"|\'[^\'<]*\')'
_TEXT = re.compile(r'[^<&]+')
_START = re.compile(rf'<({NAME})((?:{_S}+{NAME}{_S}*={_S}*{_VALUE})*){_S}*(/?)>')
_START_BEGUN = re.compile(
    rf'<(?:{NAME}(?:{_S}+{NAME}{_S}*={_S}*{_VALUE})*(?:{_S}+(?:{NAME}{_S}*(?:={_S}*(?:"[^"<]*|\'[^\'<]*)?)?)?)?/?)?')
_ATTRIBUTE = re.compile(rf'({NAME}){_S}*={_S}*({_VALUE})')
_END = re.compile(rf'</({NAME}){_S}*>')
_END_BEGUN = re.compile(rf'</(?:{NAME}{_S}*)?')
_REFERENCE = re.compile(rf'&(?:#([0-9]+)|#x([0-9a-fA-F]+)|({NAME}));')
_REFERENCE_BEGUN = re.compile(rf'&(?:#(?:x[0-9a-fA-F]*|[0-9]*)|{NAME})?')
_PI = re.compile(rf'<\?({NAME})(?:{_S}+(.*?))?\?>', re.S)
_XML_DECLARATION = re.compile(
    rf'<\?xml{_S}+version{_S}*={_S}*(["\'])(?P<version>[-\w.:]+)\1'
    rf'(?:{_S}+encoding{_S}*={_S}*(["\'])(?P<encoding>[A-Za-z][-\w.]*)\3)?'
    rf'(?:{_S}+standalone{_S}*={_S}*(["\'])(?P<standalone>yes|no)\5)?{_S}*\?>')
_TEXT_DECLARATION = re.compile(
    rf'<\?xml(?:{_S}+version{_S}*={_S}*(["\'])(?P<version>[-\w.:]+)\1)?'
    rf'{_S}+encoding{_S}*={_S}*(["\'])(?P<encoding>[A-Za-z][-\w.]*)\3{_S}*\?>')
_ENCODING = re.compile(rb'<\?xml[^>]*?encoding[ \t\r\n]*=[ \t\r\n]*["\']([A-Za-z][-\w.]*)["\'][^>]*?\?>')
_DOCTYPE = re.compile(rf'<!DOCTYPE{_S}+(?P<name>{NAME})(?:{_S}+{EXTERNAL.pattern})?{_S}*(?P<next>[\[>])')
_DECLARATION_TOKEN = re.compile(rf'{_S}+|"[^"]*"|\'[^\']*\'|<![A-Z]+|[^ \t\r\n"\'<>\[]+|.')
_WORD = re.compile(r'[-:.\w\u00B7-\U0010FFFF]+')
_PARAMETER = re.compile(rf'%({NAME});')
_CHARACTER_REFERENCE = re.compile(r'&#(?:([0-9]+)|x([0-9a-fA-F]+));')
_ILLEGAL = re.compile('[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]')
_LINE = re.compile(r'[^\n]+|\n')
_PREDEFINED = {'lt': '<', 'gt': '>', 'amp': '&', 'quot': '"', 'apos': "'"}
_XML = 'http://www.w3.org/XML/1998/namespace'
_XMLNS = 'http://www.w3.org/2000/xmlns/'

# What may stand in an address, and so separate nothing from it.
_IN_ADDRESSES = frozenset('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
                          "-._~:/?#[]@!$&'()*+,;=%") | {''}

_HANDLERS = (
    'StartElementHandler', 'EndElementHandler', 'ProcessingInstructionHandler', 'CharacterDataHandler',
    'UnparsedEntityDeclHandler', 'NotationDeclHandler', 'StartNamespaceDeclHandler', 'EndNamespaceDeclHandler',
    'CommentHandler', 'StartCdataSectionHandler', 'EndCdataSectionHandler', 'DefaultHandler',
    'DefaultHandlerExpand', 'NotStandaloneHandler', 'ExternalEntityRefHandler', 'StartDoctypeDeclHandler',
    'EndDoctypeDeclHandler', 'EntityDeclHandler', 'XmlDeclHandler', 'ElementDeclHandler', 'AttlistDeclHandler',
    'SkippedEntityHandler',
)


def ErrorString(code, /):
    return MESSAGES.get(code)


def ParserCreate(encoding=None, namespace_separator=None, intern=None):
    if encoding is not None and not isinstance(encoding, str):
        raise TypeError(f"ParserCreate() argument 'encoding' must be str or None, not {type(encoding).__name__}")
    if namespace_separator is not None:
        if not isinstance(namespace_separator, str):
            raise TypeError("ParserCreate() argument 'namespace_separator' must be str or None, "
                            f'not {type(namespace_separator).__name__}')
        if len(namespace_separator) > 1:
            raise ValueError('namespace_separator must be at most one character, omitted, or None')
    if intern is not None and not isinstance(intern, dict):
        raise TypeError('intern must be a dictionary')
    return _make(encoding, namespace_separator, {} if intern is None else intern)


def _make(encoding, separator, intern):
    parser = object.__new__(XMLParserType)
    parser._set_up(encoding, separator, intern)
    return parser


def _flag(slot):
    """An attribute that is true or false, whatever it is set to."""
    def read(parser):
        return getattr(parser, slot)

    def write(parser, value):
        setattr(parser, slot, bool(value))

    return property(read, write)


class XMLParserType:
    """XML parser"""

    __module__ = 'pyexpat'
    __qualname__ = 'xmlparser'
    __slots__ = _HANDLERS + (
        'intern', '_namespace_prefixes', '_ordered_attributes', '_specified_attributes', 'ErrorCode',
        '_buffer_text', '_buffer_size', '_buffered', '_buffered_size', '_encoding', '_separator', '_base', '_decoder',
        '_undecoded', '_text', '_at', '_event', '_line', '_column', '_bytes', '_phase', '_elements', '_namespaces',
        '_standalone', '_has_parameters', '_parameter_parsing', '_foreign', '_doctype', '_finished', '_started',
        '_given', '_expanded', '_final', '_in_entity', 'entities', 'parameters', 'attributes', '__weakref__')

    def __new__(cls, *args, **kwargs):
        raise TypeError("cannot create 'pyexpat.xmlparser' instances")

    def _set_up(self, encoding, separator, intern):
        for name in _HANDLERS:
            setattr(self, name, None)
        self.intern = intern
        self.namespace_prefixes = False
        self.ordered_attributes = False
        self.specified_attributes = False
        self.ErrorCode = 0
        self._buffer_text = False
        self._buffer_size = 8192
        self._buffered = []
        self._buffered_size = 0
        self._encoding = encoding
        self._separator = separator
        self._base = None
        self._decoder = None
        self._undecoded = b''
        # What was given and not yet dropped, and how far it has been read.
        self._text = ''
        self._at = 0
        # Where the present event begins; the place of the text's start.
        self._event = 0
        self._line, self._column, self._bytes = 1, 0, 0
        self._phase = self._start
        self._elements = []
        self._namespaces = [{'xml': _XML}]
        self._standalone = False
        self._has_parameters = False
        self._parameter_parsing = XML_PARAM_ENTITY_PARSING_NEVER
        self._foreign = False
        self._doctype = None
        self._finished = False
        self._started = False
        self._given = 0
        self._expanded = 0
        self._final = False
        self._in_entity = 0
        self.entities = {}
        self.parameters = {}
        self.attributes = {}

    # What programs call.

    def Parse(self, data, isfinal=False, /):
        if isinstance(data, str):
            data = data.encode('utf-8', 'surrogatepass')
            if not self._started:
                self._encoding = 'utf-8'
        else:
            data = bytes(memoryview(data))
        if self._finished:
            self._fail('FINISHED')
        self._started = True
        self._given += len(data)
        self._final = bool(isfinal)
        try:
            self._decode(data)
            self._read()
            if isfinal:
                self._end_of_text()
                self._finished = True
            self._flush()
        except Malformed as problem:
            if not self._in_entity and problem.at is not None:
                self._event = problem.at
            self._flush()
            self._finished = True
            raise self._error(problem.code) from None
        self._drop()
        return 1

    def ParseFile(self, file, /):
        try:
            read = file.read
        except AttributeError:
            raise TypeError("argument must have 'read' attribute") from None
        while True:
            data = read(2048)
            if not isinstance(data, (bytes, bytearray, str)):
                raise TypeError(f'read() did not return a bytes object (type={type(data).__name__})')
            if len(data) > 2048:
                raise ValueError(f'read() returned too much data: 2048 bytes requested, {len(data)} returned')
            result = self.Parse(data, not data)
            if not data:
                return result

    def SetBase(self, base, /):
        self._base = base

    def GetBase(self):
        return self._base

    def GetInputContext(self):
        if self._event >= len(self._text):
            return None
        return self._text[self._event:].encode('utf-8', 'surrogatepass')

    def SetParamEntityParsing(self, flag, /):
        if self._started:
            return 0
        self._parameter_parsing = flag
        return 1

    def UseForeignDTD(self, flag=True, /):
        if self._started:
            raise self._error(errors.codes[errors.XML_ERROR_CANT_CHANGE_FEATURE_ONCE_PARSING])
        self._foreign = bool(flag)

    def ExternalEntityParserCreate(self, context, encoding=None, /):
        """A parser with the same handlers and declarations, for an entity in another file."""
        parser = _make(encoding, self._separator, self.intern)
        for name in _HANDLERS:
            setattr(parser, name, getattr(self, name))
        for name in ('namespace_prefixes', 'ordered_attributes', 'specified_attributes', '_buffer_text',
                     '_buffer_size', '_base', '_standalone', '_has_parameters', '_parameter_parsing', 'entities',
                     'parameters', 'attributes'):
            setattr(parser, name, getattr(self, name))
        parser._namespaces = list(self._namespaces)
        parser._phase = parser._subset if context is None else parser._entity_start
        if context is None:
            parser._doctype = 'external'
        return parser

    def GetReparseDeferralEnabled(self):
        return False

    def SetReparseDeferralEnabled(self, enabled, /):
        pass

    namespace_prefixes = _flag('_namespace_prefixes')
    ordered_attributes = _flag('_ordered_attributes')
    specified_attributes = _flag('_specified_attributes')

    @property
    def buffer_text(self):
        return self._buffer_text

    @buffer_text.setter
    def buffer_text(self, value):
        self._flush()
        self._buffer_text = bool(value)

    @property
    def buffer_size(self):
        return self._buffer_size

    @buffer_size.setter
    def buffer_size(self, value):
        if not isinstance(value, int):
            raise TypeError('buffer_size must be an integer')
        if value <= 0:
            raise ValueError('buffer_size must be greater than zero')
        if value > 0x7FFFFFFF:
            raise ValueError('buffer_size must not be greater than 2147483647')
        self._flush()
        self._buffer_size = value

    @property
    def buffer_used(self):
        return self._buffered_size

    @property
    def CurrentLineNumber(self):
        return self._place()[0]

    @property
    def CurrentColumnNumber(self):
        return self._place()[1]

    @property
    def CurrentByteIndex(self):
        return self._place()[2]

    ErrorLineNumber = CurrentLineNumber
    ErrorColumnNumber = CurrentColumnNumber
    ErrorByteIndex = CurrentByteIndex

    # Places and errors.

    def _place(self):
        """Line (from 1), column (from 0) and byte of the present event."""
        before = self._text[:self._event]
        lines = before.count('\n')
        column = len(before) - (before.rfind('\n') + 1) if lines else self._column + len(before)
        size = len(before) if before.isascii() else len(before.encode('utf-8', 'surrogatepass'))
        return self._line + lines, column, self._bytes + size

    def _error(self, code):
        line, column, _ = self._place()
        self.ErrorCode = code
        problem = ExpatError(f'{MESSAGES[code]}: line {line}, column {column}')
        problem.code = code
        problem.lineno = line
        problem.offset = column
        return problem

    def _fail(self, name):
        raise self._error(errors.codes[getattr(errors, 'XML_ERROR_' + name)])

    def _drop(self):
        """Forgets the text that has been read."""
        self._event = self._at
        self._line, self._column, self._bytes = self._place()
        self._text = self._text[self._at:]
        self._at = self._event = 0

    # From bytes to text.

    def _decode(self, data):
        if self._decoder is None:
            self._undecoded += data
            data = self._choose_encoding()
            if data is None:
                return
        try:
            text = self._decoder.decode(data, self._final)
        except UnicodeDecodeError as problem:
            # What comes before is read first, so that errors come in their order.
            self._text += self._decoder_text(problem)
            self._read()
            raise Malformed('INVALID_TOKEN', len(self._text)) from None
        if '\r' in text:
            text = text.replace('\r\n', '\n').replace('\r', '\n')
        illegal = _ILLEGAL.search(text)
        if illegal:
            at = len(self._text) + illegal.start()
            self._text += text[:illegal.start()]
            self._read()
            raise Malformed('INVALID_TOKEN', at)
        self._text += text

    @staticmethod
    def _decoder_text(problem):
        return problem.object[:problem.start].decode(problem.encoding, 'replace')

    def _choose_encoding(self):
        """Makes the decoder once the encoding is known, and gives the bytes; None while it is not."""
        data = self._undecoded
        name = self._encoding
        if name is None:
            if len(data) < 4 and not self._final:
                return None
            if data[:2] in (b'\xff\xfe', b'\xfe\xff'):
                name = 'utf-16'
            elif data[:4] == b'<\x00?\x00':
                name = 'utf-16-le'
            elif data[:4] == b'\x00<\x00?':
                name = 'utf-16-be'
            elif data[:5] == b'<?xml':
                if b'?>' not in data and not self._final:
                    return None
                declared = _ENCODING.match(data)
                name = declared[1].decode('ascii') if declared else 'utf-8'
                if name.lower() in ('utf-16', 'utf-16le', 'utf-16be'):
                    raise Malformed('INCORRECT_ENCODING')
            else:
                name = 'utf-8'
        try:
            # A mark of the byte order is no part of the text.
            codec = codecs.lookup('utf-8-sig' if name.lower() in ('utf-8', 'utf8') else name)
            if not codec._is_text_encoding:
                raise LookupError(name)
        except LookupError:
            raise Malformed('UNKNOWN_ENCODING', data.find(b'encoding') + 10 if data[:2] == b'<?' else None) from None
        self._decoder = codec.incrementaldecoder('strict')
        self._undecoded = b''
        return data

    # The text's parts, one function for each state; each reads what it can
    # and names the next state by `_phase`.

    def _read(self):
        while self._at < len(self._text):
            before, phase = self._at, self._phase
            phase()
            if self._at == before and self._phase == phase:
                return

    def _end_of_text(self):
        self._event = self._at
        if self._at < len(self._text):
            rest = self._text[self._at:]
            raise Malformed('UNCLOSED_CDATA_SECTION' if rest.startswith('<![CDATA[') else 'UNCLOSED_TOKEN')
        if self._phase in (self._epilog, self._entity_start) or self._doctype == 'external':
            return
        if self._phase == self._entity_content:
            if self._elements:
                raise Malformed('ASYNC_ENTITY')
            return
        raise Malformed('NO_ELEMENTS')

    def _start(self):
        """The beginning of a document, where an XML declaration may stand."""
        text = self._text
        if not self._final and len(text) < 6 and '<?xml '.startswith(text):
            return
        if text.startswith('<?xml') and text[5:6] in ('', ' ', '\t', '\n'):
            if '?>' not in text:
                return
            match = _XML_DECLARATION.match(text)
            if match is None:
                raise Malformed('XML_DECL', 0)
            self._event = 0
            self._standalone = match['standalone'] == 'yes'
            if self.XmlDeclHandler:
                standalone = {None: -1, 'no': 0, 'yes': 1}[match['standalone']]
                self.XmlDeclHandler(match['version'], match['encoding'], standalone)
            else:
                self.default(match[0])
            self._at = match.end()
        self._phase = self._prolog

    def _entity_start(self):
        """The beginning of an external entity, where a text declaration may stand."""
        match = _TEXT_DECLARATION.match(self._text)
        if match:
            self._at = match.end()
            if self.XmlDeclHandler:
                self.XmlDeclHandler(match['version'], match['encoding'], -1)
        self._phase = self._entity_content

    def _entity_content(self):
        self._at = self._content(self._text, self._at)

    def _prolog(self):
        text, at = self._text, self._at
        self._event = at
        if self._skip_space():
            return
        if text.startswith('<!DOCTYPE', at):
            self._doctype_start()
        elif text.startswith(('<!--', '<?'), at):
            self._at = self._comment_or_instruction(text, at)
        elif '<!DOCTYPE'.startswith(text[at:at + 9]) and len(text) - at < 9:
            return
        elif text.startswith('<', at):
            if text.startswith('<!', at) and not '<!--'.startswith(text[at:at + 4]):
                raise Malformed('SYNTAX' if text[at + 2:at + 3].isalpha() else 'INVALID_TOKEN', at)
            if self._foreign and self._doctype is None:
                self._external_subset(None, None)
            self._phase = self._document
        else:
            self._stray(text, at)

    @staticmethod
    def _stray(text, at):
        """Text before the first element: wrong itself, or where it leaves a name."""
        match = _WORD.match(text, at)
        if match is None:
            raise Malformed('INVALID_TOKEN', at)
        if match.end() < len(text) and text[match.end()] not in '>),|[%?*+ \t\n':
            raise Malformed('INVALID_TOKEN', match.end())
        raise Malformed('SYNTAX', at)

    def _document(self):
        self._at = self._content(self._text, self._at)

    def _epilog(self):
        text, at = self._text, self._at
        self._event = at
        if self._skip_space():
            return
        if text.startswith(('<!--', '<?'), at):
            self._at = self._comment_or_instruction(text, at)
        elif not ('<!--'.startswith(text[at:]) or text[at:] == '<'):
            raise Malformed('JUNK_AFTER_DOC_ELEMENT', at)

    def _skip_space(self):
        text, at = self._text, self._at
        end = at
        while end < len(text) and text[end] in ' \t\n':
            end += 1
        if end == at:
            return False
        self.default(text[at:end])
        self._at = end
        return True

    # The document type.

    def _doctype_start(self):
        match = _DOCTYPE.match(self._text, self._at)
        if match is None:
            if '>' in self._text[self._at:] or '[' in self._text[self._at:]:
                raise Malformed('SYNTAX', self._at)
            return
        system, public = identifiers(match)
        inside = match['next'] == '['
        self._doctype = (match['name'], system, public)
        self._has_parameters = system is not None
        if system is not None and not self._parameter_parsing:
            self._ask_standalone()
        if self.StartDoctypeDeclHandler:
            self._flush()
            self.StartDoctypeDeclHandler(match['name'], system, public, int(inside))
        else:
            self.default_tokens(match[0])
        self._at = match.end()
        if inside:
            self._phase = self._subset
        else:
            self._doctype_end()

    def _subset(self):
        """The declarations between `[` and `]`, or those of an external subset."""
        while self._at < len(self._text):
            match = PIECE.match(self._text, self._at)
            if match is None:
                self._check_declaration()
                return
            self._event = self._at
            if match['end']:
                if self._doctype == 'external':
                    raise Malformed('SYNTAX', self._at)
                if not self.StartDoctypeDeclHandler:
                    self.default(']')
                self._at = match.end()
                self._phase = self._subset_end
                return
            self._at = match.end()
            self._piece(match)

    def _check_declaration(self):
        """No piece is complete here: is it wrong, or only not all there?"""
        rest = self._text[self._at:]
        if rest[0] not in '<%':
            raise Malformed('SYNTAX' if rest[0].isalnum() else 'INVALID_TOKEN', self._at)
        if rest.startswith('<!--') and '--' in rest[4:].removesuffix('-') or '>' in rest and rest.count('"') % 2 == 0:
            raise Malformed('SYNTAX', self._at)

    def _subset_end(self):
        if self._skip_space():
            return
        if self._text[self._at] != '>':
            raise Malformed('SYNTAX', self._at)
        self._event = self._at
        self._at += 1
        if not self.EndDoctypeDeclHandler:
            self.default('>')
        self._doctype_end()

    def _doctype_end(self):
        _, system, public = self._doctype
        if system is not None or self._foreign:
            self._external_subset(system, public)
        if self.EndDoctypeDeclHandler:
            self._flush()
            self.EndDoctypeDeclHandler()
        self._phase = self._prolog

    def _external_subset(self, system, public):
        wanted = self._parameter_parsing
        if wanted == XML_PARAM_ENTITY_PARSING_ALWAYS or wanted and not self._standalone:
            self._has_parameters = True
            if self.ExternalEntityRefHandler:
                if not self.ExternalEntityRefHandler(None, self._base, system, public):
                    raise Malformed('EXTERNAL_ENTITY_HANDLING')
                self._ask_standalone()

    def _ask_standalone(self):
        if not self._standalone and self.NotStandaloneHandler and not self.NotStandaloneHandler():
            raise Malformed('NOT_STANDALONE')

    def _piece(self, match):
        if match['declaration']:
            self._flush()
            _dtd.declare(self, match['kind'], match[0])
        elif match['comment'] or match['pi']:
            self._comment_or_instruction(match[0], 0)
        elif match['reference']:
            self._parameter_reference(match['parameter'])
        elif match['section'] or match['after']:
            self._section(match)
        else:
            self.default(match[0])

    def _section(self, match):
        """`<![INCLUDE[` is read on; what stands in `<![IGNORE[` is passed over."""
        if match['after']:
            return
        rest = self.with_parameters(self._text[match.start():])
        begun = re.compile(rf'<!\[{_S}*(INCLUDE|IGNORE){_S}*\[').match(rest)
        if begun is None:
            raise Malformed('SYNTAX', match.start())
        open_bracket = self._text.index('[', match.end())
        self._at = open_bracket + 1
        if begun[1] == 'IGNORE':
            end = self._text.find(']]>', self._at)
            if end < 0:
                raise Malformed('UNCLOSED_TOKEN', match.start())
            self._at = end + 3

    def _parameter_reference(self, name):
        self._has_parameters = True
        entity = self.parameters.get(name)
        if entity is None:
            if self.SkippedEntityHandler:
                self.SkippedEntityHandler(name, True)
            else:
                self.default(f'%{name};')
            return
        if entity.open:
            raise Malformed('RECURSIVE_ENTITY_REF')
        entity.open = True
        try:
            if entity.value is not None:
                self._expand(entity)
                at = 0
                while at < len(entity.value):
                    piece = PIECE.match(entity.value, at)
                    if piece is None or piece['end']:
                        raise Malformed('SYNTAX')
                    at = piece.end()
                    self._piece(piece)
            elif self._parameter_parsing and self.ExternalEntityRefHandler:
                if not self.ExternalEntityRefHandler(None, entity.base, entity.system, entity.public):
                    raise Malformed('EXTERNAL_ENTITY_HANDLING')
            else:
                self.default(f'%{name};')
        finally:
            entity.open = False

    def with_parameters(self, text):
        """The text of a declaration with its parameter entities in place."""
        def replace(match):
            entity = self.parameters.get(match[1])
            if entity is None or entity.value is None:
                return ''
            return f' {self.with_parameters(entity.value)} '
        return _PARAMETER.sub(replace, text) if '%' in text else text

    def entity_value(self, text):
        """The replacement text of an entity: character and parameter references in place, others not."""
        text = self.with_parameters(text) if self._doctype == 'external' else text
        return _CHARACTER_REFERENCE.sub(lambda match: self._character(match[1], match[2]), text)

    # Elements and their text.

    def default(self, text):
        handler = self.DefaultHandlerExpand or self.DefaultHandler
        if handler and text:
            self._flush()
            handler(text)

    def default_tokens(self, text):
        """Tells a declaration's parts one by one, as expat reads it."""
        if self.DefaultHandlerExpand or self.DefaultHandler:
            for token in _DECLARATION_TOKEN.findall(text):
                self.default(token)

    def _content(self, text, at):
        """Reads elements and text from a place on and gives the place of what is not complete."""
        outer = text is self._text
        depth = len(self._elements)
        size = len(text)
        while at < size:
            if outer:
                self._event = at
            c = text[at]
            if c == '<':
                end = self._markup(text, at)
            elif c == '&':
                end = self._content_reference(text, at)
            else:
                end = self._characters(text, at)
            if end == at:
                break
            at = end
            if outer:
                self._at = at
                if self._phase == self._epilog:
                    return at
        if not outer and (at < size or len(self._elements) != depth):
            raise Malformed('ASYNC_ENTITY' if at == size else 'UNCLOSED_TOKEN')
        return at

    def _characters(self, text, at):
        match = _TEXT.match(text, at)
        end = match.end()
        bad = text.find(']]>', at, end)
        if bad >= 0:
            self._tell_characters(text[at:bad])
            raise Malformed('INVALID_TOKEN', bad + 2)
        if end == len(text) and not self._final and text is self._text:
            # A bracket may be the beginning of `]]>`.
            while end > at and text[end - 1] == ']':
                end -= 1
        self._tell_characters(text[at:end])
        return end

    def _tell_characters(self, text):
        handler = self.CharacterDataHandler
        if not handler:
            for line in _LINE.findall(text) if self.DefaultHandler or self.DefaultHandlerExpand else ():
                self.default(line)
        elif not self._buffer_text:
            for line in _LINE.findall(text):
                handler(line)
        else:
            self._buffer(text)

    def _buffer(self, text):
        if self._buffered_size + len(text) > self._buffer_size:
            for line in _LINE.findall(text):
                if self._buffered_size + len(line) > self._buffer_size:
                    self._flush()
                if len(line) > self._buffer_size:
                    if self.CharacterDataHandler:
                        self.CharacterDataHandler(line)
                    continue
                self._buffered.append(line)
                self._buffered_size += len(line)
            return
        self._buffered.append(text)
        self._buffered_size += len(text)

    def _flush(self):
        """Tells the text that was gathered."""
        if self._buffered:
            text = ''.join(self._buffered)
            self._buffered.clear()
            self._buffered_size = 0
            if self.CharacterDataHandler:
                self.CharacterDataHandler(text)

    def _markup(self, text, at):
        match = _START.match(text, at)
        if match:
            return self._start_tag(match)
        if text.startswith('</', at):
            match = _END.match(text, at)
            return self._end_tag(match) if match else self._begun(_END_BEGUN, text, at)
        if text.startswith(('<!--', '<?'), at):
            return self._comment_or_instruction(text, at)
        if text.startswith('<![CDATA[', at):
            return self._cdata(text, at)
        if text.startswith('<!', at):
            if '<![CDATA['.startswith(text[at:]) or '<!--'.startswith(text[at:]):
                return at
            raise Malformed('INVALID_TOKEN', at + 2)
        return self._begun(_START_BEGUN, text, at)

    def _begun(self, pattern, text, at):
        """Fails where the text leaves what a token may be; stays if it can still become one."""
        end = pattern.match(text, at).end()
        if end < len(text):
            raise Malformed('INVALID_TOKEN', end)
        return at

    def _comment_or_instruction(self, text, at):
        if text.startswith('<!--', at):
            end = text.find('--', at + 4)
            if end < 0 or end + 2 == len(text):
                return at
            if text[end + 2] != '>':
                raise Malformed('INVALID_TOKEN', end + 2)
            if self.CommentHandler:
                self._flush()
                self.CommentHandler(text[at + 4:end])
            else:
                self.default(text[at:end + 3])
            return end + 3
        match = _PI.match(text, at)
        if match is None:
            if '?>' in text[at:] or len(text) > at + 2 and not re.match(NAME, text[at + 2:]):
                raise Malformed('INVALID_TOKEN', at + 2)
            return at
        if match[1].lower() == 'xml':
            raise Malformed('MISPLACED_XML_PI' if match[1] == 'xml' else 'INVALID_TOKEN', at)
        if self.ProcessingInstructionHandler:
            self._flush()
            self.ProcessingInstructionHandler(match[1], match[2] or '')
        else:
            self.default(match[0])
        return match.end()

    def _cdata(self, text, at):
        end = text.find(']]>', at)
        if end < 0:
            return at
        if self.StartCdataSectionHandler:
            self._flush()
            self.StartCdataSectionHandler()
        else:
            self.default('<![CDATA[')
        self._tell_characters(text[at + 9:end])
        if self.EndCdataSectionHandler:
            self._flush()
            self.EndCdataSectionHandler()
        else:
            self.default(']]>')
        return end + 3

    def _start_tag(self, match):
        tag, rest, empty = match.groups()
        attributes = {}
        specified = 0
        if rest:
            start = match.start(2)
            for attribute in _ATTRIBUTE.finditer(rest):
                name, value = attribute.groups()
                if name in attributes:
                    raise Malformed('DUPLICATE_ATTRIBUTE', start + attribute.start())
                attributes[name] = self._given_value(tag, name, value[1:-1], start + attribute.start(2) + 1)
            specified = len(attributes)
        declared = self.attributes.get(tag)
        if declared and not self.specified_attributes:
            for name, known in declared.items():
                if known.value is not None:
                    attributes.setdefault(name, known.value)
        opened = ()
        name = tag
        if self._separator is not None:
            name, attributes, opened = self._with_namespaces(tag, attributes)
        if self.StartElementHandler:
            self._flush()
            name = self.intern.setdefault(name, name)
            if self.ordered_attributes:
                given = [part for pair in attributes.items() for part in pair]
            else:
                given = attributes
            self.StartElementHandler(name, given)
        else:
            self.default(match[0])
        self._elements.append((tag, name, opened))
        if empty:
            if not self._in_entity:
                self._event = match.end()
            self._close(match[0] if not self.StartElementHandler else '')
        return match.end()

    def _given_value(self, tag, name, value, at):
        if '&' not in value and '\n' not in value and '\t' not in value and tag not in self.attributes:
            return value
        declared = self.attributes.get(tag, {}).get(name)
        try:
            return self.attribute_value(value, declared is not None and declared.kind != 'CDATA')
        except Malformed as problem:
            if problem.at is not None:
                problem.at += at
            raise

    def attribute_value(self, value, tokens):
        """The value as attributes are normalised; of types other than CDATA, without surplus spaces."""
        value = self._attribute_text(value)
        return ' '.join(filter(None, value.split(' '))) if tokens else value

    def _attribute_text(self, value):
        value = value.replace('\n', ' ').replace('\t', ' ')
        at = value.find('&')
        if at < 0:
            return value
        parts = [value[:at]]
        while at < len(value):
            match = _REFERENCE.match(value, at)
            if match is None:
                raise Malformed('INVALID_TOKEN', _REFERENCE_BEGUN.match(value, at).end())
            try:
                parts.append(self._attribute_reference(match))
            except Malformed as problem:
                problem.at = at
                raise
            end = value.find('&', match.end())
            if end < 0:
                end = len(value)
            parts.append(value[match.end():end])
            at = end
        return ''.join(parts)

    def _attribute_reference(self, match):
        decimal, hexadecimal, name = match.groups()
        if name is None:
            return self._character(decimal, hexadecimal)
        if name in _PREDEFINED:
            return _PREDEFINED[name]
        entity = self.entities.get(name)
        if entity is None:
            if self._has_parameters and not self._standalone:
                return ''
            raise Malformed('UNDEFINED_ENTITY')
        if entity.open:
            raise Malformed('RECURSIVE_ENTITY_REF')
        if entity.notation:
            raise Malformed('BINARY_ENTITY_REF')
        if entity.value is None:
            raise Malformed('ATTRIBUTE_EXTERNAL_ENTITY_REF')
        self._expand(entity)
        entity.open = True
        try:
            return self._attribute_text(entity.value)
        finally:
            entity.open = False

    @staticmethod
    def _character(decimal, hexadecimal):
        digits, base = (decimal, 10) if decimal else (hexadecimal, 16)
        code = int(digits, base) if len(digits) < 12 else 0
        if not 0 < code < 0x110000 or _ILLEGAL.match(chr(code)):
            raise Malformed('BAD_CHAR_REF')
        return chr(code)

    def _end_tag(self, match):
        if not self._elements:
            raise Malformed('ASYNC_ENTITY')
        if self._elements[-1][0] != match[1]:
            raise Malformed('TAG_MISMATCH', match.start(1))
        self._close(match[0])
        return match.end()

    def _close(self, text):
        _, name, opened = self._elements.pop()
        if self.EndElementHandler:
            self._flush()
            self.EndElementHandler(name)
        else:
            self.default(text)
        if self._separator is not None:
            self._namespaces.pop()
            for prefix in reversed(opened):
                if self.EndNamespaceDeclHandler:
                    self._flush()
                    self.EndNamespaceDeclHandler(prefix)
        if not self._elements and self._phase == self._document:
            self._phase = self._epilog

    # Namespaces.

    def _with_namespaces(self, tag, attributes):
        known = self._namespaces[-1]
        opened = []
        rest = {}
        for name, value in attributes.items():
            if name == 'xmlns' or name.startswith('xmlns:'):
                prefix = name[6:] or None
                if not opened:
                    known = dict(known)
                self._open_namespace(known, prefix, value)
                opened.append(prefix)
            else:
                rest[name] = value
        self._namespaces.append(known)
        expanded = {}
        for name, value in rest.items():
            if ':' in name:
                name = self._expanded_name(known, name)
                if name in expanded:
                    raise Malformed('DUPLICATE_ATTRIBUTE')
            expanded[name] = value
        if ':' in tag:
            tag = self._expanded_name(known, tag)
        elif known.get(None):
            tag = known[None] + self._separator + tag
        return tag, expanded, opened

    def _open_namespace(self, known, prefix, uri):
        if prefix == 'xmlns':
            raise Malformed('RESERVED_PREFIX_XMLNS')
        if (prefix == 'xml') != (uri == _XML):
            raise Malformed('RESERVED_PREFIX_XML' if prefix == 'xml' else 'RESERVED_NAMESPACE_URI')
        if uri == _XMLNS:
            raise Malformed('RESERVED_NAMESPACE_URI')
        if prefix and not uri:
            raise Malformed('UNDECLARING_PREFIX')
        known[prefix] = uri
        if self._separator in uri and self._separator not in _IN_ADDRESSES:
            raise Malformed('SYNTAX')
        if self.StartNamespaceDeclHandler:
            self._flush()
            self.StartNamespaceDeclHandler(prefix, uri or None)

    def _expanded_name(self, known, name):
        prefix, _, local = name.partition(':')
        uri = known.get(prefix)
        if uri is None:
            raise Malformed('UNBOUND_PREFIX')
        expanded = uri + self._separator + local
        if self.namespace_prefixes:
            expanded += self._separator + prefix
        return expanded

    # Entities in text.

    def _content_reference(self, text, at):
        match = _REFERENCE.match(text, at)
        if match is None:
            return self._begun(_REFERENCE_BEGUN, text, at)
        decimal, hexadecimal, name = match.groups()
        if name is None:
            self._tell_characters(self._character(decimal, hexadecimal))
        elif name in _PREDEFINED:
            self._tell_characters(_PREDEFINED[name])
        else:
            self._entity_reference(name, match[0])
        return match.end()

    def _entity_reference(self, name, text):
        entity = self.entities.get(name)
        if entity is None:
            if not self._has_parameters or self._standalone:
                raise Malformed('UNDEFINED_ENTITY')
            if self.SkippedEntityHandler:
                self._flush()
                self.SkippedEntityHandler(name, False)
            else:
                self.default(text)
            return
        if entity.open:
            raise Malformed('RECURSIVE_ENTITY_REF')
        if entity.notation:
            raise Malformed('BINARY_ENTITY_REF')
        if entity.value is None:
            self._external_entity(entity, text)
        elif self.DefaultHandler and not self.DefaultHandlerExpand:
            if self.SkippedEntityHandler:
                self._flush()
                self.SkippedEntityHandler(name, False)
            else:
                self.default(text)
        else:
            self._expand(entity)
            entity.open = True
            self._in_entity += 1
            self._content(entity.value, 0)
            self._in_entity -= 1
            entity.open = False

    def _external_entity(self, entity, text):
        self._flush()
        if not self.ExternalEntityRefHandler:
            self.default(text)
            return
        if not self.ExternalEntityRefHandler(entity.name, entity.base, entity.system, entity.public):
            raise Malformed('EXTERNAL_ENTITY_HANDLING')

    def _expand(self, entity):
        """Counts what entities add: a few lines may stand for gigabytes."""
        self._expanded += len(entity.value)
        if self._expanded > _AMPLIFICATION_FROM and self._expanded > self._given * _AMPLIFICATION:
            raise Malformed('AMPLIFICATION_LIMIT_BREACH')


XMLParserType.__name__ = 'xmlparser'
