"""What the native loop, futures and tasks ask of Python."""


# A future's callbacks on a loop that is Python code.
def schedule_on_loop(loop, pairs, future):
    for callback, context in pairs:
        loop.call_soon(callback, future, context=context)


# A task's step on a loop that is Python code.
def call_soon_on_loop(loop, step, context):
    loop.call_soon(step, context=context)


# remove_done_callback where callbacks compare by Python code.
def future_remove_callback(future, function):
    kept = [pair for pair in future._callbacks or () if pair[0] != function]
    removed = len(future._callbacks or ()) - len(kept)
    for callback, context in list(future._callbacks or ()):
        if callback == function:
            future.remove_done_callback(callback)
    return removed


# set_result or set_exception of a future that is done.
def raise_invalid_state(state, future):
    from asyncio.exceptions import InvalidStateError
    raise InvalidStateError(f'{state}: {future!r}')


# Task(x) of something that cannot be driven.
def raise_not_coroutine(coro):
    raise TypeError(f'a coroutine was expected, got {coro!r}')


# _enter_task while another task runs.
def raise_cannot_enter(task, current):
    raise RuntimeError(f'Cannot enter into task {task!r} while another task {current!r} is being executed.')


# _leave_task of a task that is not the current one.
def raise_cannot_leave(task, current):
    raise RuntimeError(f'Leaving task {task!r} does not match the current task {current!r}.')


# task.set_name with a name whose str is Python code.
def task_set_name(task, name):
    task.set_name(str(name))


# A task's coroutine suspended with something that is no pending future of
# this loop and these types.
def task_bad_yield(task, result, why):
    from types import GeneratorType
    blocking = getattr(result, '_asyncio_future_blocking', None)
    if why == 3 and blocking is not None:
        get_loop = getattr(result, 'get_loop', None)
        loop = get_loop() if get_loop is not None else result._loop
        if loop is not task._loop:
            why = 0
        elif not blocking:
            why = 1
        else:
            result._asyncio_future_blocking = False
            result.add_done_callback(task._wakeup, context=task.get_context())
            task._set_waiter(result)
            if task._must_cancel and result.cancel(msg=task._cancel_message):
                task.uncancel()
            return
    if why == 0:
        message = f'Task {task!r} got Future {result!r} attached to a different loop'
    elif why == 1:
        message = f'yield was used instead of yield from in task {task!r} with {result!r}'
    elif why == 2:
        message = f'Task cannot await on itself: {task!r}'
    elif isinstance(result, GeneratorType):
        message = f'yield was used instead of yield from for generator in task {task!r} with {result!r}'
    else:
        message = f'Task got bad yield: {result!r}'
    task._throw_soon(RuntimeError(message))


# A callback raised: the loop's exception handler hears of it.
def callback_failed(loop, handle, exc):
    from asyncio import format_helpers
    if hasattr(handle, '_callback'):
        callback, args = handle._callback, handle._args
    else:
        callback, args = handle, ()
    shown = format_helpers._format_callback_source(callback, args)
    loop.call_exception_handler({
        'message': f'Exception in callback {shown}',
        'exception': exc,
        'handle': handle,
    })


# repr of a Handle or TimerHandle.
def handle_repr(handle):
    from asyncio import format_helpers
    info = [type(handle).__name__]
    if handle._cancelled:
        info.append('cancelled')
    if hasattr(handle, '_when'):
        info.append(f'when={handle._when}')
    if handle._callback is not None:
        info.append(format_helpers._format_callback_source(handle._callback, handle._args))
    return '<{}>'.format(' '.join(info))
