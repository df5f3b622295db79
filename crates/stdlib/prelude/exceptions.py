"""Exceptions, exception groups and their reports where Python code takes part."""


# What a prompt takes for "go on typing".
class _IncompleteInputError(SyntaxError):
    pass


def exception_str(self):
    """BaseException.__str__"""
    args = self.args
    if not args:
        return ''
    return str(args[0]) if len(args) == 1 else str(args)


def exception_repr(self):
    """BaseException.__repr__"""
    args = self.args
    return f'{type(self).__name__}({args[0]!r})' if len(args) == 1 else f'{type(self).__name__}{args!r}'


def key_error_str(self):
    """KeyError.__str__"""
    return repr(self.args[0]) if len(self.args) == 1 else exception_str(self)


def os_error_str(self):
    """OSError.__str__"""
    if self.filename is None and (self.errno is None or self.strerror is None):
        return exception_str(self)
    text = f'[Errno {self.errno}] {self.strerror}'
    if self.filename is not None:
        text += f': {self.filename!r}'
        if self.filename2 is not None:
            text += f' -> {self.filename2!r}'
    return text


def syntax_error_str(self):
    """SyntaxError.__str__"""
    return str(self.msg)


def set_exception_args(self, iterable):
    """Sets `args`"""
    self.args = tuple(list_of(iterable))


def syntax_error_init(self, message, details):
    """SyntaxError.__init__"""
    SyntaxError.__init__(self, message, tuple(list_of(details)))


# Exception groups.


def exception_group_new(cls, message, members):
    """BaseExceptionGroup.__new__"""
    return BaseExceptionGroup.__new__(cls, message, list_of(members))


def _is_exception_class(cls):
    return isinstance(cls, type) and issubclass(cls, BaseException)


def _group_condition(matcher):
    """The test that split and subgroup are asked to make"""
    if _is_exception_class(matcher):
        return lambda exc: isinstance(exc, matcher)
    if isinstance(matcher, tuple) and all(_is_exception_class(cls) for cls in matcher):
        return lambda exc: isinstance(exc, matcher)
    if callable(matcher) and not isinstance(matcher, type):
        return matcher
    raise TypeError('expected an exception type, a tuple of exception types, or a callable (other than a class)')


def _derived(group, members):
    """A group like this one with other members; None without any"""
    if not members:
        return None
    new = group.derive(members)
    if not isinstance(new, BaseExceptionGroup):
        raise TypeError('derive must return an instance of BaseExceptionGroup')
    exception_copy_origin(new, group)
    return new


def _split_group(group, condition):
    """What matches and what does not, each a group or None"""
    if condition(group):
        return group, None
    matching, rest = [], []
    for member in group.exceptions:
        if isinstance(member, BaseExceptionGroup):
            matched, left = _split_group(member, condition)
            if matched is not None:
                matching.append(matched)
            if left is not None:
                rest.append(left)
        elif condition(member):
            matching.append(member)
        else:
            rest.append(member)
    return _derived(group, matching), _derived(group, rest)


def group_split(self, matcher):
    """BaseExceptionGroup.split"""
    return _split_group(self, _group_condition(matcher))


def group_subgroup(self, matcher):
    """BaseExceptionGroup.subgroup"""
    return _split_group(self, _group_condition(matcher))[0]


def exception_group_split(exc, classes):
    """For `except*`: the matching part or None, the rest or None"""
    for cls in classes if isinstance(classes, tuple) else (classes,):
        if not _is_exception_class(cls):
            raise TypeError('catching classes that do not inherit from BaseException is not allowed')
        if issubclass(cls, BaseExceptionGroup):
            raise TypeError('catching ExceptionGroup with except* is not allowed. Use except instead.')
    if exc is None:
        return None, None
    if isinstance(exc, classes):
        if isinstance(exc, BaseExceptionGroup):
            return exc, None
        wrapped = BaseExceptionGroup('', (exc,))
        wrapped.__traceback__ = exc.__traceback__
        return wrapped, None
    if isinstance(exc, BaseExceptionGroup):
        pair = exc.split(classes)
        if not isinstance(pair, tuple):
            raise TypeError(f'{type(exc).__name__}.split must return a tuple, not {type(pair).__name__}')
        if len(pair) < 2:
            raise TypeError(f'{type(exc).__name__}.split must return a 2-tuple, got tuple of size {len(pair)}')
        return pair[0], pair[1]
    return None, exc


def _leaves(exc, found):
    """Ids of the exceptions in a group that are no groups"""
    if isinstance(exc, BaseExceptionGroup):
        for member in exc.exceptions:
            _leaves(member, found)
    else:
        found.add(id(exc))


def _projection(group, keep):
    """The part of a group whose leaves stand in other groups"""
    found = set()
    for exc in keep:
        _leaves(exc, found)
    return _split_group(group, lambda exc: id(exc) in found)[0]


def exception_group_rejoin(raised, exc):
    """At the end of `except*`: what goes on, or None"""
    if not isinstance(exc, BaseExceptionGroup):
        # Wrapped for the one clause that could match it.
        for other in raised:
            if other is not None:
                return other
        return None
    new, again = [], []
    for other in raised:
        if other is not None:
            (again if exception_same_origin(other, exc) else new).append(other)
    if again:
        rest = _projection(exc, again)
        if not new:
            return rest
        new.append(rest)
    if not new:
        return None
    return new[0] if len(new) == 1 else BaseExceptionGroup('', new)


# Reports.


