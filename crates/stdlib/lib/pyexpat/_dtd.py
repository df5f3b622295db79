"""Declarations of a document type: what stands between `[` and `]`, and in an external subset."""

import re

from ._names import Malformed, model

NAME = r'[:A-Za-z_\u00B7-\U0010FFFF][-:.\w\u00B7-\U0010FFFF]*'
_SPACE = r'[ \t\r\n]'
_LITERAL = r'(?:"[^"]*"|\'[^\']*\')'
_EXTERNAL = rf'(?:SYSTEM{_SPACE}+(?P<sys>{_LITERAL})|PUBLIC{_SPACE}+(?P<pub>{_LITERAL})(?:{_SPACE}+(?P<psys>{_LITERAL}))?)'

# One declaration, comment, processing instruction, reference or run of white
# space. Quotes, and comments within, may hold `>`.
PIECE = re.compile(
    rf'(?P<space>{_SPACE}+)'
    r'|(?P<comment><!--(?:(?!--).)*-->)'
    rf'|(?P<pi><\?{NAME}(?:{_SPACE}.*?)?\?>)'
    rf'|(?P<declaration><!(?P<kind>ENTITY|ELEMENT|ATTLIST|NOTATION){_SPACE}(?:[^"\'<>]|{_LITERAL})*>)'
    rf'|(?P<reference>%(?P<parameter>{NAME});)'
    r'|(?P<section><!\[)'
    r'|(?P<after>\]\]>)'
    r'|(?P<end>\])',
    re.S)

EXTERNAL = re.compile(_EXTERNAL)
_ENTITY = re.compile(
    rf'<!ENTITY{_SPACE}+(?:(?P<percent>%){_SPACE}+)?(?P<name>{NAME}){_SPACE}+'
    rf'(?:(?P<value>{_LITERAL})|{_EXTERNAL}(?:{_SPACE}+NDATA{_SPACE}+(?P<notation>{NAME}))?){_SPACE}*>')
_NOTATION = re.compile(rf'<!NOTATION{_SPACE}+(?P<name>{NAME}){_SPACE}+{_EXTERNAL}{_SPACE}*>')
_ELEMENT = re.compile(rf'<!ELEMENT{_SPACE}+(?P<name>{NAME}){_SPACE}+(?P<content>.*?){_SPACE}*>', re.S)
_ATTLIST = re.compile(rf'<!ATTLIST{_SPACE}+(?P<name>{NAME})(?P<rest>.*?){_SPACE}*>', re.S)
_ATTRIBUTE = re.compile(
    rf'{_SPACE}+(?P<name>{NAME}){_SPACE}+'
    rf'(?P<type>CDATA|IDREFS?|ID|ENTITY|ENTITIES|NMTOKENS?|(?:NOTATION{_SPACE}+)?\([^)]*\)){_SPACE}+'
    rf'(?:(?P<keyword>#REQUIRED|#IMPLIED)|(?:(?P<fixed>#FIXED){_SPACE}+)?(?P<value>{_LITERAL}))')
_PARTICLE = re.compile(rf'{_SPACE}*(?:(?P<name>#PCDATA|{NAME})|(?P<open>\())(?P<quantifier>[?*+]?){_SPACE}*')
_CLOSE = re.compile(rf'{_SPACE}*\)(?P<quantifier>[?*+]?){_SPACE}*')
_QUANTIFIERS = {
    '': model.XML_CQUANT_NONE,
    '?': model.XML_CQUANT_OPT,
    '*': model.XML_CQUANT_REP,
    '+': model.XML_CQUANT_PLUS,
}


class Entity:
    """A declared entity: `value` is its replacement text, or None where it is external."""

    __slots__ = ('name', 'value', 'system', 'public', 'base', 'notation', 'parameter', 'open')

    def __init__(self, name, value, system, public, base, notation, parameter):
        self.name = name
        self.value = value
        self.system = system
        self.public = public
        self.base = base
        self.notation = notation
        self.parameter = parameter
        # While its text is being read: a reference to it then is recursive.
        self.open = False


class AttributeDefault:
    __slots__ = ('kind', 'value')

    def __init__(self, kind, value):
        self.kind = kind
        self.value = value


def identifiers(match):
    """The system and the public identifier of an external id."""
    public = match['pub']
    system = match['sys'] or match['psys']
    if public is not None:
        public = ' '.join(public[1:-1].split())
    return system and system[1:-1], public


