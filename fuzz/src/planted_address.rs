//! Secrets planted in the address notations of the property tests.

use crate::forms::{self, ADDRESS_FORMS, AddressForm};
use arbitrary::Arbitrary;
use portolan::model::Reference;

/// Characters that separate parts in some notation.
const SEPARATORS: &[u8] = b"@:/;,=?#&%{}|\\\"'() []+.-_*~$!<>\t";

/// Address notation with a planted secret, both chosen by the fuzzer.
#[derive(Arbitrary, Debug)]
pub struct PlantedAddress {
    form: u8,
    pieces: Vec<Piece>,
}

/// Piece of a secret.
#[derive(Arbitrary, Debug)]
pub enum Piece {
    /// Separator, as an index into [`SEPARATORS`].
    Sign(u8),
    /// Word; it gets the prefix `zz`, so that the target finds it in the output.
    Word(u8),
    /// Number.
    Number(u16),
}

impl PlantedAddress {
    /// Returns the chosen address notation.
    pub fn form(&self) -> &'static AddressForm {
        &ADDRESS_FORMS[usize::from(self.form) % ADDRESS_FORMS.len()]
    }

    /// Returns the secret. Each word in it starts with `zz`.
    pub fn secret(&self) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Sign(sign) => char::from(SEPARATORS[usize::from(*sign) % SEPARATORS.len()]).to_string(),
            Piece::Word(word) => format!("zz{word}"),
            Piece::Number(number) => number.to_string(),
        };
        self.pieces.iter().take(16).map(piece).collect()
    }

    /// Returns the notation with the secret and the host `db` filled in.
    pub fn value(&self) -> String {
        forms::fill_form(self.form(), &self.secret(), "db")
    }
}

/// Panics if the extracted references contain a piece of a secret. `text` is the input, for the message.
pub fn assert_no_piece(references: &[Reference], text: &str) {
    let rendered = format!("{references:?}").to_lowercase();
    assert!(!rendered.contains("zz"), "{text}\n{rendered}");
}