def format_exception_text(exc):
    """The report of an uncaught exception, with its causes and contexts"""
    texts = []
    seen = set()
    pending = [exc]
    while pending:
        link = pending.pop()
        if link is None or id(link) in seen:
            continue
        seen.add(id(link))
        try:
            text = str(link)
        except BaseException:
            text = '<exception str() failed>'
        texts += link, text
        pending += link.__cause__, link.__context__
        if isinstance(link, BaseExceptionGroup):
            pending += link.exceptions
    return exception_format(exc, texts)


def report_uncaught(exc):
    """Writes the report of an uncaught exception to sys.stderr"""
    file = sys.stderr
    if file is not None:
        file.write(format_exception_text(exc))
        file.flush()


# The library's own reports, which parse the source for their carets.


def fix_traceback(module):
    """Finds carets as the VM's report does"""
    def anchors(segment):
        found = caret_anchors(segment)
        return None if found is None else module._Anchors(*found)

    def should_show_carets(self, start_offset, end_offset, all_lines, anchors):
        return carets_shown(all_lines, start_offset, end_offset, anchors is not None)

    module._extract_caret_anchors_from_line_segment = anchors
    module.StackSummary._should_show_carets = should_show_carets


def fix_linecache(module):
    """Takes the lines of what is no file from the host"""
    read = module.updatecache

    def updatecache(filename, module_globals=None):
        lines = read(filename, module_globals)
        if lines or filename.startswith('<') or load_module_named('os').path.exists(filename):
            return lines
        lines = source_lines(filename)
        if lines is None:
            return []
        lines = [line + '\n' for line in lines]
        module.cache[filename] = (sum([len(line) for line in lines]), None, lines, filename)
        return lines

    module.updatecache = updatecache


def fix_array(module):
    """Arrays are sequences for `isinstance`"""
    load_module_named('_collections_abc').MutableSequence.register(module.array)


def fix_metadata(module):
    """Packages are asked for in the folders of sys.path, though no finder stands for those"""
    def resolvers():
        declared = [getattr(finder, 'find_distributions', None) for finder in sys.meta_path]
        return [module.MetadataPathFinder.find_distributions, *filter(None, declared)]

    module.Distribution._discover_resolvers = staticmethod(resolvers)


module_fixes = {'importlib.metadata': fix_metadata, 'traceback': fix_traceback, 'linecache': fix_linecache, 'array': fix_array}


# Finalizers.


def run_finalizers(items):
    """Runs what objects that are going ask for; errors are reported only"""
    for item in items:
        try:
            finalize_now(item)
        except BaseException as error:
            report_unraisable(error, item)
    return len(items)


def report_unraisable(error, item):
    """An error in a finalizer, given to sys.unraisablehook"""
    if isinstance(item, builtin_type('weakref')):
        message = 'Exception ignored while calling weakref callback'
    elif hasattr(type(item), '__del__'):
        message = f'Exception ignored while calling deallocator {type(item).__del__!r}'
    else:
        message = f'Exception ignored while closing generator {item!r}'
    try:
        # What passed no frame of the program happened where it stands now.
        if error.__traceback__ is None:
            frame = sys._getframe()
            error.__traceback__ = builtin_type('traceback')(None, frame, frame.f_lasti, frame.f_lineno)
        sys.unraisablehook(UnraisableHookArgs((type(error), error, error.__traceback__, message, None)))
    except BaseException:
        pass


def finalize_at_exit():
    """At the end of the program, for what the collector never saw"""
    run_finalizers(unfinalized())


def warn_never_awaited(coroutine, line):
    """The warning about a coroutine that nobody awaited"""
    warnings = load_module_named('warnings')
    message = f"coroutine '{coroutine.__qualname__}' was never awaited"
    if coroutine.cr_origin:
        traceback = load_module_named('traceback')
        calls = traceback.StackSummary.from_list(
            [(filename, number, function, None) for filename, number, function in reversed(coroutine.cr_origin)])
        lines = ['Coroutine created at (most recent call last)\n', *calls.format()]
        message = f"{message}\n{''.join(lines)}".rstrip('\n')
    warnings.warn_explicit(message, RuntimeWarning, coroutine.cr_code.co_filename, line or
                           coroutine.cr_code.co_firstlineno, source=coroutine)


def clear_unstarted(generator):
    """frame.clear() of a generator that has not begun: it never will"""
    finalize_now(generator)
    generator.close()


# Weak references, namespaces.


def weakref_eq(a, b):
    """Equality of two live references"""
    return a == b


def weakref_ne(a, b):
    """Inequality of two live references"""
    return a != b


def namespace_init(self, source, keywords):
    """SimpleNamespace.__init__ from something that is no dict"""
    builtin_type('simple_namespace').__init__(self, dict(source), **keywords)


def namespace_repr(self):
    """SimpleNamespace.__repr__"""
    name = type(self).__name__
    if name == 'SimpleNamespace':
        name = 'namespace'
    if id(self) in _namespaces_shown:
        return f'{name}(...)'
    _namespaces_shown.add(id(self))
    try:
        return f"{name}({', '.join([f'{key}={value!r}' for key, value in self.__dict__.items()])})"
    finally:
        _namespaces_shown.discard(id(self))


_namespaces_shown = set()


def namespace_eq(self, other):
    """SimpleNamespace.__eq__"""
    return self.__dict__ == other.__dict__


def namespace_ne(self, other):
    """SimpleNamespace.__ne__"""
    return self.__dict__ != other.__dict__


def namespace_replace(self, changes):
    """SimpleNamespace.__replace__"""
    result = type(self)()
    result.__dict__.update(self.__dict__)
    result.__dict__.update(changes)
    return result
