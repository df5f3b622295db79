//! `_zlib`: deflate and inflate; `lib/zlib.py` is the module for programs.

use airlock_vm::module::{ModuleDef, no_init};
use airlock_vm::{NativeDef, NativeObject, Res, Tracer, Value, Vm, function};
use miniz_oxide::deflate::core::{CompressorOxide, create_comp_flags_from_zip_params};
use miniz_oxide::deflate::{compress_to_vec, stream};
use miniz_oxide::inflate::stream::{InflateState, inflate};
use miniz_oxide::{DataFormat, MZError, MZFlush, MZStatus};

pub static MODULE: ModuleDef = ModuleDef {
    name: "_zlib",
    functions: FUNCTIONS,
    init: no_init,
};

static FUNCTIONS: &[NativeDef] = &[
    function("deflate", "data, level, /", deflate),
    function("deflater", "level, /", deflater),
    function("deflate_more", "deflater, data, flush, /", deflate_more),
    function("inflater", "", inflater),
    function("feed", "inflater, data, limit, /", feed),
    function("adler32", "data, value=1, /", adler32),
];

struct Deflater {
    state: Box<CompressorOxide>,
    class: Value,
}

impl NativeObject for Deflater {
    fn class(&self) -> Value {
        self.class
    }
    fn trace(&self, tracer: &mut Tracer) {
        tracer.value(self.class);
    }
    fn bytes(&self) -> usize {
        320 << 10
    }
}

struct Inflater {
    state: Box<InflateState>,
    class: Value,
}

impl NativeObject for Inflater {
    fn class(&self) -> Value {
        self.class
    }
    fn trace(&self, tracer: &mut Tracer) {
        tracer.value(self.class);
    }
    fn bytes(&self) -> usize {
        44 << 10
    }
}

/// A raw deflate stream of all the data.
fn deflate(vm: &mut Vm, args: &[Value]) -> Res {
    let data = vm.expect_buffer(args[0])?;
    let level = vm.index(args[1])?.clamp(0, 9) as u8;
    vm.reserve(data.len())?;
    Ok(vm.bytes(&compress_to_vec(&data, level)))
}

/// What makes a raw stream piece by piece.
fn deflater(vm: &mut Vm, args: &[Value]) -> Res {
    let level = vm.index(args[0])?.clamp(0, 9) as i32;
    // A negative window is a stream without zlib's header.
    let state = Box::new(CompressorOxide::new(create_comp_flags_from_zip_params(
        level, -15, 0,
    )));
    let class = vm.types.object;
    Ok(vm.heap.new_object(Deflater { state, class }))
}

/// The next piece of a raw stream, flushed as zlib's number says.
fn deflate_more(vm: &mut Vm, args: &[Value]) -> Res {
    let data = vm.expect_buffer(args[1])?;
    let flush = match vm.index(args[2])? {
        0 => MZFlush::None,
        3 => MZFlush::Full,
        4 => MZFlush::Finish,
        _ => MZFlush::Sync,
    };
    vm.reserve(data.len())?;
    let mut output = Vec::new();
    let mut consumed = 0;
    let mut chunk = vec![0; 32 << 10];
    loop {
        let Some(deflater) = vm.heap.downcast_mut::<Deflater>(args[0]) else {
            return Err(vm.type_error("deflate_more() takes a deflater"));
        };
        let result = stream::deflate(&mut deflater.state, &data[consumed..], &mut chunk, flush);
        consumed += result.bytes_consumed;
        output.extend_from_slice(&chunk[..result.bytes_written]);
        // Room that is left means that nothing more was to be written.
        if result.status != Ok(MZStatus::Ok) || result.bytes_written < chunk.len() {
            return Ok(vm.bytes(&output));
        }
    }
}

fn inflater(vm: &mut Vm, _: &[Value]) -> Res {
    let class = vm.types.object;
    Ok(vm.heap.new_object(Inflater {
        state: InflateState::new_boxed(DataFormat::Raw),
        class,
    }))
}

/// Inflates more of a raw stream: `(output, bytes consumed, at the end)`, or
/// None if the data is broken. With a limit above 0, at most so much output.
fn feed(vm: &mut Vm, args: &[Value]) -> Res {
    let data = vm.expect_buffer(args[1])?;
    let limit = usize::try_from(vm.index(args[2])?).unwrap_or(0);
    let room = if limit == 0 { usize::MAX } else { limit };
    let mut output = Vec::new();
    let mut consumed = 0;
    let mut chunk = vec![0; 32 << 10];
    let done = loop {
        let wanted = (room - output.len()).min(chunk.len());
        if wanted == 0 {
            break false;
        }
        let Some(inflater) = vm.heap.downcast_mut::<Inflater>(args[0]) else {
            return Err(vm.type_error("feed() takes an inflater"));
        };
        let result = inflate(
            &mut inflater.state,
            &data[consumed..],
            &mut chunk[..wanted],
            MZFlush::None,
        );
        consumed += result.bytes_consumed;
        output.extend_from_slice(&chunk[..result.bytes_written]);
        match result.status {
            Ok(MZStatus::StreamEnd) => break true,
            Ok(_) if result.bytes_written == 0 && consumed == data.len() => break false,
            Ok(_) => {}
            Err(MZError::Buf) => break false,
            Err(_) => return Ok(Value::NONE),
        }
        // A small stream may inflate to much.
        vm.reserve(output.len().saturating_mul(2))?;
    };
    let items = [vm.bytes(&output), Value::count(consumed), Value::bool(done)];
    Ok(vm.tuple(&items))
}

/// Adler-32 (RFC 1950).
fn adler32(vm: &mut Vm, args: &[Value]) -> Res {
    const MODULUS: u32 = 65521;
    let data = vm.expect_buffer(args[0])?;
    let start = vm.index(args[1])? as u32;
    let (mut low, mut high) = (start & 0xFFFF, start >> 16);
    // So many bytes fit before the sums could overflow.
    for chunk in data.chunks(5552) {
        for &byte in chunk {
            low += u32::from(byte);
            high += low;
        }
        low %= MODULUS;
        high %= MODULUS;
    }
    Ok(vm.int(i64::from(high << 16 | low)))
}
