//! Code as columns: each kind of number in a stream of its own, so that a
//! general compressor (the web server's gzip) finds like beside like.
//!
//! A serde format that only fits types of known shape. Numbers are varints
//! in the stream of the field they stand in; strings are indexes into a pool
//! shared by all modules of a bundle. Operands that mostly count up are
//! written as differences, see [`Counters`].

use std::fmt;

use airlock_bytecode::Code;
use serde::de::{self, DeserializeSeed, IntoDeserializer, Visitor};
use serde::{Deserialize, Serialize, ser};

#[derive(Debug)]
pub struct Fault;

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not packed code")
    }
}

impl std::error::Error for Fault {}

impl ser::Error for Fault {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Fault
    }
}

impl de::Error for Fault {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Fault
    }
}

type Res<T> = Result<T, Fault>;

/// What numbers of one code object are measured from.
#[derive(Clone, Copy, Default)]
struct Counters {
    /// Instructions so far.
    pc: u64,
    next: [u64; 4],
}

/// How a field's numbers are written.
#[derive(Clone, Copy, PartialEq)]
enum Scheme {
    Plain,
    /// From the highest so far, of which there are several.
    Counting(usize),
    /// From the instruction itself.
    Relative,
}

impl Scheme {
    fn of(field: &str) -> Scheme {
        match field {
            "site" => Scheme::Counting(0),
            "index" => Scheme::Counting(1),
            "name" => Scheme::Counting(2),
            "sites" => Scheme::Counting(3),
            "target" => Scheme::Relative,
            _ => Scheme::Plain,
        }
    }
}

impl Counters {
    /// A list counts by itself.
    fn begin_list(&mut self, scheme: Scheme) {
        if let Scheme::Counting(which) = scheme {
            self.next[which] = 0;
        }
    }

    fn pack(&mut self, scheme: Scheme, value: u64) -> u64 {
        match scheme {
            Scheme::Plain => value,
            Scheme::Relative => zigzag(value.wrapping_sub(self.pc) as i64),
            Scheme::Counting(which) => {
                let next = &mut self.next[which];
                let packed = zigzag(value.wrapping_sub(*next) as i64);
                *next = (*next).max(value + 1);
                packed
            }
        }
    }

    fn unpack(&mut self, scheme: Scheme, packed: u64) -> u64 {
        match scheme {
            Scheme::Plain => packed,
            Scheme::Relative => self.pc.wrapping_add(unzigzag(packed) as u64),
            Scheme::Counting(which) => {
                let next = &mut self.next[which];
                let value = next.wrapping_add(unzigzag(packed) as u64);
                *next = (*next).max(value.wrapping_add(1));
                value
            }
        }
    }
}

pub fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

pub fn unzigzag(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}

pub fn write_varint(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

pub fn read_varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7F) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

// Writing, by the build script.

/// Where texts that are not in the pool go.
const TEXT: &str = "text";

#[derive(Default)]
#[allow(dead_code, reason = "only the build script packs")]
pub struct Columns {
    /// Names of the streams, in the order of their first use.
    pub names: Vec<String>,
    pub streams: Vec<Vec<u8>>,
    /// Index in the pool by text; filled before the first module is written.
    pub pool: std::collections::BTreeMap<String, usize>,
}

#[allow(dead_code, reason = "only the build script packs")]
impl Columns {
    pub fn add(&mut self, code: &Code) {
        let stream = self.stream("Code");
        let writer = Writer {
            columns: self,
            counters: &mut Counters::default(),
            stream,
            scheme: Scheme::Plain,
        };
        code.serialize(writer).expect("code can be written");
    }

    fn stream(&mut self, name: &str) -> usize {
        if let Some(at) = self.names.iter().position(|known| known == name) {
            return at;
        }
        self.names.push(name.to_owned());
        self.streams.push(Vec::new());
        self.names.len() - 1
    }
}

#[allow(dead_code, reason = "only the build script packs")]
struct Writer<'a> {
    columns: &'a mut Columns,
    counters: &'a mut Counters,
    stream: usize,
    scheme: Scheme,
}