def declare(parser, kind, text):
    """Reads one declaration and tells the parser's handlers."""
    {'ENTITY': _entity, 'NOTATION': _notation, 'ELEMENT': _element, 'ATTLIST': _attlist}[kind](parser, text)


def _match(pattern, text):
    match = pattern.fullmatch(text)
    if match is None:
        raise Malformed('SYNTAX')
    return match


def _entity(parser, text):
    match = _match(_ENTITY, text)
    value = match['value']
    if value is not None:
        value = parser.entity_value(value[1:-1])
    system, public = identifiers(match)
    known = parser.parameters if match['percent'] else parser.entities
    entity = Entity(match['name'], value, system, public, parser.GetBase(), match['notation'], bool(match['percent']))
    # The first declaration counts.
    if not known.setdefault(entity.name, entity) is entity:
        return
    if entity.notation and parser.UnparsedEntityDeclHandler:
        parser.UnparsedEntityDeclHandler(entity.name, entity.base, system, public, entity.notation)
    elif parser.EntityDeclHandler:
        parser.EntityDeclHandler(
            entity.name, entity.parameter, value, entity.base, system, public, entity.notation)
    else:
        parser.default_tokens(text)


def _notation(parser, text):
    match = _match(_NOTATION, text)
    if parser.NotationDeclHandler:
        parser.NotationDeclHandler(match['name'], parser.GetBase(), *identifiers(match))
    else:
        parser.default_tokens(text)


def _element(parser, text):
    match = _match(_ELEMENT, text)
    content = parser.with_parameters(match['content']).strip()
    if content == 'EMPTY':
        tree = (model.XML_CTYPE_EMPTY, 0, None, ())
    elif content == 'ANY':
        tree = (model.XML_CTYPE_ANY, 0, None, ())
    else:
        tree = _content_model(content)
    if parser.ElementDeclHandler:
        parser.ElementDeclHandler(match['name'], tree)
    else:
        parser.default_tokens(text)


def _content_model(text):
    """`(a, (b | c)*)` as nested tuples of kind, quantifier, name and children; a stack, since it may be deep."""
    stack = []
    at = 0
    while True:
        match = _PARTICLE.match(text, at)
        if match is None:
            raise Malformed('SYNTAX')
        at = match.end()
        if match['open']:
            if match['quantifier']:
                raise Malformed('SYNTAX')
            stack.append([None, []])
            continue
        if not stack:
            raise Malformed('SYNTAX')
        stack[-1][1].append((model.XML_CTYPE_NAME, _QUANTIFIERS[match['quantifier']], match['name'], ()))
        while close := _CLOSE.match(text, at):
            at = close.end()
            separator, children = stack.pop()
            node = _group(separator, children, _QUANTIFIERS[close['quantifier']])
            if not stack:
                if at != len(text):
                    raise Malformed('SYNTAX')
                return node
            stack[-1][1].append(node)
        separator = text[at:at + 1]
        if separator not in ('|', ',') or stack[-1][0] not in (None, separator):
            raise Malformed('SYNTAX')
        stack[-1][0] = separator
        at += 1


def _group(separator, children, quantifier):
    if children[0][2] == '#PCDATA':
        return (model.XML_CTYPE_MIXED, quantifier, None, tuple(children[1:]))
    kind = model.XML_CTYPE_CHOICE if separator == '|' else model.XML_CTYPE_SEQ
    return (kind, quantifier, None, tuple(children))


def _attlist(parser, text):
    match = _match(_ATTLIST, text)
    element, rest = match['name'], parser.with_parameters(match['rest'])
    at = 0
    told = False
    while rest[at:].strip():
        attribute = _ATTRIBUTE.match(rest, at)
        if attribute is None:
            raise Malformed('SYNTAX')
        at = attribute.end()
        kind = ''.join(attribute['type'].split()).replace('NOTATION(', 'NOTATION (')
        value = attribute['value']
        if value is not None:
            value = parser.attribute_value(value[1:-1], kind != 'CDATA')
        known = parser.attributes.setdefault(element, {})
        if attribute['name'] not in known:
            known[attribute['name']] = AttributeDefault(kind, value)
        if parser.AttlistDeclHandler:
            told = True
            required = bool(attribute['fixed']) or attribute['keyword'] == '#REQUIRED'
            parser.AttlistDeclHandler(element, attribute['name'], kind, value, int(required))
    if not told:
        parser.default_tokens(text)
