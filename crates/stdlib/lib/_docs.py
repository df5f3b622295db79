"""What `__doc__` says of built-in functions, types and methods."""

# A line each: the name, then the text. Names of methods stand below their type, indented.
_TEXT = '''
__build_class__ Make a class: run its body, then call the metaclass.
__import__ Import a module; what the import statement calls.
abs The absolute value of a number.
aiter The asynchronous iterator of an asynchronous iterable.
all Whether every item is true; True if there is none.
anext An awaitable of the next item of an asynchronous iterator, or of the default at its end.
any Whether some item is true; False if there is none.
ascii As repr(), with everything outside ASCII escaped.
bin An integer in binary, with the prefix 0b.
breakpoint Call sys.breakpointhook(), which starts the debugger.
callable Whether something can be called, as functions, classes and instances with __call__ can.
chr The character with this code point.
compile Compile source, or a syntax tree, to code that exec() or eval() runs.
delattr Delete the attribute of that name: delattr(x, 'y') is del x.y.
dir The names in the current scope or, of an object, of its attributes, sorted.
divmod The pair (x // y, x % y).
eval The value of an expression: source or code, with given globals and locals.
exec Run statements: source or code, with given globals and locals.
format What format(value, spec) of a value is: value.__format__(spec).
getattr The attribute of that name, or the default if there is none: getattr(x, 'y') is x.y.
globals The dict of the current module's variables.
hasattr Whether an object has an attribute of that name.
hash The hash of an object. Objects that are equal have the same.
hex An integer in hexadecimal, with the prefix 0x.
id The identity of an object: no other has it as long as this one lives.
input Print the prompt and read a line from standard input, without its newline.
isinstance Whether an object is an instance of a class, of one of several, or of a subclass.
issubclass Whether a class is another, one of several, or derived from one.
iter An iterator over a collection, or one that calls a function until it gives the sentinel.
len How many items a container has.
locals The dict of the variables of the current scope.
max max(iterable, *[, default, key]) or max(a, b, *rest[, key]): the largest item. Key is a function whose results are compared.
min min(iterable, *[, default, key]) or min(a, b, *rest[, key]): the smallest item. Key is a function whose results are compared.
next The next item of an iterator, or the default at its end.
oct An integer in octal, with the prefix 0o.
open Open a file and give a stream. mode: r reads, w writes anew, x makes, a appends; b bytes, t text, + reads and writes.
ord The code point of a character.
pow base ** exp or, with mod, base ** exp % mod.
print Write values as text to a stream (sys.stdout), with sep between them and end after the last.
repr The text that stands for an object, such that eval() makes it again where that is possible.
round A number rounded to so many digits; an int without ndigits. Halves go to the even neighbour.
setattr Set the attribute of that name: setattr(x, 'y', v) is x.y = v.
sorted A new list of the items in ascending order. key is a function whose results are compared; reverse turns the order round.
sum The start value plus the items of an iterable.
vars The __dict__ of an object or, without one, locals().
bool A truth value: True or False.
bytearray A sequence of bytes that can be changed.
bytes A sequence of bytes that cannot be changed.
classmethod Make a function a method that receives the class.
complex A complex number, of a real and an imaginary part or of text.
dict A mapping of keys to values, in order of insertion, made of a mapping, of pairs or of keywords.
enumerate Pairs of a count, from start on, and an item of an iterable.
filter Those items for which a function is true or, with None, that are true.
float A floating-point number, of text or of another number.
frozenset A set that cannot be changed.
int An integer, of a number or of text in the given base.
list A sequence that can be changed.
map What a function gives for the items of one or more iterables, until the shortest ends.
memoryview A view of the memory of another object.
property An attribute that functions get, set and delete.
range Integers from start to stop, which is left out, by step.
reversed The items of a sequence from the last to the first.
set Items without order, each once.
slice The bounds of a part of a sequence: start, stop, step.
staticmethod Make a function a member of a class that receives neither class nor instance.
str A text: of an object, or of bytes that are decoded.
super What the classes after a class in the method resolution order define.
tuple A sequence that cannot be changed.
type The class of an object or, with three arguments, a new class.
zip Tuples of one item of each iterable, until the shortest ends (or, with strict, all must end at once).
str
 capitalize A copy with the first character in title case and the rest in lower case.
 casefold A copy for comparison without regard to case.
 center A copy in the middle of that width, filled up with fillchar.
 count How often a part occurs, without overlaps.
 encode The bytes of the text in an encoding; errors says what happens to what has no bytes there.
 endswith Whether the text ends with a suffix, or one of several.
 expandtabs A copy with tabs replaced by spaces.
 find The lowest index of a part, or -1.
 format A copy whose replacement fields hold the arguments.
 format_map As format(**mapping), the mapping used as it is.
 index The lowest index of a part; ValueError if there is none.
 isalnum Whether all characters are letters or digits, and there is one.
 isalpha Whether all characters are letters, and there is one.
 isascii Whether all characters are in ASCII.
 isdecimal Whether all characters are decimal digits, and there is one.
 isdigit Whether all characters are digits, and there is one.
 isidentifier Whether the text is a valid name.
 islower Whether all characters with case are lower, and there is one.
 isnumeric Whether all characters are numeric, and there is one.
 isprintable Whether all characters can be printed.
 isspace Whether all characters are white space, and there is one.
 istitle Whether words begin with upper case and go on in lower case.
 isupper Whether all characters with case are upper, and there is one.
 join The texts of an iterable, with this one between them.
 ljust A copy at the left of that width, filled up with fillchar.
 lower A copy in lower case.
 lstrip A copy without white space, or those characters, at its start.
 maketrans A table for translate().
 partition What stands before a separator, the separator, what stands after it.
 removeprefix A copy without the prefix.
 removesuffix A copy without the suffix.
 replace A copy with a part replaced, at most count times.
 rfind The highest index of a part, or -1.
 rindex The highest index of a part; ValueError if there is none.
 rjust A copy at the right of that width, filled up with fillchar.
 rpartition As partition(), at the last separator.
 rsplit As split(), from the end.
 rstrip A copy without white space, or those characters, at its end.
 split The list of parts between separators (white space if none is given), at most maxsplit times.
 splitlines The list of lines, with their ends if keepends.
 startswith Whether the text starts with a prefix, or one of several.
 strip A copy without white space, or those characters, at both ends.
 swapcase A copy with upper case for lower and lower for upper.
 title A copy in which words begin with upper case.
 translate A copy with each character replaced by what a table has for it.
 upper A copy in upper case.
 zfill A copy with zeros in front, after a sign, up to that width.
list
 append Add an item at the end.
 clear Remove all items.
 copy A shallow copy.
 count How often an item occurs.
 extend Add the items of an iterable at the end.
 index The first index of an item; ValueError if there is none.
 insert Put an item before an index.
 pop Remove and give an item, the last if no index is given.
 remove Remove the first such item; ValueError if there is none.
 reverse Turn the order round, in place.
 sort Sort in place, ascending and stable.
dict
 clear Remove all items.
 copy A shallow copy.
 fromkeys A new dict with these keys, all with one value.
 get The value of a key, or the default.
 items A view of the pairs.
 keys A view of the keys.
 pop Remove a key and give its value, or the default.
 popitem Remove and give the last pair.
 setdefault The value of a key, which is set to the default first if it is missing.
 update Take over the items of a mapping, of pairs or of keywords.
 values A view of the values.
set
 add Add an item.
 clear Remove all items.
 copy A shallow copy.
 difference The items that are not in the others.
 difference_update Remove what is in the others.
 discard Remove an item if it is there.
 intersection The items that are in all others as well.
 intersection_update Keep what is in all others as well.
 isdisjoint Whether no item is in both.
 issubset Whether every item is in the other.
 issuperset Whether every item of the other is in this one.
 pop Remove and give some item.
 remove Remove an item; KeyError if it is missing.
 symmetric_difference The items that are in one of both alone.
 symmetric_difference_update Keep the items that are in one of both alone.
 union The items of all.
 update Add the items of the others.
tuple
 count How often an item occurs.
 index The first index of an item; ValueError if there is none.
int
 as_integer_ratio The pair (int, 1).
 bit_count How many ones the absolute value has in binary.
 bit_length How many bits the absolute value takes.
 conjugate The number itself.
 from_bytes The integer that bytes stand for.
 is_integer True.
 to_bytes The bytes that stand for the integer.
float
 as_integer_ratio A pair of integers whose quotient the number is.
 conjugate The number itself.
 fromhex The number that a hexadecimal text stands for.
 hex The number as hexadecimal text.
 is_integer Whether the number is whole.
coroutine
 send Send a value into coroutine and go on to its next suspension; StopIteration at its end.
 throw Raise an exception in coroutine where it is suspended.
 close Raise GeneratorExit inside coroutine.
 __name__ name of the coroutine
 __qualname__ qualified name of the coroutine
 cr_await what is being awaited, or None
generator
 send Send a value into generator and go on to its next item; StopIteration at its end.
 throw Raise an exception in generator where it is suspended.
 close Raise GeneratorExit inside generator.
 __name__ name of the generator
 __qualname__ qualified name of the generator
 gi_yieldfrom the iterator that yield from goes through, or None
'''