impl Writer<'_> {
    fn again(&mut self) -> Writer<'_> {
        Writer {
            columns: self.columns,
            counters: self.counters,
            stream: self.stream,
            scheme: self.scheme,
        }
    }

    fn field(&mut self, name: &str) -> Writer<'_> {
        let stream = self.columns.stream(name);
        Writer {
            columns: self.columns,
            counters: self.counters,
            stream,
            scheme: Scheme::of(name),
        }
    }

    fn number(&mut self, value: u64) {
        write_varint(&mut self.columns.streams[self.stream], value);
    }

    fn variant(&mut self, kind: &'static str, index: u32) {
        if kind == "Instr" {
            self.counters.pc += 1;
        }
        let mut writer = self.field(kind);
        writer.number(u64::from(index));
    }
}

macro_rules! write_numbers {
    ($($method:ident: $ty:ty => $convert:expr,)*) => { $(
        fn $method(mut self, value: $ty) -> Res<()> {
            let convert: fn($ty) -> u64 = $convert;
            let packed = self.counters.pack(self.scheme, convert(value));
            self.number(packed);
            Ok(())
        }
    )* };
}

impl ser::Serializer for Writer<'_> {
    type Ok = ();
    type Error = Fault;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    write_numbers! {
        serialize_bool: bool => |value| u64::from(value),
        serialize_u8: u8 => |value| u64::from(value),
        serialize_u16: u16 => |value| u64::from(value),
        serialize_u32: u32 => |value| u64::from(value),
        serialize_u64: u64 => |value| value,
        serialize_i8: i8 => |value| zigzag(i64::from(value)),
        serialize_i16: i16 => |value| zigzag(i64::from(value)),
        serialize_i32: i32 => |value| zigzag(i64::from(value)),
        serialize_i64: i64 => zigzag,
        serialize_char: char => |value| u64::from(u32::from(value)),
    }

    fn serialize_f32(self, _: f32) -> Res<()> {
        Err(Fault)
    }

    fn serialize_f64(self, value: f64) -> Res<()> {
        self.columns.streams[self.stream].extend(value.to_le_bytes());
        Ok(())
    }

    fn serialize_str(mut self, value: &str) -> Res<()> {
        match self.columns.pool.get(value) {
            Some(&index) => self.number(index as u64 + 1),
            None => {
                self.number(0);
                self.number(value.len() as u64);
                let text = self.columns.stream(TEXT);
                self.columns.streams[text].extend(value.as_bytes());
            }
        }
        Ok(())
    }

    fn serialize_bytes(mut self, value: &[u8]) -> Res<()> {
        self.number(value.len() as u64);
        self.columns.streams[self.stream].extend(value);
        Ok(())
    }

    fn serialize_none(mut self) -> Res<()> {
        self.number(0);
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(mut self, value: &T) -> Res<()> {
        self.number(1);
        value.serialize(self)
    }

    fn serialize_unit(self) -> Res<()> {
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Res<()> {
        Ok(())
    }

    fn serialize_unit_variant(
        mut self,
        kind: &'static str,
        index: u32,
        _: &'static str,
    ) -> Res<()> {
        self.variant(kind, index);
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Res<()> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        mut self,
        kind: &'static str,
        index: u32,
        variant: &'static str,
        value: &T,
    ) -> Res<()> {
        self.variant(kind, index);
        value.serialize(self.field(variant))
    }

    fn serialize_seq(mut self, length: Option<usize>) -> Res<Self> {
        self.number(length.ok_or(Fault)? as u64);
        self.counters.begin_list(self.scheme);
        Ok(self)
    }

    fn serialize_tuple(self, _: usize) -> Res<Self> {
        Ok(self)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Res<Self> {
        Ok(self)
    }

    fn serialize_tuple_variant(
        mut self,
        kind: &'static str,
        index: u32,
        variant: &'static str,
        _: usize,
    ) -> Res<Self> {
        self.variant(kind, index);
        self.stream = self.columns.stream(variant);
        Ok(self)
    }

    fn serialize_map(self, _: Option<usize>) -> Res<Self> {
        Err(Fault)
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Res<Self> {
        if name == "Code" {
            // Instructions come before the code inside, so that one set of
            // counters is enough.
            *self.counters = Counters::default();
        }
        Ok(self)
    }

    fn serialize_struct_variant(
        mut self,
        kind: &'static str,
        index: u32,
        _: &'static str,
        _: usize,
    ) -> Res<Self> {
        self.variant(kind, index);
        Ok(self)
    }
}

macro_rules! write_elements {
    ($($name:ident :: $method:ident,)*) => { $(
        impl ser::$name for Writer<'_> {
            type Ok = ();
            type Error = Fault;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Res<()> {
                value.serialize(self.again())
            }

            fn end(self) -> Res<()> {
                Ok(())
            }
        }
    )* };
}

write_elements! {
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field,
}

macro_rules! write_fields {
    ($($name:ident,)*) => { $(
        impl ser::$name for Writer<'_> {
            type Ok = ();
            type Error = Fault;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Res<()> {
                value.serialize(self.field(key))
            }

            fn end(self) -> Res<()> {
                Ok(())
            }
        }
    )* };
}

write_fields! { SerializeStruct, SerializeStructVariant, }

impl ser::SerializeMap for Writer<'_> {
    type Ok = ();
    type Error = Fault;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, _: &T) -> Res<()> {
        Err(Fault)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, _: &T) -> Res<()> {
        Err(Fault)
    }

    fn end(self) -> Res<()> {
        Ok(())
    }
}

