//! The ground that the fuzzers share: the rooms that read text from outside, compiled from the program's sources without the rest
//! of it, and secrets planted in the forms that the property tests know.
#![allow(dead_code, unused_imports, reason = "the fuzzers use a part of the rooms")]

#[path = "../../src/decode/mod.rs"]
pub mod decode;
#[path = "../../tests/properties/forms.rs"]
pub mod forms;
#[path = "../../src/model/mod.rs"]
pub mod model;

use arbitrary::Arbitrary;
use forms::{FORMS, Form};
use model::Mention;

/// The signs that separate something in one form or another.
const SIGNS: &[u8] = b"@:/;,=?#&%{}|\\\"'() []+.-_*~$!<>\t";

/// A form with a secret in it, as the fuzzer chooses.
#[derive(Arbitrary, Debug)]
pub struct Planted {
    form: u8,
    pieces: Vec<Piece>,
}

/// A piece of a secret.
#[derive(Arbitrary, Debug)]
pub enum Piece {
    /// One of [`SIGNS`].
    Sign(u8),
    /// A word, which gets `zz` before it so that it can be found.
    Word(u8),
    /// A number.
    Number(u16),
}

impl Planted {
    /// The form.
    pub fn form(&self) -> &'static Form {
        &FORMS[usize::from(self.form) % FORMS.len()]
    }

    /// The secret, each word of which begins with `zz`.
    pub fn secret(&self) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Sign(sign) => char::from(SIGNS[usize::from(*sign) % SIGNS.len()]).to_string(),
            Piece::Word(word) => format!("zz{word}"),
            Piece::Number(number) => number.to_string(),
        };
        self.pieces.iter().take(16).map(piece).collect()
    }

    /// The value: the form with the secret and the host `db` in it.
    pub fn value(&self) -> String {
        forms::planted(self.form(), &self.secret(), "db")
    }
}

/// Fails where a piece of a secret is in what came out.
pub fn assert_no_secret(mentions: &[Mention], text: &str) {
    let told = format!("{mentions:?}").to_lowercase();
    assert!(!told.contains("zz"), "{text}\n{told}");
}
