//! Pairs made by chance, for tests on both clocks.

/// A small generator of numbers (xorshift64*), so that the programs are the
/// same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) % bound
    }
}

/// What a coroutine of the core does, one statement after the other.
fn body(numbers: &mut Numbers, functions: u64) -> String {
    let mut text = String::new();
    for _ in 0..1 + numbers.below(4) {
        let millis = numbers.below(8);
        let other = numbers.below(functions.max(1));
        text.push_str(&match numbers.below(9) {
            0 => "    await asyncio.sleep(0)\n".to_owned(),
            1 => format!("    await asyncio.sleep({millis} / 1000)\n"),
            2 => format!("    total += sum(range({}))\n", millis * 50),
            3 if functions > 0 => format!("    total += await f{other}(total)\n"),
            4 if functions > 0 => format!("    total += sum(await asyncio.gather(*[f{other}(n) for n in range(3)]))\n"),
            5 => format!("    async with lock():\n        await asyncio.sleep({millis} / 1000)\n"),
            6 => format!(
                "    try:\n        async with asyncio.timeout({millis} / 1000):\n            await asyncio.sleep(0.004)\n    \
                 except TimeoutError:\n        total += 1\n"
            ),
            7 => "    queue = asyncio.Queue()\n    task = asyncio.create_task(queue.put(1))\n    total += await queue.get()\n    await task\n".to_owned(),
            _ => format!("    async for n in numbers({}):\n        total += n\n", numbers.below(4)),
        });
    }
    text
}

/// A core and a shell; they fail in no way.
pub fn pair(seed: u64) -> (String, String) {
    let mut numbers = Numbers(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut core = "import asyncio\n\ndef lock():\n    return asyncio.Lock()\n\nasync def numbers(count):\n    \
                    for n in range(count):\n        await asyncio.sleep(0.001)\n        yield n\n\n"
        .to_owned();
    let functions = 1 + numbers.below(4);
    for function in 0..functions {
        let body = body(&mut numbers, function);
        core.push_str(&format!(
            "async def f{function}(total):\n{body}    return total % 1000\n\n"
        ));
    }
    let last = functions - 1;
    core.push_str(&format!(
        "async def main():\n    print(sum(await asyncio.gather(*[f{last}(n) for n in range(4)])))\n"
    ));
    let mut shell = "import time\nimport airlock, core\ncore = airlock.wrap(core)\n".to_owned();
    for _ in 0..1 + numbers.below(3) {
        let function = numbers.below(functions);
        shell.push_str(&match numbers.below(5) {
            0 => format!("for n in range({}):\n    core.f{function}(n)\n", numbers.below(5)),
            1 => format!("print(sum(x.get() for x in [airlock.spawn(core.f{function}, n) for n in range(3)]))\n"),
            2 => format!("time.sleep({} / 1000)\n", numbers.below(5)),
            3 => format!("with core.numbers({}) as items:\n    print(next(items, None))\n", numbers.below(4)),
            _ => format!("print(core.f{function}(2))\n"),
        });
    }
    (core, shell)
}