// Reading.

/// One module's part of each stream, with the names of the streams and the
/// pool.
#[allow(dead_code, reason = "the build script only packs")]
pub struct Source<'a> {
    pub names: &'a [String],
    pub streams: Vec<&'a [u8]>,
    pub pool: Pool<'a>,
}

/// The texts that all modules share: all of them in one, and where each
/// starts and ends.
#[derive(Clone, Copy)]
#[allow(dead_code, reason = "the build script only packs")]
pub struct Pool<'a> {
    pub text: &'a str,
    pub places: &'a [(usize, usize)],
}

#[allow(dead_code, reason = "the build script only packs")]
impl<'a> Pool<'a> {
    fn get(&self, index: usize) -> Option<&'a str> {
        let &(start, end) = self.places.get(index)?;
        self.text.get(start..end)
    }
}

#[allow(dead_code, reason = "the build script only packs")]
impl Source<'_> {
    /// `known` is kept from module to module of the same bundle.
    pub fn read(self, known: &mut Known) -> Option<Code> {
        let mut reader = State {
            source: self,
            counters: Counters::default(),
            known,
        };
        let start = reader.stream("Code").ok()?;
        Code::deserialize(Reader {
            state: &mut reader,
            stream: start,
            scheme: Scheme::Plain,
        })
        .ok()
    }
}

/// Where a name or a list of names stands, and its length.
type Address = (usize, usize);

/// Streams found once: by the address of the names that serde passes. Both
/// indexes are sorted.
#[derive(Default)]
#[allow(dead_code, reason = "the build script only packs")]
pub struct Known {
    enums: Vec<(Address, usize)>,
    /// Positions in `lists`.
    fields: Vec<(Address, usize)>,
    /// The streams of a type's fields.
    lists: Vec<Vec<(usize, Scheme)>>,
    /// For each kind of instruction its place in `lists`, if it is known.
    instrs: Vec<Option<usize>>,
}

struct State<'a, 'k> {
    source: Source<'a>,
    counters: Counters,
    known: &'k mut Known,
}

impl State<'_, '_> {
    fn stream(&self, name: &str) -> Res<usize> {
        self.source
            .names
            .iter()
            .position(|known| known == name)
            .ok_or(Fault)
    }

    fn number(&mut self, stream: usize) -> Res<u64> {
        read_varint(&mut self.source.streams[stream]).ok_or(Fault)
    }

    fn take(&mut self, stream: usize, length: usize) -> Res<&[u8]> {
        let bytes = &mut self.source.streams[stream];
        let (taken, rest) = bytes.split_at_checked(length).ok_or(Fault)?;
        *bytes = rest;
        Ok(taken)
    }

    /// The stream of an enum's variants.
    fn variants(&mut self, name: &'static str) -> Res<usize> {
        let address = (name.as_ptr() as usize, name.len());
        let found = self.known.enums.binary_search_by_key(&address, |it| it.0);
        match found {
            Ok(at) => Ok(self.known.enums[at].1),
            Err(at) => {
                let stream = self.stream(name)?;
                self.known.enums.insert(at, (address, stream));
                Ok(stream)
            }
        }
    }

