# TaskGroup, its errors, and context variables.
import asyncio
import contextvars
request = contextvars.ContextVar("request", default="none")
async def step(name, delay, fail=False):
    try:
        await asyncio.sleep(delay)
        if fail:
            raise ValueError(name)
        return name
    except asyncio.CancelledError:
        print("cancelled", name)
        raise
async def main():
    async with asyncio.TaskGroup() as group:
        a = group.create_task(step("a", 0.002))
        b = group.create_task(step("b", 0.001))
    print(a.result(), b.result())
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(step("slow", 1))
            group.create_task(step("bad", 0.001, fail=True))
    except* ValueError as errors:
        print("errors", [str(e) for e in errors.exceptions])
    async def show(value):
        request.set(value)
        await asyncio.sleep(0)
        return request.get()
    print(await asyncio.gather(show("x"), show("y")), request.get())
    context = contextvars.copy_context()
    context.run(request.set, "inside")
    print(context[request], request.get())
    token = request.set("temporary")
    request.reset(token)
    print(request.get())
asyncio.run(main())
