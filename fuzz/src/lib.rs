//! The rooms that read text from outside, compiled from the program's sources without the rest of it.
#![allow(dead_code, unused_imports, reason = "the fuzzers use a part of the rooms")]

#[path = "../../src/decode/mod.rs"]
pub mod decode;
#[path = "../../src/model/mod.rs"]
pub mod model;