    /// As [`State::fields`], for a kind of instruction: there are so many that
    /// even the search for them counts.
    fn instr_fields(&mut self, kind: usize, names: &'static [&'static str]) -> usize {
        if let Some(&Some(known)) = self.known.instrs.get(kind) {
            return known;
        }
        let known = self.fields(names);
        if self.known.instrs.len() <= kind {
            self.known.instrs.resize(kind + 1, None);
        }
        self.known.instrs[kind] = Some(known);
        known
    }

    fn fields(&mut self, names: &'static [&'static str]) -> usize {
        let address = (names.as_ptr() as usize, names.len());
        let found = self.known.fields.binary_search_by_key(&address, |it| it.0);
        let place = match found {
            Ok(at) => return self.known.fields[at].1,
            Err(place) => place,
        };
        // A field that was never written has no stream; reading it fails.
        let streams = names
            .iter()
            .map(|name| (self.stream(name).unwrap_or(usize::MAX), Scheme::of(name)))
            .collect();
        self.known.lists.push(streams);
        let at = self.known.lists.len() - 1;
        self.known.fields.insert(place, (address, at));
        at
    }
}

struct Reader<'r, 'a, 'k> {
    state: &'r mut State<'a, 'k>,
    stream: usize,
    scheme: Scheme,
}

impl Reader<'_, '_, '_> {
    fn number(&mut self) -> Res<u64> {
        if self.stream == usize::MAX {
            return Err(Fault);
        }
        self.state.number(self.stream)
    }

    fn scaled(&mut self) -> Res<u64> {
        let packed = self.number()?;
        Ok(self.state.counters.unpack(self.scheme, packed))
    }
}

macro_rules! read_numbers {
    ($($method:ident => $visit:ident: $ty:ty,)*) => { $(
        fn $method<V: Visitor<'de>>(mut self, visitor: V) -> Res<V::Value> {
            visitor.$visit(<$ty>::try_from(self.scaled()?).map_err(|_| Fault)?)
        }
    )* };
}

macro_rules! read_signed {
    ($($method:ident => $visit:ident: $ty:ty,)*) => { $(
        fn $method<V: Visitor<'de>>(mut self, visitor: V) -> Res<V::Value> {
            visitor.$visit(<$ty>::try_from(unzigzag(self.number()?)).map_err(|_| Fault)?)
        }
    )* };
}