_SPECIAL = {
    '__init__': 'Set up an instance.', '__new__': 'Make a new instance.', '__repr__': 'repr(self).',
    '__str__': 'str(self).', '__hash__': 'hash(self).', '__call__': 'Call self as a function.',
    '__iter__': 'iter(self).', '__next__': 'next(self).', '__len__': 'len(self).', '__getitem__': 'self[key].',
    '__setitem__': 'self[key] = value.', '__delitem__': 'del self[key].', '__contains__': 'Whether key is in self.',
    '__getattribute__': 'getattr(self, name).', '__setattr__': 'setattr(self, name, value).',
    '__delattr__': 'delattr(self, name).', '__bool__': 'bool(self).', '__int__': 'int(self).',
    '__float__': 'float(self).', '__index__': 'self as an integer.', '__abs__': 'abs(self).', '__neg__': '-self.',
    '__pos__': '+self.', '__invert__': '~self.', '__reversed__': 'reversed(self).',
    '__format__': 'format(self, format_spec).', '__dir__': 'dir(self).', '__sizeof__': 'Bytes that self takes.',
    '__reduce__': 'How to pickle self.', '__reduce_ex__': 'How to pickle self by a protocol.',
    '__get__': 'The attribute of an instance.', '__set__': 'Set the attribute of an instance.',
    '__delete__': 'Delete the attribute of an instance.', '__subclasshook__': 'What abstract classes say of a subclass.',
    '__init_subclass__': 'Called when a class is derived.', '__class_getitem__': 'A generic alias of the class.',
    '__enter__': 'Enter a context.', '__exit__': 'Leave a context.', '__await__': 'An iterator for await.',
}
_OPERATORS = {'add': '+', 'sub': '-', 'mul': '*', 'truediv': '/', 'floordiv': '//', 'mod': '%', 'pow': '**', 'and': '&',
              'or': '|', 'xor': '^', 'lshift': '<<', 'rshift': '>>', 'matmul': '@'}
