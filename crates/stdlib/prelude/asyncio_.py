"""What the native loop, futures and tasks ask of Python."""


# A future's callbacks on a loop that is Python code.
def schedule_on_loop(loop, pairs, future):
    for callback, context in pairs:
        loop.call_soon(callback, future, context=context)


# A new task of a loop that is Python code: its first step.
def task_begin_on_loop(task, loop, eager):
    from asyncio import tasks
    tasks._register_task(task)
    if eager and loop.is_running():
        task._eager_step()
    else:
        loop.call_soon(task._step, context=task.get_context())


# Its next step.
def task_step_soon(task, exception):
    args = () if exception is None else (exception,)
    task._loop.call_soon(task._step, *args, context=task.get_context())


# The tasks of a loop that no native loop knows of.
def add_python_tasks(found, loop):
    from asyncio import tasks
    return found | tasks._py_all_tasks(loop)


# Where a handle, future or task was made, in debug mode, but for the innermost frames.
def note_source(thing, left_out):
    from asyncio import format_helpers
    thing._source_traceback = stack = format_helpers.extract_stack(sys._getframe(left_out))
    return thing


def note_source_in_debug(future, loop):
    if loop.get_debug():
        note_source(future, 0)


# A future or task goes that somebody should have asked, or that was still to end.
def future_gone(future, unfinished):
    if unfinished:
        context = {'task': future, 'message': 'Task was destroyed but it is pending!'}
    else:
        context = {'message': f'{type(future).__name__} exception was never retrieved',
                   'exception': future._exception, 'future': future}
    if future._source_traceback:
        context['source_traceback'] = future._source_traceback
    future._loop.call_exception_handler(context)


# In debug mode a handle was run.
def handle_ended(loop, handle, passed):
    loop._current_handle = None
    if passed >= loop.slow_callback_duration:
        from asyncio import base_events, tasks
        shown = repr(handle) if isinstance(handle, tasks.Task) else base_events._format_handle(handle)
        base_events.logger.warning('Executing %s took %.3f seconds', shown, passed)


# In debug mode a handle that is cancelled is shown as it was.
def handle_cancel(handle):
    handle._repr = repr(handle).replace(type(handle).__name__, type(handle).__name__ + ' cancelled', 1)
    handle.cancel()


# A step of a task that is done.
def raise_step_done(task, exception):
    from asyncio.exceptions import InvalidStateError
    raise InvalidStateError(f'__step(): already done: {task!r}, {exception!r}')


# remove_done_callback where callbacks compare by Python code.
def future_remove_callback(future, function):
    kept = [pair for pair in future._callbacks or () if pair[0] != function]
    removed = len(future._callbacks or ()) - len(kept)
    for callback, context in list(future._callbacks or ()):
        if callback == function:
            future.remove_done_callback(callback)
    return removed


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
        elif result is task:
            why = 2
        else:
            from asyncio import futures
            futures.future_add_to_awaited_by(result, task)
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
    shown = format_helpers._format_callback_source(handle._callback, handle._args, debug=loop.get_debug())
    context = {
        'message': f'Exception in callback {shown}',
        'exception': exc,
        'handle': handle,
    }
    if handle._source_traceback:
        context['source_traceback'] = handle._source_traceback
    loop.call_exception_handler(context)