impl<'de> de::Deserializer<'de> for Reader<'_, '_, '_> {
    type Error = Fault;

    read_numbers! {
        deserialize_u8 => visit_u8: u8,
        deserialize_u16 => visit_u16: u16,
        deserialize_u32 => visit_u32: u32,
        deserialize_u64 => visit_u64: u64,
    }

    read_signed! {
        deserialize_i8 => visit_i8: i8,
        deserialize_i16 => visit_i16: i16,
        deserialize_i32 => visit_i32: i32,
        deserialize_i64 => visit_i64: i64,
    }

    fn deserialize_bool<V: Visitor<'de>>(mut self, visitor: V) -> Res<V::Value> {
        visitor.visit_bool(self.number()? != 0)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Res<V::Value> {
        let bytes = self.state.take(self.stream, 8)?;
        visitor.visit_f64(f64::from_le_bytes(bytes.try_into().map_err(|_| Fault)?))
    }

    fn deserialize_str<V: Visitor<'de>>(mut self, visitor: V) -> Res<V::Value> {
        match self.number()? {
            0 => {
                let length = self.number()? as usize;
                let text = self.state.stream(TEXT)?;
                let text = self.state.take(text, length)?;
                visitor.visit_str(std::str::from_utf8(text).map_err(|_| Fault)?)
            }
            index => visitor.visit_str(
                self.state
                    .source
                    .pool
                    .get(index as usize - 1)
                    .ok_or(Fault)?,
            ),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Res<V::Value> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(mut self, visitor: V) -> Res<V::Value> {
        match self.number()? {
            0 => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Res<V::Value> {
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Res<V::Value> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(mut self, visitor: V) -> Res<V::Value> {
        let left = self.number()? as usize;
        self.state.counters.begin_list(self.scheme);
        visitor.visit_seq(Elements { reader: self, left })
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, left: usize, visitor: V) -> Res<V::Value> {
        visitor.visit_seq(Elements { reader: self, left })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Res<V::Value> {
        if name == "Code" {
            self.state.counters = Counters::default();
        }
        let known = self.state.fields(fields);
        visitor.visit_seq(Fields {
            state: self.state,
            known,
            at: 0,
            count: fields.len(),
        })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Res<V::Value> {
        let is_instr = name == "Instr";
        self.state.counters.pc += is_instr as u64;
        let stream = self.state.variants(name)?;
        visitor.visit_enum(Variant {
            state: self.state,
            stream,
            variants,
            is_instr,
        })
    }

    serde::forward_to_deserialize_any! {
        f32 char bytes byte_buf unit_struct tuple_struct map identifier ignored_any
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Res<V::Value> {
        Err(Fault)
    }
}

struct Elements<'r, 'a, 'k> {
    reader: Reader<'r, 'a, 'k>,
    left: usize,
}

impl<'de> de::SeqAccess<'de> for Elements<'_, '_, '_> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Res<Option<T::Value>> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        let Reader {
            state,
            stream,
            scheme,
        } = &mut self.reader;
        seed.deserialize(Reader {
            state,
            stream: *stream,
            scheme: *scheme,
        })
        .map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left)
    }
}

struct Fields<'r, 'a, 'k> {
    state: &'r mut State<'a, 'k>,
    known: usize,
    at: usize,
    count: usize,
}

impl<'de> de::SeqAccess<'de> for Fields<'_, '_, '_> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Res<Option<T::Value>> {
        if self.at == self.count {
            return Ok(None);
        }
        let (stream, scheme) = self.state.known.lists[self.known][self.at];
        self.at += 1;
        seed.deserialize(Reader {
            state: self.state,
            stream,
            scheme,
        })
        .map(Some)
    }
}

struct Variant<'r, 'a, 'k> {
    state: &'r mut State<'a, 'k>,
    stream: usize,
    variants: &'static [&'static str],
    is_instr: bool,
}

struct Content<'r, 'a, 'k> {
    state: &'r mut State<'a, 'k>,
    variant: &'static str,
    /// Which kind of instruction it is, if it is one.
    instr: Option<usize>,
}

impl<'de, 'r, 'a, 'k> de::EnumAccess<'de> for Variant<'r, 'a, 'k> {
    type Error = Fault;
    type Variant = Content<'r, 'a, 'k>;

    fn variant_seed<T: DeserializeSeed<'de>>(
        self,
        seed: T,
    ) -> Res<(T::Value, Content<'r, 'a, 'k>)> {
        let index = self.state.number(self.stream)? as u32;
        let variant = self.variants.get(index as usize).ok_or(Fault)?;
        let value = seed.deserialize(index.into_deserializer())?;
        Ok((
            value,
            Content {
                state: self.state,
                variant,
                instr: self.is_instr.then_some(index as usize),
            },
        ))
    }
}

impl<'de> de::VariantAccess<'de> for Content<'_, '_, '_> {
    type Error = Fault;

    fn unit_variant(self) -> Res<()> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Res<T::Value> {
        let stream = self.state.stream(self.variant).unwrap_or(usize::MAX);
        seed.deserialize(Reader {
            state: self.state,
            stream,
            scheme: Scheme::of(self.variant),
        })
    }

    fn tuple_variant<V: Visitor<'de>>(self, left: usize, visitor: V) -> Res<V::Value> {
        let stream = self.state.stream(self.variant)?;
        let reader = Reader {
            state: self.state,
            stream,
            scheme: Scheme::Plain,
        };
        visitor.visit_seq(Elements { reader, left })
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Res<V::Value> {
        let known = match self.instr {
            Some(kind) => self.state.instr_fields(kind, fields),
            None => self.state.fields(fields),
        };
        visitor.visit_seq(Fields {
            state: self.state,
            known,
            at: 0,
            count: fields.len(),
        })
    }
}