_COMPARISONS = {'lt': '<', 'le': '<=', 'eq': '==', 'ne': '!=', 'gt': '>', 'ge': '>='}
for _name, _sign in _OPERATORS.items():
    _SPECIAL[f'__{_name}__'] = f'self {_sign} value.'
    _SPECIAL[f'__r{_name}__'] = f'value {_sign} self.'
    _SPECIAL[f'__i{_name}__'] = f'self {_sign}= value.'
for _name, _sign in _COMPARISONS.items():
    _SPECIAL[f'__{_name}__'] = f'self {_sign} value.'
_docs = {}


def _read():
    owner = ''
    for line in _TEXT.strip().split('\n'):
        name, _, text = line.strip().partition(' ')
        if not text:
            owner = name
        else:
            _docs[f'{owner}.{name}' if line.startswith(' ') else name] = text


_read()


def doc_of(owner, name):
    """The text for a function (owner '') or for a type's method; None if there is none."""
    if owner in ('bytes', 'bytearray') and f'{owner}.{name}' not in _docs:
        return _docs.get(f'str.{name}') or _docs.get(f'list.{name}') or _SPECIAL.get(name)
    if owner == 'frozenset':
        owner = 'set'
    return _docs.get(f'{owner}.{name}' if owner else name) or (_SPECIAL.get(name) if owner else None)
