//! A reading that begins anew brings lines that are held: each is recognised once, however many are the same.

use super::{
    key::{Place, nanos},
    reading::Reading,
    stream::Stream,
};
use crate::model::LogStart;
use std::sync::Arc;

impl Stream {
    /// A reading of that part begins, after all that arrived before `mark`.
    pub(super) fn open(&mut self, start: LogStart, mark: u64) {
        let (since, until) = (start.since.map(nanos), start.until.map(nanos));
        let within = |at: i64| since.is_none_or(|since| since <= at) && until.is_none_or(|until| at < until);
        for chunk in &mut self.chunks {
            if chunk.metas().iter().any(|meta| meta.again && within(meta.place().at)) {
                let metas = Arc::make_mut(chunk).metas_mut().iter_mut();
                metas.filter(|meta| within(meta.place().at)).for_each(|meta| meta.again = false);
            }
        }
        self.readings[usize::from(start.until.is_none())] = Some(Reading::new(start, mark));
    }

    /// Whether a line that a reading brings is held since before it, and was not brought again yet. Notes that it is.
    pub(super) fn is_again(&mut self, reading: usize, at: i64, text: &str) -> bool {
        let Some(Reading { mark, last_again, .. }) = self.readings[reading] else { return false };
        if self.chunks.back().and_then(|chunk| chunk.last()).is_none_or(|newest| newest.at < at) {
            return false;
        }
        let begin = Place { at, seq: 0 };
        // Lines come in order mostly: the next is looked for behind the last, and then before it.
        let from = last_again.filter(|last| last.at == at).unwrap_or(begin);
        let found = self.recognise(from, mark, text).or_else(|| self.recognise(begin, mark, text));
        if let (Some(found), Some(reading)) = (found, &mut self.readings[reading]) {
            reading.last_again = Some(found);
        }
        found.is_some()
    }

    /// Marks the first line of that time and text, from a place on, that arrived before `mark` and is not marked.
    fn recognise(&mut self, from: Place, mark: u64, text: &str) -> Option<Place> {
        let first = self.chunks.partition_point(|chunk| chunk.last() < Some(from));
        for chunk in self.chunks.range_mut(first..) {
            for index in chunk.before(from)..chunk.metas().len() {
                let meta = chunk.metas()[index];
                if meta.place() >= (Place { seq: mark, ..from }) {
                    return None;
                }
                if !meta.again && &chunk.text()[meta.range()] == text {
                    Arc::make_mut(chunk).metas_mut()[index].again = true;
                    return Some(meta.place());
                }
            }
        }
        None
    }
}
