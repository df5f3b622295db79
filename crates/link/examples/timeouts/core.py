import asyncio

HOSTS = {"near": 0.004, "far": 0.012, "lost": 10.0}


async def ask(host):
    try:
        await asyncio.sleep(HOSTS[host])
        return f"{host} answered"
    except asyncio.CancelledError:
        print(f"  {host}: cancelled, closing its connection")
        raise


async def ask_within(host, seconds):
    try:
        async with asyncio.timeout(seconds):
            return await ask(host)
    except TimeoutError:
        return f"{host} was too slow"


async def fastest(hosts):
    answers = asyncio.Queue()

    async def race(host):
        await answers.put(await ask(host))

    runners = [asyncio.create_task(race(host)) for host in hosts]
    try:
        return await answers.get()
    finally:
        for runner in runners:
            runner.cancel()
        await asyncio.gather(*runners, return_exceptions=True)


async def main():
    for answer in await asyncio.gather(
        ask_within("near", 0.020),
        ask_within("far", 0.020),
        ask_within("lost", 0.020),
        fastest(["far", "near", "lost"]),
    ):
        print(answer)
